"""Every indicator has its words: why it is counted, what of what, how, and what to beware of."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from reports.releases.beside import TABLES

SEEDS = Path(__file__).parents[2] / "seeds"
SECTIONS = (
    "The seven counts",
    "PREVENT",
    "PROTECT",
    "PURSUE",
    "SUPPORT",
    "Ethnicity, age and sex",
    "Data quality and coverage",
)


def seed(name: str) -> dict[tuple[str, str], dict]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {(row["indicator_code"], row["unit"]): row for row in csv.DictReader(file)}


INDICATORS, PAGES = seed("indicators"), seed("indicator_pages")


def test_every_indicator_has_its_page_words_and_nothing_else_has():
    assert PAGES.keys() == INDICATORS.keys()
    assert {row["section"] for row in PAGES.values()} == {*SECTIONS}


@pytest.mark.parametrize("key", PAGES, ids=" ".join)
def test_the_words_are_there_and_say_what_the_sql_says(key):
    page, listed = PAGES[key], INDICATORS[key]
    for column in ("rationale", "counted", "method", "caveats", "source"):
        assert page[column].strip(), column
        # Whole sentences, but for where it comes from.
        assert column == "source" or page[column].endswith("."), column
    is_of = listed["denominator"] or listed["share_of"] or listed["population_ages"]
    assert bool(page["counted_of"]) == bool(is_of)
    # Staff, schools and returns are counted one by one; medians and ratios of rates have no interval of ours.
    has_none = not listed["numerator"].startswith(("count(", "sum(")) or listed["relation"] in (
        "fct_workforce",
        "fct_training_coverage",
        "fct_prevention_coverage",
        "fct_returns_due",
    )
    named = "No interval" if has_none else "Wilson's" if listed["unit"].startswith("%") else "Byar's"
    assert named in page["method"]


def test_the_words_lie_beside_the_figures_of_a_release():
    connection = duckdb.connect()
    connection.execute("create schema reference")
    for name in ("indicators", "indicator_pages", "definitions"):
        connection.execute(
            f"create table reference.{name} as from read_csv('{SEEDS / name}.csv', header = true, all_varchar = true)"
        )
    found = connection.execute(TABLES["indicators"], {"indicators": ["I20"]})
    names = [column[0] for column in found.description]
    told = {row["unit"]: row for row in (dict(zip(names, r, strict=True)) for r in found.fetchall())}
    assert [*told] == ["% of completed", "% of required", "% of required, possibly"]
    required = told["% of required"]
    assert required["section"] == "PROTECT"
    assert required["denominator_words"] == (
        "Ended missing episodes of a council for which a return interview is required."
    )
    assert {c: required[c] for c in ("rationale", "method", "caveats")} == {
        c: PAGES["I20", "% of required"][c] for c in ("rationale", "method", "caveats")
    }
    assert required["numerator_words"] == PAGES["I20", "% of required"]["counted"]
