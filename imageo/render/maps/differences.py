"""What a map of the difference between two runs is coloured by: fixed classes around nothing, two colours outward."""

RATE_STEPS = (-0.30, -0.15, -0.05, 0.05, 0.15, 0.30)
"""Class boundaries of the difference of two rates; the middle class holds less than 5 points either way."""

DISTANCE_STEPS = (0.25, 0.5, 0.8, 1.25, 2.0, 4.0)
"""Class boundaries of the ratio of two median errors, as far apart below 1 as above."""

LIGHT = ("#974907", "#e08214", "#fdc885", "#f6f6f7", "#c2bedc", "#8073ac", "#3f1268")
"""Seven colours from worse to better than the other run, told apart by every colour vision: matplotlib's PuOr at
0.05, 0.2, 0.34, 0.5, 0.66, 0.8, 0.95 (Brewer, colorbrewer2.org)."""

DARK = ("#f09f9c", "#a05341", "#521804", "#190c09", "#1a4458", "#3889b2", "#8eaef7")
"""The same where the page is dark and so is the middle, without the yellow that is best in `CIVIDIS`: berlin at 0.97,
0.82, 0.67, 0.5, 0.33, 0.18, 0.03 (Crameri 2018, doi:10.5281/zenodo.1243862)."""
