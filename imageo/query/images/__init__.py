"""From an image file to what may be sent of it."""
