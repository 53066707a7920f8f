"""Asks many questions at a time: ahead of need, within limits, again where it helps."""
