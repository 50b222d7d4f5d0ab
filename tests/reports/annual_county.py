"""A small made-up release with something of every section of the annual report, and figures others published."""

from __future__ import annotations

from tests.reports.made_release import figure, release

NAMES = {"370": "Barnsley", "371": "Doncaster", "372": "Rotherham", "373": "Sheffield"}
ENDS = ("2023-24", "2024-25")
# As published: DfE children in need 2025, assessment factors.
FACTOR_11A = {
    "370": ("29", "55", "60", "50", "42", "54", "59", "56"),
    "371": ("130", "83", "86", "51", "11", "23", "52", "24"),
    "372": ("282", "219", "283", "231", "161", "134", "100", "76"),
    "373": ("169", "152", "167", "126", "128", "92", "127", "122"),
}
COMPLAINTS = {
    "370": (97, 95),
    "371": (63, 55),
    "372": (96, 111),
    "373": (168, 201),
    "U": (7, 5),
    "SY": (431, 467),
}
PROSECUTIONS = {"370": (16, 19), "371": (20, 8), "372": (12, 27), "373": (35, 34), "SY": (83, 88)}
CONVICTIONS = {"370": ("c", 10), "371": (11, "x"), "372": (5, 9), "373": (19, 17), "SY": (44, 36)}
OFFICERS = {"370": (15, 16.75), "371": (18, 16.75), "372": (14, 12.75), "373": (33, 30.75), "SY": (80, 77)}
# Numerator, denominator, value and interval of the interviews within 72 hours.
INTERVIEWS = {
    "370": ((12, 45, "26.6667", "16", "41"), (20, 52, "38.4615", "26.5", "52")),
    "371": ((9, 40, "22.5", "12.3", "37.5"), (8, 44, "18.1818", "9.5", "32")),
    "372": ((23, 66, "34.8485", "24.5", "46.9"), (11, 41, "26.8293", "15.7", "41.9")),
    "SY": ((44, 151, "29.1391", "22.5", "36.8"), (39, 137, "28.4672", "21.6", "36.5")),
}
STAGES = {"referral": 61, "assessment": 50, "strategy": 20, "s47": 19, "conference": 11, "plan": 10}


def county(folder, is_public: bool = False, **more):
    """The release; a public one has neither months nor a protection to name."""
    figures = [*_counts(), *_shares(), *_parts(), *([] if is_public else _months())]
    manifest = {"protection": None, "name": "public-2024-25-made"} if is_public else {}
    told = {"coverage": _coverage(), "published": PUBLISHED, "breaks": BREAKS} | _register() | more
    return release(folder, figures, manifest, **told)


def _counts():
    sets = (
        ("I01", "complaint", COMPLAINTS),
        ("I03", "defendant", PROSECUTIONS),
        ("I04", "defendant", CONVICTIONS),
    )
    for code, unit, values in sets:
        for area, pair in values.items():
            for year, value in zip(ENDS, pair, strict=True):
                yield figure(code, unit, area, year, value, **_standing(code, area, year, value))
    for area, pair in OFFICERS.items():
        for year, value in zip(ENDS, pair, strict=True):
            yield figure("I05", "FTE", area, year, value)


def _standing(code: str, area: str, year: str, value) -> dict:
    """What is hidden, absent or provisional of the counts; each number has an interval of a quarter either way."""
    if not isinstance(value, int):
        absent = {"not_received": "R07 HMC"} if value == "x" else {}
        return {"lower": value, "upper": value, "numerator": value} | absent
    told = {"lower": round(value * 0.75, 1), "upper": round(value * 1.25, 1)}
    if (code, area, year) == ("I04", "SY", "2024-25"):
        told |= {"status": "part received", "not_received": "R07 HMC"}
    if (code, area, year) == ("I03", "373", "2024-25"):
        told["provisional"] = "provisional"
    return told


def _shares():
    for area, pair in INTERVIEWS.items():
        for year, (above, below, value, lower, upper) in zip(ENDS, pair, strict=True):
            yield figure(
                "I20", "% of required", area, year, value, of=(above, below), lower=lower, upper=upper
            )


