"""The made-up county, a whole night on it, and the truth written beside it by code that knows nothing of ours."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter

import duckdb
import pytest

import demo
import warehouse

TOLD_UNTIL = "2024-25"


@pytest.fixture(scope="module")
def county(tmp_path_factory, parsed):
    """The truth, and the warehouse after one night."""
    folder = tmp_path_factory.mktemp("county")
    truth = json.loads(demo.make(folder / "made", 0.3, 2013).read_text("utf-8"))
    home = warehouse.Home(folder / "home")
    shutil.copytree(parsed, home.parsed)
    warehouse.night(home, folder / "made" / "inbox", lambda *_: None)
    with duckdb.connect(str(home.live), read_only=True) as connection:
        yield truth, connection, home, folder / "made" / "inbox"


def number(value) -> float | None:
    """A number, or nothing where it was not received."""
    return None if value in (None, "x") else round(float(value), 4)


def test_every_indicator_is_the_truth(county):
    truth, connection, *_ = county
    key = "indicator_code, area_code, period, basis, breakdown, breakdown_value, unit"
    rows = connection.execute(
        f"select {key}, numerator, denominator, value, status from marts.fct_indicator_values"
    ).fetchall()
    ours = {r[:7]: (*map(number, r[7:10]), r[10]) for r in rows}
    assert len(ours) == len(rows)
    wrong = []
    for t in truth["indicators"]:
        place = tuple(t[c] for c in key.split(", "))
        theirs = (*(number(t[c]) for c in ("numerator", "denominator", "value")), t["status"])
        if ours.get(place) != theirs:
            wrong.append((place, theirs, ours.get(place)))
    assert wrong == []
    assert len(truth["indicators"]) > 5000


def test_the_truth_tells_of_every_indicator(county):
    truth, connection, *_ = county
    told = {t["indicator_code"] for t in truth["indicators"]}
    assert told == {*(f"I{n:02d}" for n in range(1, 45)), "I20b"}
    assert {
        code for (code,) in connection.execute("select indicator_code from reference.indicators").fetchall()
    } == told


def test_the_reconciliation_finds_each_planted_difference_and_no_other(county):
    truth, connection, *_ = county
    ours = connection.execute(
        "select month, area_code, status, count(*) from core.fct_missing_reconciliation where is_comparable "
        "and month < '2025-04' group by all"
    ).fetchall()
    theirs = [(t["month"], t["la"], t["status"], t["episodes"]) for t in truth["reconciliation"]]
    assert sorted(ours) == sorted(theirs)
    assert {status for _, _, status, _ in ours} == {"FULL", "TIME_DIFF", "CHILD_ONLY", "LA_ONLY", "POL_ONLY"}


def test_every_report_is_counted_in_one_complaint_and_one_report_stands_for_it(county):
    _, connection, *_ = county
    keys, anchors, nameless = connection.execute(
        "select count(distinct complaint_key), count(*) filter (is_anchor), count(*) filter (complaint_key is null) "
        "from core.fct_complaint_members"
    ).fetchone()
    complaints = "select count(*), sum(reports_count) from core.fct_complaints"
    members = "select count(*) from core.fct_complaint_members"
    counted, reports = connection.execute(complaints).fetchone()
    assert (keys, nameless, counted) == (anchors, 0, anchors)
    assert reports == connection.execute(members).fetchone()[0] > counted > 100


def test_every_submission_has_its_fate_and_its_rows(county):
    truth, connection, *_ = county
    columns = "organisation_code, return_code, period, status, rows_read, rows_accepted, rows_quarantined, rows_skipped"
    ours = Counter(connection.execute(f"select {columns} from landing.submissions").fetchall())
    theirs = Counter(tuple(s[c] for c in columns.split(", ")) for s in truth["submissions"])
    assert theirs - ours == Counter()


def test_every_planted_fault_is_found_in_its_words(county):
    """File, line, column, value as sent, code, severity and sentence; of a whole file, its code."""
    truth, connection, *_ = county
    columns = "line, column_name, coalesce(value, ''), rule_code, severity, says"
    ours = Counter(
        connection.execute(
            f"select regexp_extract(file, '[^/]+$'), {columns} from landing.findings"
        ).fetchall()
    )
    of_files = {(name, code, severity) for name, _, _, _, code, severity, _ in ours}
    rows, files = [], set()
    for f in truth["findings"]:
        name = f["file"].rpartition("/")[2]
        if f["line"] is None:
            files.add((name, f["rule_code"], f["severity"]))
            continue
        told = [f["line"], f["column_name"], f["value"] or "", f["rule_code"], f["severity"], f["says"]]
        closed = (name, *told[:2], "(withheld)", *told[3:])
        # A word where a date, a number or a code belongs could be a name; a number or a short code could not.
        is_word = re.search("[A-Za-z]{3}", told[2]) and closed in ours
        rows.append(closed if f.get("sensitive") or is_word else (name, *told))
    assert Counter(rows) - ours == Counter()
    assert files - of_files == set()
    assert len(rows) > 300


def test_the_files_that_are_no_returns_are_refused(county):
    truth, connection, *_ = county
    refused = {
        name.rpartition("/")[2]
        for (name,) in connection.execute(
            "select file_name from landing.submissions where status = 'refused'"
        ).fetchall()
    }
    assert {f["file"].rpartition("/")[2] for f in truth["refused"]} == refused


def test_no_good_row_of_the_five_years_is_blamed(county):
    """What was not planted is not found: errors stand in the year of the planted faults only."""
    _, connection, *_ = county
    assert (
        connection.execute(
            "select s.return_code, f.rule_code, f.says from landing.findings f join landing.submissions s "
            "using (submission_id) where f.severity in ('error', 'file') and s.period <= ? and s.return_code <> 'R00'",
            [TOLD_UNTIL],
        ).fetchall()
        == []
    )


def test_cross_return_findings_are_those_planted(county):
    truth, connection, *_ = county
    ours = dict(
        connection.execute(
            "select rule_code, count(*) from core.fct_cross_return_findings where (period <= ? or period is null) "
            "and record not like '%published%' group by all",
            [TOLD_UNTIL],
        ).fetchall()
    )
    theirs = Counter()
    for t in truth["cross_return"]:
        theirs[t["rule_code"]] += t["count"]
    rows = tuple(f"X{n:02d}" for n in (*range(1, 16), 17, 18, 20, 22))
    assert {r: ours.get(r, 0) for r in rows} == {r: theirs[r] for r in rows}


def test_records_stand_once(county):
    """An open episode, a referral, a plan restated by the next year's return stands once, as last told."""
    truth, connection, *_ = county
    wrong = []
    names = dict(
        connection.execute("select distinct return_code, return_name from landing.submissions").fetchall()
    )
    for t in truth["standing"]:
        also = (
            " and event_type <> 'STRAT'"
            if (t["organisation_code"], t["return_code"]) == ("DON", "R11")
            else ""
        )
        n = connection.execute(
            f"select count(*) from staging.stg_{names[t['return_code']]} "
            f"where organisation_code = ? and period <= ?{also}",
            [t["organisation_code"], TOLD_UNTIL],
        ).fetchone()[0]
        if n != t["records"]:
            wrong.append((t, n))
    assert wrong == []


