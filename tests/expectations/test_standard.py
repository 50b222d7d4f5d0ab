"""The standard format agrees with itself, with its code lists, and with the examples it gives."""

from __future__ import annotations

import copy
import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from expectations.personal_data import KINDS
from expectations.standard import RETURNS, StandardError, parse, standard
from ingest.tables import DUCKDB_TYPES

SEEDS = Path(__file__).parents[2] / "seeds"
ALL = list(standard().values())
DERIVED = {
    "required": "must be filled in.",
    "date": "is not a real date. Use YYYY-MM-DD.",
    "datetime": r"is not a real date and time with its offset. Use YYYY-MM-DDTHH:MM:SS\+00:00.",
    "yearmonth": "is not a real month. Use YYYY-MM.",
    "integer": "is not a whole number.",
    "number": "is not a number.",
    "day first": "was read as day/month/year. Send dates as YYYY-MM-DD.",
    "codes": r"is not a code of the list \w+.",
    "codes on a date": r"is not a code of the list \w+ that was valid on \w+.",
    "enum": "is not one of: .+.",
    "pattern": "is not in the expected form.",
    "minimum": "must be at least .+.",
    "maximum": "must be at most .+.",
    "length": r"is longer than \d+ characters.",
    "unique": "stands in more than one row.",
    "primary key": "together stand in more than one row.",
    "foreign key": r"has no row in \w+.",
    "event date": "is after the end of the period.",
    "sender": "is not the organisation that sends the return.",
}


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CODES = _seed("codes.csv")
ALIASES = _seed("code_aliases.csv")
LISTS = {row["list"] for row in CODES}


def _named(r) -> set[str]:
    """Every code list a return names: of a column, of a rule, or inside a rule's SQL."""
    found = {f.codes.list for f in r.fields if f.codes}
    found |= {rule.arguments["codes"] for rule in r.rules if "codes" in rule.arguments}
    for rule in r.rules:
        found |= set(re.findall(r"\blist = '(\w+)'", rule.arguments.get("where", "")))
    return found


def test_every_return_is_declared():
    numbers = [f"R{n:02d}" for n in range(33)]
    assert [r.code for r in ALL] == sorted([*numbers, "R14B", "R15B"])


@pytest.mark.parametrize(
    "where",
    [(), ("fields", 0), ("expectations", 0), ("examples",), ("examples", "refused", 0), ("restates",)],
    ids=str,
)
def test_an_unknown_key_is_refused_wherever_it_stands(where):
    given = yaml.safe_load((RETURNS / "pol_crime.yml").read_text("utf-8"))
    inner = given = copy.deepcopy(given)
    for step in where:
        inner = inner[step]
    inner["severty"] = "warning"
    with pytest.raises(StandardError, match="severty"):
        parse(given, "pol_crime.yml")


def test_a_column_that_does_not_exist_is_refused():
    given = yaml.safe_load((RETURNS / "pol_crime.yml").read_text("utf-8"))
    given["primaryKey"] = ["crime_reff"]
    with pytest.raises(StandardError, match="crime_reff"):
        parse(given, "pol_crime.yml")


@pytest.mark.parametrize("r", ALL, ids=lambda r: r.name)
def test_every_code_list_named_exists(r):
    assert _named(r) <= LISTS


@pytest.mark.parametrize("r", ALL, ids=lambda r: r.name)
def test_foreign_keys_name_columns_of_their_parent(r):
    for key in r.foreign_keys:
        assert set(key.reference) <= set(standard()[key.resource].column_names)
        assert len(key.reference) == len(key.fields)


@pytest.mark.parametrize("r", ALL, ids=lambda r: r.name)
def test_every_rule_has_an_example_in_its_words(r):
    because = {example.because for example in r.refused}
    assert [rule.code for rule in r.rules if rule.says not in because] == []


