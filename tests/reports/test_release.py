import csv
import hashlib
import json

import duckdb
import pytest

from refusal import Refusal
from reports.release import RESTRICTED, release


def figures(folder):
    with (folder / "figures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def find(folder, **wanted):
    (row,) = [r for r in figures(folder) if all(r[k] == v for k, v in wanted.items())]
    return row


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.fixture
def cut(warehouse, tmp_path):
    return release(warehouse, "ROT", "2024-25", None, tmp_path)


def test_the_area_stands_first_then_the_others_by_name_then_south_yorkshire(cut):
    areas = list(dict.fromkeys(row["area"] for row in figures(cut)))
    unknown = "Place in South Yorkshire not known"
    assert areas == ["Rotherham", "Barnsley", "Doncaster", "Sheffield", unknown, "South Yorkshire"]


def test_a_place_not_known_is_shown_and_never_imputed(cut):
    rows = [row for row in figures(cut) if row["area_code"] == "U"]
    assert [(row["unit"], row["period"], row["value"], row["status"]) for row in rows] == [
        ("complaint", "2023-24", "0", "received"),  # no row in the mart, South Yorkshire received
        ("complaint", "2024-25", "1", "part received"),
        ("crime", "2023-24", "3", "received"),
        ("crime", "2024-25", "", "part received"),  # no row in the mart, South Yorkshire received in part
    ]  # and none for officers: the year they had one is not in the report


def test_a_place_not_known_is_not_received_where_south_yorkshire_is_not(warehouse, tmp_path):
    warehouse.execute("delete from marts.mart_annual_report where area_code = 'SY'")
    row = find(
        release(warehouse, "ROT", "2024-25", None, tmp_path), area_code="U", unit="crime", period="2024-25"
    )
    assert (row["value"], row["status"]) == ("", "not received")


def test_south_yorkshire_asked_for_stands_first_and_the_place_not_known_last(warehouse, tmp_path):
    cut = release(warehouse, "SY", "2024-25", None, tmp_path)
    codes = list(dict.fromkeys(row["area_code"] for row in figures(cut)))
    assert codes == ["SY", "370", "371", "372", "373", "U"]


def test_received_and_nothing_happened_is_0_and_not_received_is_empty(cut):
    complaints = {"unit": "complaint", "period": "2024-25"}
    assert find(cut, area="Barnsley", **complaints)["value"] == "0"
    absent = find(cut, area="Doncaster", **complaints)
    assert (absent["value"], absent["status"]) == ("", "not received")


def test_what_the_mart_does_not_hold_was_not_received(cut):
    row = find(cut, area="Sheffield", unit="FTE", period="2024-25")
    assert (row["value"], row["status"]) == ("", "not received")


def test_five_years_at_most_and_from_the_first_with_figures(cut):
    assert {row["period"] for row in figures(cut)} == {"2023-24", "2024-25"}  # 2018-19 is too old


def test_the_manifest_says_what_the_figures_rest_on(cut):
    manifest = json.loads((cut / "manifest.json").read_text("utf-8"))
    assert manifest["vintage"] == "2025-05-02T10:30:00+00:00"  # not the refused one of June
    assert manifest["standard_versions"] == {"R04": ["1.1"], "R09": ["1.0"]}
    assert (manifest["submissions"], manifest["as_at"]) == (2, None)
    assert manifest["protection"] == RESTRICTED
    for name, expected in manifest["files"].items():
        assert hashlib.sha256((cut / name).read_bytes()).hexdigest() == expected


def test_the_parquet_holds_the_same_figures(cut):
    read = duckdb.connect().execute(f"select area, value, status from '{cut / 'figures.parquet'}'").fetchall()
    assert [(a, s) for a, _, s in read] == [(row["area"], row["status"]) for row in figures(cut)]
    text = ["" if value is None else f"{value.normalize():f}" for _, value, _ in read]
    assert text == [row["value"] for row in figures(cut)]


def test_the_same_inputs_give_the_same_bytes(warehouse, cut, tmp_path):
    again = release(warehouse, "372", "2024-25", None, tmp_path / "elsewhere")
    assert contents(again) == contents(cut)


def test_a_release_is_never_overwritten(warehouse, cut, tmp_path):
    before = contents(cut)
    assert release(warehouse, "Rotherham", "2024-25", None, tmp_path) == cut
    warehouse.execute("update marts.mart_annual_report set value = 42 where value = 41")
    with pytest.raises(Refusal, match=r"says something else \(figures.csv, figures.parquet, manifest.json\)"):
        release(warehouse, "ROT", "2024-25", None, tmp_path)
    assert contents(cut) == before
    assert [p.name for p in tmp_path.iterdir()] == [cut.name]


def test_another_moment_is_another_release(warehouse, cut, tmp_path):
    other = release(warehouse, "ROT", "2024-25", "2025-07-31T00:00:00Z", tmp_path)
    assert other.name == cut.name + "-as-at-20250731T000000Z"
    assert json.loads((other / "manifest.json").read_text("utf-8"))["as_at"] == "2025-07-31T00:00:00Z"


@pytest.mark.parametrize(
    ("area", "year", "says"),
    [
        ("LDS", "2024-25", "There is no area LDS. The areas are BAR, DON, ROT, SHE, SY."),
        ("U", "2024-25", "There is no area U. The areas are BAR, DON, ROT, SHE, SY."),
        ("ROT", "2024", "2024 is not a financial year. Write it as 2024-25."),
        ("ROT", "2024-26", "2024-26 is not a financial year."),
        ("ROT", "2010-11", "There are no figures for 2010-11 or the four years before it."),
    ],
)
def test_what_cannot_be_cut_is_refused_in_words(warehouse, tmp_path, area, year, says):
    with pytest.raises(Refusal, match=says):
        release(warehouse, area, year, None, tmp_path)
