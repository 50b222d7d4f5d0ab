"""The made-up county: the same again from the same seed, as large as asked for, and whole."""

from __future__ import annotations

import csv
from collections import Counter
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from demo import model
from expectations.standard import find, standard

# The one file that is not in UTF-8.
ODD = "SYCSE_R19_SHE_2022-23"
# Counts and registers, which do not grow with the number of children.
REGISTERS = {"R16", "R17", "R18", "R20", "R21", "R22", "R26", "R27", "R28", "R29", "R30", "R31"}


def digests(folder: Path) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): sha256(p.read_bytes()).hexdigest() for p in files}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def returns_of(county, code: str) -> list[tuple[str, list[dict[str, str]]]]:
    """(file, rows) of every CSV of a return in the county's five years, in order."""
    found = [
        file
        for s in county.truth["submissions"]
        if s["return_code"] == code and s["period"] < "2025"
        for file in s["files"]
        if Path(file).name.startswith("SYCSE") and file.endswith(".csv") and ODD not in file
    ]
    return [(file, rows_of(county.folder / file)) for file in found]


def test_the_same_seed_makes_the_same_bytes(county, make_county, tmp_path):
    again = make_county(tmp_path, scale=0.1)
    assert digests(again.folder) == digests(county.folder)


def test_another_seed_makes_another_county(county, make_county, tmp_path):
    other = make_county(tmp_path, scale=0.1, seed=7, faults=False)
    assert other.truth["seven_counts"] != county.truth["seven_counts"]


def test_rows_grow_with_the_scale(make_county, tmp_path):
    made = [make_county(tmp_path / str(n), scale=n, faults=False).truth for n in (0.5, 1, 2)]
    events, registers = (
        [
            sum(s["rows_read"] for s in t["submissions"] if (s["return_code"] in REGISTERS) == counted)
            for t in made
        ]
        for counted in (False, True)
    )
    assert 15_000 < events[1] < 35_000
    for smaller, larger in pairwise(events):
        assert larger / smaller == pytest.approx(2, rel=0.05)
    assert len(set(registers)) == 1


def test_every_file_has_the_rows_the_truth_says(county):
    for file, rows in county.truth["rows"].items():
        if file.endswith(".csv") and ODD not in file:
            assert len(rows_of(county.folder / file)) == rows, file


def test_headers_are_the_standards(county):
    for r in standard().values():
        for file, rows in returns_of(county, r.code):
            assert tuple(rows[0]) == r.column_names, file


def test_every_return_is_sent_once_a_year_but_the_one_that_never_came(county):
    sent = Counter(
        (s["organisation_code"], s["return_code"])
        for s in county.truth["submissions"]
        if s["period"] < "2025"
    )
    assert sent.pop(("DON", "R19")) == 4
    assert {which: n for which, n in sent.items() if n != 5 and which[1] != "R00"} == {}
    # Nobody owes R14B, which is read out of an Annex A, identities, or decisions on links.
    assert {code for _, code in sent} == {r.code for r in standard().values()} - {"R14B", "R25", "R32"}


def test_the_formats_are_mixed(county):
    kinds = Counter(Path(file).suffix for file in county.truth["rows"])
    assert (kinds[".xml"], kinds[".xlsx"]) == (5, 1)
    odd = next(county.folder.glob("inbox/SHE/2022-23/*/SYCSE_R19_*"))
    assert "Children’s team" in odd.read_bytes().decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        odd.read_text("utf-8")


@pytest.mark.parametrize(
    ("code", "column"),
    [
        ("R02", "crime_ref"),
        ("R03", "crime_ref"),
        ("R06", "crime_refs"),
        ("R07", "case_ref"),
        ("R15B", "rhi_ref"),
    ],
)
def test_rows_have_their_parents(county, code, column):
    (key,) = find(code).foreign_keys
    parents = {
        row[key.reference[0]] for _, rows in returns_of(county, find(key.resource).code) for row in rows
    }
    children = {
        part for _, rows in returns_of(county, code) for row in rows for part in row[column].split(";")
    }
    assert children
    assert children <= parents


def test_what_was_open_is_told_again_and_some_starts_are_put_right(county):
    starts: dict[str, list[str]] = {}
    for _, rows in returns_of(county, "R09"):
        for row in rows:
            starts.setdefault(row["referral_id"], []).append(row["referral_date"])
    assert any(len(told) > 1 for told in starts.values())
    assert any(len(set(told)) > 1 for told in starts.values())
    standing = sum(
        s["records"]
        for s in county.truth["standing"]
        if s["return_code"] == "R09" and s["organisation_code"] != "DON"
    )
    assert standing == len(starts)


def test_reports_of_one_child_are_near_or_far_apart(county):
    """Never between 8 and 14 days, so that there is one answer to what is the same complaint."""
    days: dict[str, list[int]] = {}
    from datetime import date

    for code, column in (("R04", "received_at"), ("R09", "referral_date")):
        latest = {row["record_ref"]: row for _, rows in returns_of(county, code) for row in rows}
        for row in latest.values():
            if row.get("cse_concern", "Y") == "Y":
                day = date.fromisoformat(row[column][:10]).toordinal()
                days.setdefault(row["person_key"], []).append(day)
    gaps = [b - a for told in days.values() for a, b in pairwise(sorted(told))]
    assert any(gap <= 7 for gap in gaps)
    assert not any(7 < gap < 15 for gap in gaps)


def test_no_names_postcodes_or_numbers_of_people(county):
    columns = {name for _, rows in returns_of(county, "R09")[:1] for name in rows[0]}
    assert not columns & {"name", "address", "postcode", "nhs_number", "date_of_birth"}


@pytest.mark.parametrize("children", [60, 3_400, 999_999, 1_000_000, 5_666_667])
def test_no_number_of_a_child_or_a_time_away_is_given_twice_however_many_there_are(children):
    with duckdb.connect() as connection:
        connection.execute(f"set variable seed = 1; set variable children = {children}")
        connection.execute((model.SQL / "10_words.sql").read_text("utf-8"))

        def first(place: int) -> int:
            return connection.execute(f"select numbers_of({place}::bigint)").fetchone()[0]

        teens, clock = first(1_000_000) + max(8, round(children / 25)), first(2_000_000)
        assert children < first(1_000_000) < teens < clock
        # An episode of care is i * 4 and its part of three, a time away of it that * 4 and its number.
        episode, from_home = teens * 4 + 3, first(40_000_000) + (children + 1) * 8
        assert episode * 4 + 3 < first(30_000_000) < first(30_000_000) + episode < first(40_000_000)
        assert from_home < first(60_000_000)
        # Told by either side as twice the number and its part, in nine digits.
        assert 2 * (first(60_000_000) + 9) + 1 <= 999_999_999
