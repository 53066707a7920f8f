"""What is counted, and among whom: the words that tables, maps and options share."""

ACCURACY_KM = (1, 25, 200, 750, 2500)
"""Thresholds of accuracy@d: street, city, region, country, continent, as the field uses them."""

MEASURES = ("country_match", "state_match", "city_match", *(f"accuracy_{km}km" for km in ACCURACY_KM))
"""Rates that every run and region has, each under both denominators."""

DENOMINATORS = {
    "all": "over all images; a non-answer is wrong",
    "answered": "over answers only; a non-answer is left out",
}

LEVELS = ("continent", "country", "admin1", "us_state")
"""Kinds of region of the shipped pack."""
