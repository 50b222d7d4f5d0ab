import yaml

from expectations.dbt_sources import dbt_sources
from expectations.standard import standard

TEXT = dbt_sources(standard())
ACCEPTED, LANDING = yaml.safe_load(TEXT)["sources"]


def test_it_says_who_writes_it():
    assert TEXT.startswith("# Derived by `warehouse sync`. Do not edit.\n")


def test_every_return_is_a_table_of_accepted_with_its_place_and_columns():
    assert (ACCEPTED["name"], ACCEPTED["schema"]) == ("accepted", "accepted")
    tables = {t["name"]: t for t in ACCEPTED["tables"]}
    assert list(tables) == list(standard())
    for name, r in standard().items():
        columns = [c["name"] for c in tables[name]["columns"]]
        assert columns == ["submission_id", "file", "sheet", "line", *r.column_names]
        assert all(c["description"] for c in tables[name]["columns"])


def test_how_a_return_restates_another_is_in_its_meta():
    for table in ACCEPTED["tables"]:
        restates = standard()[table["name"]].restates
        assert table["config"]["meta"]["restates"] == {
            "identity": list(restates.identity),
            "start": restates.start,
            "end": restates.end,
            "one_open_for": list(restates.one_open_for),
        }


def test_landing_has_the_tables_that_staging_reads():
    names = [
        *("submissions", "submission_files", "findings", "skipped", "rule_results", "expected"),
        *("released_figures", "links"),
    ]
    assert [t["name"] for t in LANDING["tables"]] == names
    assert all(t["description"].startswith("One row for each ") for t in LANDING["tables"])


def test_the_same_standard_gives_the_same_text():
    assert dbt_sources(standard()) == TEXT
