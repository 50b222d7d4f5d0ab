"""What the open data standard accepts: names, identifiers, levels and symbols.

Written from the Explore Education Statistics standard and from what its screener checks (version 0.3.1).
Of the council, region and devolved area codes only those of this county are held; codes elsewhere are judged by form.
"""

from __future__ import annotations

import re

REQUIRED_META = ("col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp")
REQUIRED_META += ("filter_hint", "filter_grouping_column")
OPTIONAL_META = ("filter_default", "parent_filter")
REQUIRED_DATA = ("time_period", "time_identifier", "geographic_level", "country_code", "country_name")
UNITS = ("", "%", "pp", "£", "£m", "numberstring")

YEARS_OF_FOUR = ("Calendar year", "Reporting year")
YEARS_OF_SIX = ("Financial year", "Academic year", "Tax year", "Autumn and spring term")
MONTHS = ("January", "February", "March", "April", "May", "June", "July")
MONTHS += ("August", "September", "October", "November", "December")
WEEKS = tuple(f"Week {n}" for n in range(1, 53))
TERMS = ("Spring term", "Autumn term", "Summer term")
QUARTERS = tuple(f"Financial year Q{n}" for n in range(1, 5))
HALVES = ("Part 1 (April to September)", "Part 2 (October to March)")
# Identifiers of one group may stand in one file, of two groups never.
IDENTIFIERS = (*((year,) for year in YEARS_OF_FOUR + YEARS_OF_SIX), MONTHS, WEEKS, TERMS, QUARTERS, HALVES)
FOUR_DIGITS = {*YEARS_OF_FOUR, *MONTHS, *WEEKS}

LEVELS = {
    "National": ("country_code", "country_name"),
    "Regional": ("region_code", "region_name"),
    "Local authority": ("new_la_code", "la_name", "old_la_code"),
    "Local authority district": ("lad_code", "lad_name"),
    "RSC region": ("rsc_region_lead_name",),
    "Parliamentary constituency": ("pcon_code", "pcon_name"),
    "Local skills improvement plan area": ("lsip_code", "lsip_name"),
    "Local enterprise partnership": (
        "local_enterprise_partnership_code",
        "local_enterprise_partnership_name",
    ),
    "English devolved area": ("english_devolved_area_code", "english_devolved_area_name"),
    "Opportunity area": ("opportunity_area_code", "opportunity_area_name"),
    "Ward": ("ward_code", "ward_name"),
    "MAT": ("trust_id", "trust_name"),
    "Sponsor": ("sponsor_id", "sponsor_name"),
    "School": ("school_urn", "school_name", "school_laestab"),
    "Provider": ("provider_ukprn", "provider_name"),
    "Institution": ("institution_id", "institution_name"),
    "Planning area": ("planning_area_code", "planning_area_name"),
    "Police force area": ("pfa_code", "pfa_name"),
}
OBSERVED = {*REQUIRED_DATA, *(column for pair in LEVELS.values() for column in pair)}
IGNORED = ("Institution", "Planning area")  # levels that the table tool does not read
LOW = ("School", "Provider", "Institution")
# A place's columns are filled for its own level and for the levels that lie within it, and for no other.
REGIONAL = {*LEVELS} - {"National", "RSC region", "MAT", "Sponsor"}
WITHIN = {level: {level, *LOW} for level in LEVELS if level != "National"} | {
    "Regional": REGIONAL,
    "Local authority": {
        "Local authority",
        "Parliamentary constituency",
        "Local authority district",
        "Ward",
        "Planning area",
        "Police force area",
        *LOW,
    },
    "Local authority district": {"Local authority district", "Ward", "Police force area", *LOW},
}

COUNTRIES = {("E92000001", "England")}
REGIONS = {
    ("E12000001", "North East"),
    ("E12000002", "North West"),
    ("E12000003", "Yorkshire and The Humber"),
    ("E12000004", "East Midlands"),
    ("E12000005", "West Midlands"),
    ("E12000006", "East of England"),
    ("E12000007", "London"),
    ("E12000008", "South East"),
    ("E12000009", "South West"),
    ("E13000001", "Inner London"),
    ("E13000002", "Outer London"),
}
COUNCILS = {
    ("370", "E08000016", "Barnsley"),
    ("370", "E08000038", "Barnsley"),
    ("371", "E08000017", "Doncaster"),
    ("372", "E08000018", "Rotherham"),
    ("373", "E08000019", "Sheffield"),
    ("373", "E08000039", "Sheffield"),
}
DEVOLVED = {("E47000002", "South Yorkshire")}
NOT_AVAILABLE = ("x", "Not available")

SYMBOLS = ("z", "x", "c", "low", "k", "u")
OBSOLETE = ("~", ":", "*", "..", ".", "-", "N/A", "n/a", "NULL", "Null", "null", "NA", "na")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
NUMERIC_NAME = re.compile(r"_(count|fte|percent|rate|median|ratio|average|ci)$")
TOTALS = {"Total", "total", "All", "all"}
GEOGRAPHIC_NAME = re.compile(
    r"(country|sch|prov|inst|estab|reg|la|local|rsc|pfa|pcon|lep|mca|oa|ward|mat)"
    r".*(name|code|urn|ukprn|number|upin|id)"
    r"|laestab|estab|schools?|sch|prov|providers?|inst|institutions?|name|code|urn|ukprn|number|upin|id|region"
    r"|la|lad|rsc|pcon|lep|mca|oa|ward|mat",
    re.IGNORECASE,
)
# Words that belong in a filter: an indicator named by one holds what should be a row.
FILTER_WORDS = (
    "male",
    "female",
    "asian",
    "chinese",
    "indian",
    "pakistani",
    "bangladeshi",
    "black",
    "african",
)
FILTER_WORDS += ("caribbean", "white", "roma", "irish", "english", "british", "scottish", "welsh", "arab")
ETHNICITY = {"ethnicity_major", "ethnicity_minor", "ethnicity_detailed", "minority_ethnic"}
LONGEST = {"name": 50, "label": 100, "item": 120, "code": 30, "file": 50, "cell": 32_760}
MOST_ROWS, MOST_ITEMS = 1_048_575, 25_000
