"""The indicators a release holds figures of, each with the words that say what it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta

from refusal import Refusal
from reports.charts.points import MONTHS
from reports.periods import financial_year
from reports.reading import Figure, Release

# The sections of the annual report, in its order; what a release names no section for stands last.
SECTIONS = {
    "The seven counts": "What recommendation 10 asks for every year.",
    "PREVENT": "Training, and awareness in schools.",
    "PROTECT": "Children missing, in care, and in the safeguarding process.",
    "PURSUE": "From crime to conviction, disruption and licensing.",
    "SUPPORT": "Victims' support, health and voluntary services.",
    "Ethnicity, age and sex": "Who is identified, unknown shown.",
    "Data quality and coverage": "How far the figures can be relied on.",
}
ELSE = "Other indicators"
BASES = {
    "flow": "Flow: what happened in the period.",
    "cohort": "Cohort: what began in the period, followed to date.",
    "stock": "Stock: what stood at the end of the period, or during it.",
}
POLARITIES = {
    "+": "More is better.",
    "-": "Fewer is better.",
    "0": "Neither: it says how much there is, not how well it goes.",
}
DISCLOSURE = {
    "L": "Low: small numbers protected where they count records about people.",
    "M": "Medium: small numbers protected.",
    "H": "High: never public below South Yorkshire.",
}
SEEDS = {
    "1": "Rotherham's response of June 2013",
    "2": "the Department for Education's evidence (LCG 06)",
}


@dataclass(frozen=True)
class Indicator:
    """One indicator in one unit, with its words; `numerator` and `denominator` in plain words, '' where none.

    `counted` is the SQL of what is counted.
    """

    code: str
    unit: str
    name: str
    section: str
    basis: str
    polarity: str
    disclosure: str
    returns: str
    scale: float
    counted: str
    seed_reference: str
    defined_title: str
    definition: str
    rationale: str
    numerator: str
    denominator: str
    method: str
    caveats: str

    @property
    def slug(self) -> str:
        """What names its files: `i20-percent-of-required`."""
        words = f"{self.code} {self.unit.replace('%', 'percent')}".lower()
        return re.sub(r"[^a-z0-9]+", "-", words).strip("-")

    @property
    def is_share(self) -> bool:
        return self.unit.startswith("%")

    @property
    def is_count(self) -> bool:
        """Whether it counts or adds; a median or a ratio of rates does not, and has no interval to judge it by."""
        return self.counted.startswith(("count(", "sum("))

    @property
    def is_compared(self) -> bool:
        """Whether areas of different size can be held side by side: a share or a rate."""
        return self.is_share or " per " in self.unit


def catalogue(release: Release) -> list[Indicator]:
    """The indicators with figures in a release, by code and then unit, in one order that never changes."""
    told = {
        (r["indicator_code"], r["unit"])
        for r in release.ask("select distinct indicator_code, unit from figures")
    }
    rows = [r for r in release.table("indicators") if (r["indicator_code"], r["unit"]) in told]
    return sorted((_indicator(row) for row in rows), key=lambda i: (_number(i.code), i.code, i.unit))


def find(indicators: Iterable[Indicator], code: str, unit: str) -> Indicator:
    """The indicator of that code and unit; Refusal where there is none."""
    for indicator in indicators:
        if (indicator.code, indicator.unit) == (code, unit):
            return indicator
    raise Refusal(f"The release has no figures of {code} in {unit}. Choose another, or another release.")


def by_section(indicators: Iterable[Indicator]) -> dict[str, list[Indicator]]:
    """The indicators of each section, the sections in the order of the annual report, none that is empty."""
    found: dict[str, list[Indicator]] = {section: [] for section in (*SECTIONS, ELSE)}
    for indicator in indicators:
        found[indicator.section if indicator.section in SECTIONS else ELSE].append(indicator)
    return {section: members for section, members in found.items() if members}


def words(indicator: Indicator) -> list[tuple[str, str]]:
    """What its page says of it, in terms and their words; nothing where nothing is said."""
    told = [
        ("Definition", f"{indicator.defined_title}: {indicator.definition}" if indicator.definition else ""),
        ("Why it is counted", indicator.rationale),
        ("Numerator" if indicator.denominator else "What is counted", indicator.numerator),
        ("Denominator", indicator.denominator),
        ("Unit", indicator.unit),
        ("Basis", BASES.get(indicator.basis, indicator.basis)),
        ("Is more better?", POLARITIES.get(indicator.polarity, "")),
        ("Method", indicator.method),
        ("What to beware of", indicator.caveats),
        ("Asked for by", asked_by(indicator.seed_reference)),
        (
            "Returns needed",
            indicator.returns.replace(";", ", ") or "What the warehouse notes of every return",
        ),
        ("Disclosure", DISCLOSURE.get(indicator.disclosure, "")),
    ]
    return [(term, said) for term, said in told if said]


def asked_by(reference: str) -> str:
    """`S1-8 S1-app 9` in words; what is written otherwise stays as it is."""
    found = re.findall(r"S([12])-(app ?)?(\d*)", reference)
    if not found:
        return reference
    said: dict[str, list[str]] = {}
    for seed, is_appendix, number in found:
        kind = "paragraph" if seed == "2" else "appendix 1" if is_appendix else "recommendation"
        said.setdefault(SEEDS[seed], []).append(
            f"{kind}.{number}" if is_appendix and number else f"{kind} {number}".strip()
        )
    return "; ".join(
        f"{source[0].upper()}{source[1:]}, {', '.join(places)}" for source, places in said.items()
    )


def updates(release: Release) -> tuple[str, str]:
    """(last update, next update) in words: what the figures rest on, and what the next ones wait for."""
    moment = release.moment
    last = release.ask("select max(end_date) as day from figures")[0]["day"]
    last_words = f"{day(moment)}: the last return behind these figures came then. Figures run to {day(last)}."
    kinds = {r["period_kind"] for r in release.ask("select distinct period_kind from figures")}
    kind = next((k for k in ("month", "quarter") if k in kinds), "financial_year")
    first = last + timedelta(days=1)
    return (
        last_words,
        f"With the returns of {_span(kind, first)}, once they have come and a release is made of them.",
    )


def _span(kind: str, first: date) -> str:
    if kind == "month":
        return f"{MONTHS[first.month - 1]} {first.year}"
    if kind == "quarter":
        return f"{MONTHS[first.month - 1]} to {MONTHS[(first.month + 1) % 12]} {first.year}"
    return f"the financial year {financial_year(first)}"


def day(moment: date) -> str:
    """`1 June 2026`."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def period(figure: Figure) -> str:
    """The period of a figure as people say it: `April 2024`, `April to June 2024`, `2024-25`."""
    if figure.period_kind in ("month", "quarter"):
        return _span(figure.period_kind, figure.start_date)
    return figure.period.removeprefix("AY")


def _indicator(row: dict) -> Indicator:
    told = {k: str(v if v is not None else "") for k, v in row.items()}
    named = told | {
        "code": told["indicator_code"],
        "name": told["indicator"],
        "numerator": told.get("numerator_words", ""),
        "denominator": told.get("denominator_words", ""),
        "scale": float(row["scale"] or 1),
    }
    # A release made before these words were kept has none of them.
    return Indicator(**{field.name: named.get(field.name, "") for field in fields(Indicator)})


def _number(code: str) -> int:
    return int(re.sub(r"\D", "", code) or 0)