def contents(live) -> dict[str, tuple]:
    """Every table but the list of runs: how many rows, and a sum over all of them."""
    with duckdb.connect(str(live), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where table_name <> 'runs' order by 1"
        ).fetchall()
        return {
            t: connection.execute(f"select count(*), bit_xor(hash(t)) from {t} t").fetchone()
            for (t,) in tables
        }


def test_a_second_night_changes_nothing(county, tmp_path):
    """The same inbox again, on a copy of the home: every table is what it was."""
    _, _, home, inbox = county
    shutil.copytree(home.root, tmp_path / "home")
    again = warehouse.Home(tmp_path / "home")
    before = contents(again.live)
    outcomes = warehouse.night(again, inbox, lambda *_: None)
    assert {o.fate.status for o in outcomes} == {"already loaded"}
    assert contents(again.live) == before


@pytest.fixture(scope="module")
def drawn_from(county, tmp_path_factory):
    """The restricted release readers are given where nothing was published."""
    from reports.reading import Release
    from reports.releases.restricted import restricted

    _, _, home, _ = county
    with home.reading() as connection:
        return Release(restricted(connection, tmp_path_factory.mktemp("releases"), home.seeds, "2024-25"))


PLACE = ("indicator_code", "area_code", "period", "breakdown", "breakdown_value", "unit")
WITHHELD = (
    "fct_suspects_and_defendants",
    "fct_sexual_health_counts",
)  # below South Yorkshire, from the Gold Group


