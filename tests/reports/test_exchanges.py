"""The extracts for CEOP and for a monitoring tool: figures as released, with what they rest on beside them."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest

from refusal import Refusal
from reports.exchanges.ceop import MEASURES, ceop_extract
from reports.exchanges.monitoring import MAPPING, monitoring_extract
from tests.reports.made_release import SEEDS, figure, release

YEAR = "2024-25"
SEED = SEEDS / "monitoring_mapping.csv"
BREAK = {"indicator_code": "I01", "area_code": "372", "breakdown": "all", "note": "A new form."}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A release of two years: complaints of every place, prosecutions of two, one of which has not come."""
    complaints = [("SY", 59), ("U", 1), ("373", 17), ("372", 41), ("371", "c"), ("370", 0)]
    figures = [
        figure("I01", "complaint", area, YEAR, value, provisional="provisional") for area, value in complaints
    ]
    figures += [
        figure("I01", "complaint", "372", "2023-24", 1234),
        figure("I01", "complaint", "372", YEAR, 9, part=("sex", "F", "Female")),
        figure("I03", "defendant", "372", YEAR, 5),
        figure("I03", "defendant", "SY", YEAR, "x", not_received="R06 CPS; R07 HMC"),
        figure("I10", "% of crimes", "372", YEAR, 25, of=(5, 20), lower="11.2", upper="46.9"),
    ]
    breaks = [BREAK | {"break_date": "2024-07-01"}, BREAK | {"break_date": "2016-07-01", "note": "Long ago."}]
    return release(tmp_path_factory.mktemp("releases"), figures, breaks=breaks)


def rows(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def ceop(made, tmp_path_factory):
    return ceop_extract(made, YEAR, tmp_path_factory.mktemp("ceop"))


def test_ceop_has_each_place_in_the_fixed_order_and_keeps_every_mark(ceop):
    told = rows(ceop[0])
    assert [(r["area_code"], r["level"], r["value"]) for r in told if r["indicator_code"] == "I01"] == [
        ("370", "LSCB area", "0"),
        ("371", "LSCB area", "c"),
        ("372", "LSCB area", "41"),
        ("373", "LSCB area", "17"),
        ("U", "place in the force area not known", "1"),
        ("SY", "police force area", "59"),
    ]
    assert {r["force"] for r in told} == {"South Yorkshire Police"}
    assert {r["period"] for r in told} == {YEAR}


def test_ceop_keeps_alleged_charged_and_convicted_apart(ceop):
    told = {(r["part"], r["stage"], r["indicator_code"], r["area_code"]): r for r in rows(ceop[0])}
    assert set(told) >= {("cases", "alleged", "I01", "372"), ("outcomes", "charged", "I03", "372")}
    share = told["outcomes", "charged", "I10", "372"]
    assert [share[c] for c in ("numerator", "denominator", "value", "lower", "upper", "basis", "unit")] == [
        "5", "20", "25", "11.2", "46.9", "cohort", "% of crimes"
    ]  # fmt: skip
    absent = told["outcomes", "charged", "I03", "SY"]
    assert (absent["value"], absent["status"], absent["not_received"]) == (
        "x",
        "not received",
        "R06 CPS; R07 HMC",
    )
    assert {m.stage for m in MEASURES if m.part == "outcomes"} >= {"charged", "convicted"}


def test_ceop_says_what_is_hidden_missing_provisional_and_broken(ceop):
    notes = ceop[1].read_text("utf-8")
    for said in (
        "Restricted: small numbers not yet protected. Do not publish.",
        "c: hidden, so that nobody can be found.",
        "x: not received: it does not mean 0.",
        "Not received: R06 CPS, R07 HMC.",
        "Absence of data is not absence of abuse.",
        "Provisional: figures so marked may still change.",
        "Break in the series, 2024-07-01: A new form.",
        "I04 (defendant)",
        "I03 (defendant) for 370, 371, 373;",
        "I03 (defendant): prosecution",
    ):
        assert said in notes
    assert "Long ago" not in notes


def test_the_manifest_names_the_release_and_every_file(ceop):
    told = json.loads(ceop[2].read_text("utf-8"))
    assert (told["release"], told["year"], told["vintage"]) == (
        "restricted-2024-25-made", YEAR, "2025-06-02T10:30:00+00:00"
    )  # fmt: skip
    assert told["files"] == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in ceop[:2]}


