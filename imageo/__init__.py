"""imageo: how well vision language models find the place of a photo, and for whom on Earth they fail."""

__version__ = "0.1.0"