@pytest.mark.parametrize("r", ALL, ids=lambda r: r.name)
def test_every_example_quotes_a_rule(r):
    said = {rule.says for rule in r.rules} | {kind.says for kind in KINDS}
    derived = re.compile(rf"({'|'.join(r.column_names)})(, \w+)* ({'|'.join(DERIVED.values())})")
    assert [e.because for e in r.refused if e.because not in said and not derived.fullmatch(e.because)] == []


@pytest.mark.parametrize("kind", DERIVED)
def test_every_kind_of_derived_rule_has_an_example(kind):
    said = [example.because for r in ALL for example in r.refused]
    assert any(re.search(rf"^[\w, ]+ {DERIVED[kind]}$", because) for because in said)


@pytest.mark.parametrize("r", ALL, ids=lambda r: r.name)
def test_examples_are_of_the_returns_columns(r):
    known = set(r.column_names)
    assert set(r.accepted) <= known
    assert {f.name for f in r.fields if f.required} <= set(r.accepted)
    assert {column for e in r.refused for column in e.change} <= known


@pytest.mark.parametrize("r", ALL, ids=lambda r: r.name)
def test_rules_and_columns_are_told_in_whole_sentences(r):
    assert all(rule.says.endswith(".") and rule.says[0].isalnum() for rule in r.rules)
    assert all(f.description.endswith(".") for f in r.fields)
    assert r.description.startswith("One row for each")
    assert all(rule.code.startswith(f"{r.code}.") for rule in r.rules)
    assert len({rule.says for rule in r.rules}) == len(r.rules)


@pytest.mark.parametrize("r", ALL, ids=lambda r: r.name)
def test_every_rule_in_sql_binds_to_the_columns_of_its_return(r):
    connection = duckdb.connect()
    own = {"submission_id": "bigint", "line": "bigint", "period_start": "date", "period_end": "date"}
    typed = own | {f.name: DUCKDB_TYPES[f.type] for f in r.fields}
    columns = ", ".join(f'"{name}" {kind}' for name, kind in typed.items())
    connection.execute(f"create table batch ({columns})")
    connection.execute("create table codes (list varchar, code varchar, code_group varchar)")
    for rule in r.rules:
        if where := rule.arguments.get("where"):
            bad = where.replace("{codes}", "codes")
            kind = connection.execute(f"describe select ({bad}) as bad from batch").fetchone()[1]
            assert kind == "BOOLEAN", rule.code


def test_days_of_validity_are_dates_in_their_order():
    for row in CODES:
        start, end = (date.fromisoformat(row[c]) if row[c] else None for c in ("valid_from", "valid_to"))
        assert not (start and end) or start <= end, row


def test_no_code_stands_twice_from_the_same_day():
    found = Counter((row["list"], row["code"], row["valid_from"]) for row in CODES)
    assert [key for key, times in found.items() if times > 1] == []


def test_every_code_tells_its_meaning_and_its_source():
    assert [row for row in CODES if not (row["label"] and row["source"])] == []


def test_coded_values_are_upper_case_where_a_return_uses_the_list():
    used = set().union(*(_named(r) for r in ALL))
    assert [row for row in CODES if row["list"] in used and row["code"] != row["code"].upper()] == []


def test_every_alias_leads_to_a_code_and_is_none_itself():
    codes = {(row["list"], row["code"]) for row in CODES}
    assert [row for row in ALIASES if (row["list"], row["code"]) not in codes] == []
    assert [row for row in ALIASES if (row["list"], row["alias"]) in codes] == []
    assert [row for row in ALIASES if row["alias"] != row["alias"].upper()] == []


def test_an_alias_means_one_code():
    found = Counter((row["list"], row["alias"]) for row in ALIASES)
    assert [key for key, times in found.items() if times > 1] == []


def test_four_spellings_of_barnsley_are_one_council():
    spellings = {row["alias"]: row["code"] for row in ALIASES if row["list"] == "la"}
    assert {spellings[s] for s in ("E08000016", "E08000038", "BARNSLEY MBC", "BARNSLEY")} == {"370"}