def test_the_same_release_gives_the_same_bytes(made, ceop, tmp_path):
    again = ceop_extract(made, YEAR, tmp_path)
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in ceop]


def test_a_year_the_release_has_not_is_refused_with_those_it_has(made, tmp_path):
    with pytest.raises(Refusal, match=r"has no figures of 2019-20\. It has 2023-24, 2024-25"):
        ceop_extract(made, "2019-20", tmp_path)


def mapping(path: Path, *lines: tuple, columns=MAPPING) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *lines])
    return path


def test_the_monitoring_extract_has_a_column_for_each_field_of_the_mapping(made, tmp_path):
    asked = mapping(
        tmp_path / "m.csv",
        ("reports", "I01", "complaint", "all", "all", "theirs"),
        ("girls", "I01", "complaint", "sex", "F", "theirs"),
        ("charged", "I03", "defendant", "all", "all", "theirs"),
        ("boys", "I01", "complaint", "sex", "M", "theirs"),
    )
    data, fields, notes, manifest = monitoring_extract(made, YEAR, tmp_path / "out", asked)
    shown = [[r[c] for c in ("area_code", "reports", "girls", "charged", "boys")] for r in rows(data)]
    assert shown == [
        ["370", "0", "", "", ""],
        ["371", "c", "", "", ""],
        ["372", "41", "9", "5", ""],
        ["373", "17", "", "", ""],
        ["U", "1", "", "", ""],
        ["SY", "59", "", "x", ""],
    ]
    about = {r["output_field"]: r for r in rows(fields)}
    assert [about["boys"][c] for c in ("in_the_release", "empty_for", "source")] == [
        "no",
        "370 371 372 373 U SY",
        "theirs",
    ]
    told = [
        about["charged"][c] for c in ("in_the_release", "empty_for", "not_received", "provisional", "basis")
    ]
    assert told == ["yes", "370 371 373 U", "R06 CPS; R07 HMC", "final", "flow"]
    assert (
        "An empty cell: this release has no such figure for that place. It does not mean 0."
        in notes.read_text("utf-8")
    )
    assert json.loads(manifest.read_text("utf-8"))["not_in_the_release"] == ["boys"]


@pytest.mark.parametrize(
    ("lines", "columns", "says"),
    [
        ([("a", "I01", "complaint", "all", "all", "s")], MAPPING[:-1], "lacks the column source"),
        ([("a", "I01", "kilo", "all", "all", "s")], MAPPING, "line 2: there is no indicator I01 in 'kilo'"),
        (
            [("a", "I01", "complaint", "all", "all", "s")] * 2,
            MAPPING,
            "line 3: output_field is empty, or stands there",
        ),
        (
            [("area", "I01", "complaint", "all", "all", "s")],
            MAPPING,
            "line 2: output_field is empty, or stands there",
        ),
    ],
)
def test_a_mapping_that_is_none_is_refused_by_its_line(made, tmp_path, lines, columns, says):
    with pytest.raises(Refusal, match=says):
        monitoring_extract(made, YEAR, tmp_path, mapping(tmp_path / "m.csv", *lines, columns=columns))
    with pytest.raises(Refusal, match=r"no mapping none\.csv"):
        monitoring_extract(made, YEAR, tmp_path, tmp_path / "none.csv")


def test_our_own_mapping_says_of_every_field_that_the_tools_list_was_not_found_and_knows_its_indicators():
    ours = rows(SEED)
    with (SEEDS / "indicators.csv").open(encoding="utf-8", newline="") as file:
        known = {(r["indicator_code"], r["unit"]) for r in csv.DictReader(file)}
    assert {(r["indicator_code"], r["unit"]) for r in ours} <= known
    assert len({r["output_field"] for r in ours}) == len(ours) == 34
    assert {"was not found" in r["source"] for r in ours} == {True}
