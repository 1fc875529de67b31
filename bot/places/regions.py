"""Regions by which people tell towns of one name apart, where a country keeps several clocks.

The codes are GeoNames' first administrative level (https://download.geonames.org/export/dump/,
admin1CodesASCII.txt); those of the United States come with the city data.
"""

from __future__ import annotations

CANADA = {
    "01": ("AB", "Alberta"),
    "02": ("BC", "British Columbia"),
    "03": ("MB", "Manitoba"),
    "04": ("NB", "New Brunswick"),
    "05": ("NL", "Newfoundland and Labrador"),
    "07": ("NS", "Nova Scotia"),
    "08": ("ON", "Ontario"),
    "09": ("PE", "Prince Edward Island"),
    "10": ("QC", "Quebec"),
    "11": ("SK", "Saskatchewan"),
    "12": ("YT", "Yukon"),
    "13": ("NT", "Northwest Territories"),
    "14": ("NU", "Nunavut"),
}

AUSTRALIA = {
    "01": ("ACT", "Australian Capital Territory"),
    "02": ("NSW", "New South Wales"),
    "03": ("NT", "Northern Territory"),
    "04": ("QLD", "Queensland"),
    "05": ("SA", "South Australia"),
    "06": ("TAS", "Tasmania"),
    "07": ("VIC", "Victoria"),
    "08": ("WA", "Western Australia"),
}

UNITED_KINGDOM = {
    "ENG": ("ENG", "England"),
    "NIR": ("NIR", "Northern Ireland"),
    "SCT": ("SCT", "Scotland"),
    "WLS": ("WLS", "Wales"),
}

BY_COUNTRY = {"CA": CANADA, "AU": AUSTRALIA, "GB": UNITED_KINGDOM}
"""Country -> GeoNames code -> what people write for short, and the name."""
