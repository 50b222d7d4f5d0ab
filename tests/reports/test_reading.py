"""A release as readers find it: whole, locked, the right one, and no number in a mark's place."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import duckdb
import pytest

from refusal import Refusal
from reports import reading, words
from reports.releases import restricted
from reports.releases.rows import rows
from tests.reports import made_release
from tests.reports.frozen_marts import SEEDS, complaints, figure, financial, lay, tell

YEAR = financial(2024)


@pytest.fixture
def marts(warehouse):
    lay(warehouse)
    tell(warehouse, complaints(5, 160), ("financial_year", "quarter"))
    warehouse.execute(
        "insert into marts.fct_indicator_coverage values ('R04;R09', 'within', '371', ?, ['R09 DON'], true)",
        [YEAR],
    )
    figure(warehouse, "I11", "% of completed prosecutions", "372", YEAR, 3, 12)
    figure(warehouse, "I03", "defendant", "371", YEAR, None, status="not received")
    figure(warehouse, "I03", "defendant", "370", YEAR, None, status="part received")
    figure(warehouse, "I31", "referral", "SY", YEAR, None, status="suppressed by sender")
    for area in ("372", "SY"):  # of those charged, the ethnic group stands for South Yorkshire alone
        figure(warehouse, "I03", "defendant", area, YEAR, 4, part=("ethnicity", "White"))
        figure(warehouse, "I14", "person", area, YEAR, 4)
    return warehouse


@pytest.fixture
def release(marts, tmp_path):
    return reading.Release(restricted.restricted(marts, tmp_path, SEEDS, YEAR, years=2))


def one(release, where):
    (found,) = release.figures(f"{where} and period = '{YEAR}' and breakdown = 'all'")
    return found


def test_a_restricted_release_tells_every_figure_as_it_is(marts, release):
    true = marts.execute(
        "select count(*), sum(numerator) from marts.fct_indicator_values where indicator_code = 'I01'"
    ).fetchone()
    told = release.figures("indicator_code = 'I01'")
    assert (len(told), sum(f.number for f in told)) == true
    assert release.is_restricted
    assert re.fullmatch("restricted-2024-25-2-years-vintage-20250502T103000Z-[0-9a-f]{8}", release.name)
    assert release.moment.isoformat() == "2025-05-02T10:30:00+00:00"


def test_marks_stand_where_there_is_no_number_and_never_nought(release):
    share = one(release, "indicator_code = 'I11'")
    assert (share.numerator, share.denominator, share.value, share.lower, share.upper) == (
        "3",
        "12",
        "25",
        "8.9",
        "53.2",
    )
    marks = {f"indicator_code = 'I03' and area_code = '{area}'": "x" for area in ("370", "371")}
    marks |= {"indicator_code = 'I31'": "c"}
    for where, mark in marks.items():
        found = one(release, where)
        assert (found.numerator, found.value, found.lower, found.upper) == (mark,) * 4
        assert (found.number, found.denominator) == (None, "z")


def test_of_suspects_and_defendants_no_ethnic_group_is_told_below_south_yorkshire(release):
    told = release.figures("breakdown = 'ethnicity' or indicator_code = 'I14'")
    assert [(f.indicator_code, f.area_code, f.value) for f in told] == [
        ("I03", "SY", "4"),
        ("I14", "SY", "4"),
    ]


def test_what_was_not_received_and_what_is_provisional_stand_beside_the_figure(release):
    where = "indicator_code = 'I01' and unit = 'complaint' and area_code = '{}'"
    don, rot = one(release, where.format("371")), one(release, where.format("372"))
    assert (don.not_received, don.provisional, rot.not_received, rot.provisional) == (
        "R09 DON",
        "provisional",
        "",
        "final",
    )


def test_the_same_marts_are_cut_to_the_same_bytes(marts, release, tmp_path):
    again = restricted.restricted(marts, tmp_path / "again", SEEDS, YEAR, years=2)
    assert [p.name for p in sorted(again.iterdir())] == [p.name for p in sorted(release.folder.iterdir())]
    assert all(p.read_bytes() == (release.folder / p.name).read_bytes() for p in again.iterdir())


def test_a_reader_reads_nothing_but_the_release(release, tmp_path):
    (tmp_path / "other.csv").write_text("a\n1\n")
    for sql in (
        f"from read_csv('{tmp_path}/other.csv')",
        "from '/etc/passwd'",
        "set enable_external_access = true",
    ):
        with pytest.raises(duckdb.Error):
            release.ask(sql)


def test_a_table_that_was_changed_is_not_read(release):
    (release.folder / "figures.parquet").write_bytes((release.folder / "breaks.parquet").read_bytes())
    with pytest.raises(Refusal, match=r"figures\.parquet in .* is not the one its manifest names") as refused:
        reading.Release(release.folder).figures()
    assert refused.value.code == 3


def publish(folder, name, published_at, **manifest):
    told = {"name": name, "protection": None} | manifest
    release = made_release.release(
        folder / "public", [made_release.figure("I01", "complaint", "372", YEAR, 41)], told
    )
    (release.folder / "publication.json").write_text(json.dumps({"published_at": published_at}))


def test_readers_get_what_was_published_last_by_the_moment_they_ask_for(tmp_path):
    publish(tmp_path, "first", "2025-07-01T09:00:00+00:00")
    publish(tmp_path, "second", "2025-11-01T09:00:00+00:00")
    publish(tmp_path, "yearly", "2025-12-01T09:00:00+00:00", periods=["year"])
    publish(tmp_path, "other", "2025-12-02T09:00:00+00:00", year="2023-24")

    def chosen(*asked, **more):
        found = reading.public(tmp_path, *asked, **more)
        return found and found.name

    assert chosen(YEAR) == "yearly"
    assert chosen(YEAR, kinds=("year", "month")) == "second"
    assert chosen(YEAR, "2025-07-01") == "first"
    assert chosen(YEAR, "2025-07-01T08:00:00") is None
    assert chosen("2019-20") is None
    assert reading.named(tmp_path, "first").is_restricted is False
    with pytest.raises(Refusal, match=r"There is no release third\. There are: first, other, second, yearly"):
        reading.named(tmp_path, "third")
    with pytest.raises(Refusal, match="There is no release"):
        reading.named(tmp_path, "../public/first")


def test_a_rate_and_a_median_have_the_interval_that_is_theirs():
    plain = {
        "counted": "count(*)",
        "counted_of": None,
        "share_of": None,
        "population_ages": None,
        "is_exempt": False,
    }
    plain |= {"unit": "complaint", "scale": 1, "is_provisional": False}
    rate = plain | {"unit": "complaints per 10,000 aged 0-17", "population_ages": "0-17", "scale": 10000}
    median = plain | {"unit": "median days", "counted": "median(days)"}
    staff = plain | {"unit": "FTE", "counted": "sum(fte)", "is_exempt": True}
    texts = [
        ("20", "z", "20"),
        ("20", "50000", "4"),
        ("z", "z", "12"),
        ("2.5", "z", "2.5"),
        ("c", "50000", "c"),
    ]
    told = rows([plain, rate, median, staff, rate], texts, [""] * 5)
    ends = [(row["lower"], row["upper"]) for row in told]
    assert ends == [("12.2", "30.9"), ("2.4", "6.2"), ("z", "z"), ("z", "z"), ("c", "c")]


def test_numbers_are_read_as_people_write_them():
    assert [words.shown(*t) for t in (("1234", "crime"), ("52.381", "% of completed"), ("12.75", "FTE"), ("*", "crime"))] == [
        "1,234", "52.4", "12.75", "[c]",
    ]  # fmt: skip


def test_no_more_is_said_of_two_figures_than_their_intervals_allow(release):
    base = one(release, "indicator_code = 'I11'")
    few, many = (
        replace(base, value="25", lower="9", upper="53"),
        replace(base, value="80", lower="60", upper="92"),
    )
    assert words.change(few, many) == "rose"
    assert words.change(many, few) == "fell"
    assert (
        words.change(few, replace(few, value="40", lower="20", upper="60"))
        == "changed by no more than chance allows"
    )
    assert words.change(few, few) == "did not change"
    assert words.change(few, replace(few, value="c")) == "cannot be compared"
    staff = replace(base, value="3", lower="z", upper="z")
    assert words.change(staff, replace(staff, value="2.5")) == "fell"
