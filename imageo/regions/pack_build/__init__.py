"""Builds the shipped region pack from public packages; run as `python -m imageo.regions.build_pack`.

Not needed to use imageo: the pack is part of it.
"""
