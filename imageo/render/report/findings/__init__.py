"""Sentences made from numbers: what the intervals support, and no more."""