def _parts():
    for n, (stage, count) in enumerate(STAGES.items()):
        share = round(100 * count / 61, 4)
        part = ("stage", stage, ("Accepted", "Assessed", "Discussed", "Enquiry", "Conference", "Plan")[n])
        yield figure("I35", "% of referrals", "372", "2024-25", share, of=(count, 61), part=part)
    for year, white, whole in (("2023-24", 200, 300), ("2024-25", 215, 315)):
        yield figure("I14", "person", "SY", year, whole)
        yield figure("I14", "person", "372", year, 66)  # never to be told below South Yorkshire
        for group, count in (("White", white), ("Unknown", 100)):
            yield figure("I14", "person", "SY", year, count, part=("ethnicity", group, group))


def _months():
    for n in range(24):
        year, month = 2023 + (n + 3) // 12, (n + 3) % 12 + 1
        yield figure("I01", "complaint", "372", f"{year}-{month:02d}", 5 + n % 4)


def _coverage() -> list[dict]:
    rows = []
    for month in ("2024-04", "2024-05"):
        rows += [
            _came("R05", "SYP", "South Yorkshire Police", "SY", month, "received"),
            _came("R07", "HMC", "Courts", "SY", month, "not received"),
            _came("R09", "ROT", "Rotherham Council", "372", month, "nil"),
        ]
    return rows


def _came(code: str, sender: str, name: str, area: str, month: str, status: str) -> dict:
    told = {"return_code": code, "organisation_code": sender, "organisation": name, "area_code": area}
    return told | {"month": month, "status": status, "provisional": "final"}


def _register() -> dict[str, list[dict]]:
    refs = {"REC-18": "not found", "REC-8": "not found", "APP-1-1": "not found", "REC-3": "not found"}
    evidence = [("REC-18", "indicator", "I03"), ("REC-8", "indicator", "I20"), ("REC-8", "return", "R05")]
    evidence += [("REC-8", "rule", "X05"), ("APP-1-1", "indicator", "I26")]
    statuses = {"REC-18": "DONE 1", "PLAN-1": "DONE 1", "PLAN-2": "ON_TRACK 1", "PLAN-3": "ON_TRACK 1"}
    return {
        "recommendations": [
            {"recommendation_ref": ref, "title": f"Title of {ref}", "status": status}
            for ref, status in refs.items()
        ],
        "recommendation_evidence": [
            {"recommendation_ref": ref, "evidence_kind": kind, "evidence": what}
            for ref, kind, what in evidence
        ],
        "recommendation_statuses": [
            {"recommendation_ref": ref, "area_code": "372", "period": "2024-25", "status": status}
            | {"status_date": "2025-03-31"}
            for ref, status in statuses.items()
        ],
    }


def _published(series: str, title: str, area: str, name: str, level: str, year: int, value: str) -> dict:
    told = {
        "series": series,
        "title": title,
        "means": "Named at the end of an assessment.",
        "unit": "episode",
    }
    told |= {"area_code": area, "area": name, "level": level, "period_kind": "financial_year"}
    told |= {"period": f"{year - 1}-{year % 100}", "end_date": f"{year}-03-31", "vintage": "DfE 2025"}
    symbol = "Confidential: suppressed" if value == "c" else ""
    return told | {"value": value, "symbol_meaning": symbol, "source": "DfE", "indicator_code": ""}


CSE, TRAFFICKING = (
    "Assessed episodes with factor 11A, child sexual exploitation",
    "Assessed episodes with factor 12A",
)
PUBLISHED = [
    _published("factor_11A_cse", CSE, area, NAMES[area], "district", 2018 + n, value)
    for area, values in FACTOR_11A.items()
    for n, value in enumerate(values)
]
PUBLISHED += [_published("factor_11A_cse", CSE, "E92000001", "England", "country", 2025, "12400")]
PUBLISHED += [
    _published("factor_12A_trafficking", TRAFFICKING, area, NAMES[area], "district", year, value)
    for area, values in (("370", ("0", "c")), ("372", ("31", "18")))
    for year, value in zip((2024, 2025), values, strict=True)
]
BREAKS = [
    {
        "indicator_code": "I03",
        "area_code": "370",
        "breakdown": "all",
        "break_date": "2024-07-01",
        "note": "A new form.",
    }
]