def test_what_readers_draw_from_is_the_truth(county, drawn_from):
    truth, connection, *_ = county
    kept = {
        c
        for (c,) in connection.execute(
            "select indicator_code from reference.indicators where relation in ?", [WITHHELD]
        ).fetchall()
    }
    charged = {("I03", "ethnicity"), ("I04", "ethnicity")}
    ours = {tuple(getattr(f, c) for c in PLACE): f for f in drawn_from.figures()}
    wrong, seen = [], 0
    for t in truth["indicators"]:
        place = tuple(t[c] for c in PLACE)
        is_kept = t["indicator_code"] in kept or (t["indicator_code"], t["breakdown"]) in charged
        if t["area_code"] != "SY" and is_kept:
            assert place not in ours
            continue
        figure, seen = ours.get(place), seen + 1
        if figure is None or (number(t["value"]), t["status"]) != (figure.number, figure.status):
            wrong.append((t, figure))
    assert wrong == []
    assert seen > 3000


SEVEN = (
    ("I01", "complaint", "complaints"),
    ("I02", "crime", "investigations"),
    ("I03", "defendant", "prosecutions"),
    ("I04", "defendant", "convictions"),
    ("I05", "FTE", "police_officers"),
    ("I06", "FTE", "social_workers"),
    ("I07", "FTE", "other_specialist_workers"),
)


def seven(truth) -> dict:
    """(area, year, indicator, unit): the count, of the truth."""
    return {
        (area, year, code, unit): number(told[name])
        for area, years in truth["seven_counts"].items()
        for year, told in years.items()
        for code, unit, name in SEVEN
    }


def seven_of(release) -> dict:
    """The same, of the figures an annual report tells, which its page, PDF, workbook and open data agree on."""
    from reports.annual.contents import contents

    units = {(code, unit) for code, unit, _ in SEVEN}
    return {
        (f.area_code, f.period, f.indicator_code, f.unit): f.value
        for f in contents(release, "ROT", "2024-25").figures
        if f.breakdown == "all" and (f.indicator_code, f.unit) in units and f.period_kind == "financial_year"
    }


def test_the_annual_report_shows_the_truth(county, drawn_from):
    """Its seven counts are the seven of the truth, area by area and year by year."""
    ours, theirs = seven_of(drawn_from), seven(county[0])
    assert {place: number(ours[place]) for place in theirs} == theirs


def test_the_report_for_the_public_shows_the_truth_as_the_profile_says(county, tmp_path):
    """Counts of one to five nowhere; the others rounded to five or hidden; staff as they are."""
    from reports.reading import Release
    from reports.releases import releasing

    truth, _, home, _ = county
    public = releasing.profile(home.seeds / "disclosure_profiles.csv", "public")
    with home.reading() as connection:
        asked = releasing.Asked("2024-25", public)
        folder = releasing.propose(connection, tmp_path, asked, "ann", lambda *_, **__: None)
    ours, theirs = seven_of(Release(folder)), seven(truth)
    shown = {place: float(ours[place]) for place in theirs if ours[place] not in ("c", "x")}
    assert len(shown) > len(theirs) / 2
    assert {theirs[place] for place, text in ours.items() if text == "x" and place in theirs} <= {None}
    for place, value in shown.items():
        if place[3] == "FTE":
            assert value == theirs[place]
        else:
            assert value % 5 == 0 and abs(value - theirs[place]) < 5 and value not in range(1, 5)
    assert {ours[p] for p, n in theirs.items() if p[3] != "FTE" and n and n <= 5} <= {"c"}


def test_a_comparison_and_the_pack_show_the_truth(county, drawn_from):
    from reports.comparison import compare
    from reports.gold.read import read_pack

    truth, *_ = county
    counted = seven(truth)
    for code, unit, _ in SEVEN:
        found = compare(
            drawn_from,
            code,
            unit=unit,
            areas="all,SY",
            since="2020-21",
            across_breaks=True,
            without_coverage=True,
        )
        rows = {
            (r.area_code, r.period): number(r.value)
            for r in found.rows
            if r.whose == "ours" and r.area_code != "U"
        }
        assert rows == {(a, y): n for (a, y, c, _), n in counted.items() if c == code and y <= "2024-25"}
    pack = read_pack(drawn_from, "2025-03")
    told = [t for t in truth["indicators"] if t["period"] in pack.months and t["breakdown"] == "all"]
    key = ("indicator_code", "unit", "area_code", "period")
    wrong = [
        (t, found)
        for t in told
        if (found := pack.figures.get(tuple(t[c] for c in key))) and found.number != number(t["value"])
    ]
    assert wrong == []
    assert len([t for t in told if tuple(t[c] for c in key) in pack.figures]) > 300
