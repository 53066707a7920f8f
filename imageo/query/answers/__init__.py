"""From the raw text of an answer to its fields."""
