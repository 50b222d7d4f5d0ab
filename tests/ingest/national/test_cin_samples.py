import csv
from pathlib import Path

import pytest

from ingest.national import read_cin_xml
from ingest.reading import Sent

CODES = Path(__file__).parents[3] / "seeds" / "codes.csv"


def test_what_the_reader_fills_in_itself_is_in_the_code_lists():
    with CODES.open(encoding="utf-8", newline="") as f:
        known = {(row["list"], row["code"]) for row in csv.DictReader(f)}
    filled = {
        "la_missing_definition": ["M_AND_A"],
        "missing_setting": ["CARE"],
        "referral_outcome": ["NFA", "ACCEPTED", "U"],
        "yes_no_unknown": ["Y", "N", "U"],
        "ethnicity_scheme": ["DFE"],
        "council_area": ["U"],
        "protection_event_type": ["S47", "ICPC", "CPP_START", "CPP_END", "REVIEW"],
    }
    assert {(name, code) for name, given in filled.items() for code in given} <= known


@pytest.mark.parametrize(
    ("name", "rows", "skipped", "found"),
    [
        ("fake_CIN_data.xml", (402, 0, 350), 0, ["X503", "X503"]),
        ("CIN_Census_2024.xml", (2, 2, 5), 1, ["X503", "X503", "CIN2884", "S106"]),
        ("CIN_Census_2021.xml", (1, 1, 5), 1, ["X503", "CIN2884"]),
    ],
)
def test_the_published_files_are_read_whole(samples, out, name, rows, skipped, found):
    reading = read_cin_xml(Sent(samples(f"cin/{name}"), name), out)
    assert tuple(table.rows for table in reading.tables) == rows
    assert sum(s.rows for _, s in reading.skipped) == skipped
    assert [finding.rule_code for _, finding in reading.findings] == found
