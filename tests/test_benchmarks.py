"""What it costs: the bars are those that were asked for, each measure works, the page is what the results make."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from types import SimpleNamespace

import duckdb
import pytest

from benchmarks import (
    __main__,
    bare,
    bars,
    clock,
    comparison,
    county,
    disclosure,
    growth,
    held,
    keeping,
    landed,
    linkage,
    nights,
    own_process,
    page,
    rules,
    told,
)
from benchmarks.bars import BARS, Bar, Found
from benchmarks.measures import MEASURES

# Asked for, in the words of who asked: name → (limit, unit, how much, at least).
ASKED = {
    "night": (2.5, "times", 10_000_000, False),
    "night memory": (2, "GB", 10_000_000, False),
    "checking": (1.5, "times", 1_000_000, False),
    "SSDA903 validator": (228 / 20, "s", 969_000, False),
    "SSDA903 pipeline": (809 / 60, "s", 969_000, False),
    "SSDA903 memory": (1.5, "GB", 969_000, False),
    "CIN": (5_000, "children/s", 100_000, True),
    "CIN growth": (1.05, "exponent", 100_000, False),
    "XLSX": (10, "s", 100_000, False),
    "nothing new": (5, "s", 30_000, False),
    "check a file": (4, "s", 1_000, False),
    "help": (0.4, "s", 0, False),
    "comparison": (0.2, "s", 7_000_000, False),
    "growth": (1.05, "exponent", 1_000_000, False),
}
BAR = Bar("b", "a bar", "s", 2.0, "night", 100)


def test_the_bars_are_those_that_were_asked_for():
    assert {b.name: (b.limit, b.unit, b.size, b.at_least) for b in BARS} == ASKED
    assert {b.by for b in BARS} <= set(MEASURES)


def test_the_long_run_reaches_what_the_bars_ask_for():
    """SSDA903 counts rows of its children; England's scale is one size; every other size stands as it is."""
    largest = {name: max(m.long) for name, m in MEASURES.items()} | {"comparison": 7_604_100}
    largest["ssda903"] = largest["ssda903"] * 97 // 10
    assert [b.name for b in BARS if largest[b.by] < b.size] == []
    assert set(MEASURES["night"].long) == {100_000, 1_000_000, 10_000_000, 50_000_000}


@pytest.mark.parametrize(
    ("bar", "found", "says"),
    [
        (BAR, None, "not measured"),
        (BAR, Found((1.0, 2.0, 9.0), 100), "met"),
        (BAR, Found((1.0, 2.1, 9.0), 100), "missed"),
        (BAR, Found((1.0,), 99), "not judged (met at 99 rows)"),
        (Bar("b", "", "/s", 5, "cin", 9, "children", True), Found((4.0, 5.0, 6.0), 9), "met"),
        (Bar("b", "", "/s", 5, "cin", 9, "children", True), Found((4.0, 4.9, 6.0), 8), "not judged (missed at 8 children)"),
    ],
)  # fmt: skip
def test_a_bar_is_judged_by_its_median_at_its_size(bar, found, says):
    assert bars.verdict(bar, found) == says
    assert len(bars.row(bar, found)) == len(bars.HEAD)


def test_the_exponent_of_a_known_power_is_found():
    points = [(n, 3 * n**1.25) for n in (100, 1_000, 50_000)]
    assert told.exponent(points) == pytest.approx(1.25)
    assert told.exponent(points[:1]) is None


def test_what_grows_faster_than_it_may_is_a_defect():
    points = {"core": [(10, 1.0), (100, 20.0)], "stage": [(10, 1.0), (100, 10.0)]}
    table = growth.table({"night": {"growth": points, "counted": "rows"}})
    assert [(r[0], r[3:]) for r in table.rows] == [
        ("core (rows)", ("1.30", "DEFECT")),
        ("stage (rows)", ("1.00", "as it should")),
    ]


def test_the_plot_is_drawn_of_every_stage_with_two_sizes():
    svg = growth.drawing({"night": {"growth": {"core": [(10, 1.0), (100, 20.0)], "x": [(1, 1.0)]}, "counted": "rows"}})  # fmt: skip
    assert svg.startswith("<svg") and "core (rows)" in svg and "x (rows)" not in svg


def test_every_moment_of_a_build_goes_to_the_layers_that_ran_in_it():
    """From 0 to 10 s staging, from 4 to 12 s core: 4 + 3, 3 + 2; of 15 s 3 are dbt's own."""
    nodes = [{"layer": "stage", "begun": 100.0, "ended": 110.0}, {"layer": "core", "begun": 104.0, "ended": 112.0}]  # fmt: skip
    assert clock.shared(nodes, 15.0) == {"stage": 7.0, "core": 5.0, "dbt itself": 3.0}


def test_a_stage_has_only_the_time_no_other_had_within_it(monkeypatch):
    now = iter(range(0, 1000, 10))
    monkeypatch.setattr(clock.time, "perf_counter", lambda: next(now))
    watch = clock.Clock(since=next(now))
    inner = watch.wrap("inner", lambda: None)
    watch.wrap("outer", lambda: inner())()
    seconds, _ = watch.told()
    # The clock is asked twice at each of five changes: the ten seconds between the two are nobody's.
    assert seconds == {"rest": 20, "outer": 20, "inner": 10}


@pytest.mark.parametrize("place", [p for places in clock.STAGES.values() for p in places])
def test_every_stage_is_a_function_of_the_night_that_is_there(place):
    module, _, name = place.partition(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_runs_are_by_turns_and_the_first_is_cold():
    asked, order = told.Asked(None, (1,), 2, lambda _: None), []

    def work(name):
        return lambda: order.append(name) or own_process.Run(len(order), 0, 0, {})

    ours, theirs = told.by_turns(asked, ("ours", work("a")), ("theirs", work("b")))
    assert (order, ours.cold.seconds, ours.seconds, theirs.seconds) == (list("ababab"), 1, (3, 5), (4, 6))
    assert told.ratio(ours, theirs) == (3 / 4, 5 / 6)


@pytest.mark.parametrize(("seconds", "times"), [(1, 5), (121, 2), (601, 0)])
def test_what_takes_long_is_repeated_less(seconds, times):
    assert told.how_often(told.Asked(None, (), 5, print), seconds) == times


def _run(seconds: float, peak: float, **answer) -> own_process.Run:
    return own_process.Run(seconds, 2 * seconds, peak, answer)


def test_a_night_is_told_beside_bare_duckdb():
    """Twice as many rows: core takes four times as long, which is a power of 2 and a defect."""
    found = {}
    for rows, core in ((1_000, 2.0), (2_000, 8.0)):
        stages = {"core": core, "check": 1.5, "rest": 0.5}
        night = _run(
            core + 2,
            3_072,
            stages=stages,
            peaks={"check": 300.0},
            memory_disk=2_048,
            at_once=4_024,
            database=5.0,
            rows=rows,
        )
        engine = _run(2.0, 1_024, stages={"core": 1.0}, extra={"accept": 0.1})
        found[rows] = (told.Repeated(night, (night, night)), told.Repeated(engine, (engine, engine)))
    made = nights.told_of(found)
    assert (made.bars["night"], made.bars["night memory"].middle) == (Found((5.0, 5.0), 2_000, None, "whole processes, by turns"), 3.145728)  # fmt: skip
    assert made.bars["growth"].values == (pytest.approx(2.0),)
    (core,) = (row for row in made.tables[1].rows if row[0] == "core")
    assert core == ("core", "2.00", "500", "", "2.00", "8.00", "250", "", "8.00", "2.00 DEFECT")
    assert all(len(row) == len(table.head) for table in made.tables for row in table.rows)


def test_what_is_held_at_one_moment_is_of_all_processes_and_the_memory_disk(monkeypatch, tmp_path):
    """Two of 64 MB beside a file of 8 MB, for a while."""
    fill = "import sys; held = b'x' * (64 << 20); print(flush=True); sys.stdin.read()"
    monkeypatch.setattr(
        held, "_on_disk", lambda: sum(p.stat().st_size for p in tmp_path.iterdir()) / (1 << 20)
    )
    memory = held.Held()  # looks when it is told to, and not in between
    memory.look()
    alone = memory.at_once
    line = [sys.executable, "-c", fill]
    others = [subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)]
    for other in others:
        other.stdout.readline()
    (tmp_path / "file").write_bytes(b"x" * (8 << 20))
    memory.look()
    (tmp_path / "file").unlink()
    for other in others:
        other.communicate()
    memory.look()
    assert memory.disk == 8
    assert 136 <= memory.at_once - alone < 136 + 64  # two interpreters of their own


def test_what_was_held_at_different_moments_is_not_added_up(monkeypatch):
    """100, then 80 beside 50 on the disk, then 135 beside 10."""
    moments = iter([(0, 100), (50, 80), (10, 135)])
    memory = held.Held()
    for disk, processes in moments:
        monkeypatch.setattr(held, "_on_disk", lambda disk=disk: disk)
        monkeypatch.setattr(held, "of_processes", lambda _, processes=processes: processes)
        memory.look()
    assert (memory.disk, memory.at_once) == (50, 145)


def test_sizes_are_read_as_people_write_them():
    assert __main__._sizes("30000,0.1m,2k,1_000") == (30_000, 100_000, 2_000, 1_000)


def test_the_files_to_measure_with_have_the_rows_they_say(tmp_path):
    reports = county.reports(str(tmp_path / "r.csv"), 200)
    census = county.census(str(tmp_path / "c.xml"), 7)
    care = county.care(str(tmp_path / "care"), 100)
    lines = sum(len(p.read_text("utf-8").splitlines()) - 1 for p in (tmp_path / "care").glob("*.csv"))
    assert (reports["rows"], len((tmp_path / "r.csv").read_text("utf-8").splitlines())) == (200, 201)
    assert (census["rows"], (tmp_path / "c.xml").read_text("utf-8").count("<Child>")) == (7, 7)
    assert (care["rows"], lines) == (970, 970)  # as the published set that others were measured on


def test_bare_duckdb_reads_a_return_with_its_types(tmp_path):
    county.reports(str(tmp_path / "in" / "SYCSE_R04_SYP_2024-25_v01.csv"), 200)
    with duckdb.connect() as connection:
        from expectations.standard import standard

        r = standard()["pol_incident"]
        file = str(tmp_path / "in" / "SYCSE_R04_SYP_2024-25_v01.csv")
        described = connection.execute(f"describe select {bare.values(r)} from {bare.typed(r, [file])}").fetchall()  # fmt: skip
    types = {name: kind for name, kind, *_ in described}
    assert (types["received_at"], types["birth_month"]) == ("TIMESTAMP WITH TIME ZONE", "DATE")
    assert (types["nsir_qualifiers"], types["record_version"]) == ("VARCHAR[]", "BIGINT")


def test_bare_duckdb_in_a_process_of_its_own(tmp_path):
    county.reports(str(tmp_path / "in" / "SYCSE_R04_SYP_2024-25_v01.csv"), 200)
    run = own_process.alone("benchmarks.landed:typed", folder=tmp_path / "in", into=tmp_path / "bare")
    assert run.answer["rows"] == 200 and run.seconds > run.answer["engine"] > 0 and run.peak > 10
    assert landed.typed.__module__ == "benchmarks.landed"


def test_a_run_that_fails_says_its_last_words():
    with pytest.raises(own_process.Failed, match=r"exit 1(.|\n)*Parser Error"):
        own_process.alone("benchmarks.county:reports", path="x", rows="none of ) them")


def test_by_hand_finds_the_rows_that_the_standard_finds(tmp_path):
    """Every row-wise rule that by_hand.sql writes out, broken here and there, against the pass that finds the rows."""
    from expectations import judged
    from expectations.batch import look_over
    from expectations.checks import checks
    from expectations.standard import standard

    path, r = tmp_path / "r.csv", standard()["pol_incident"]
    county.reports(str(path), 300)
    _spoil(path)
    with duckdb.connect() as connection:
        context, rows = rules._loaded(connection, r, path, tmp_path / "scratch")
        _, by_hand = rules._by_hand(connection)
        look_over(connection, r)
        ruled = checks(r, context.lists, frozenset(), context.area_of)
        judged.judge(connection, ruled)
        judged.find(connection, ruled, range(len(ruled)))
        counted = dict(connection.execute("select number, count(*) from found group by all").fetchall())
    found = {f"{ruled[n].rule_code} {ruled[n].column}": count for n, count in counted.items()}
    assert (rows, by_hand) == (300, found)
    assert len(found) > 20


def _spoil(path):
    """One fault a row, in the columns of the header's order."""
    header, *lines = path.read_text("utf-8").splitlines()
    names, rows = header.split(","), [line.split(",") for line in lines]
    faults = {
        "record_ref": "", "record_action": "Q", "record_version": "0", "incident_ref": "I99", "received_at": "soon",
        "source": "77", "nsir_open_category": "a b", "nsir_close_category": "a b", "cse_concern_level": "",
        "crime_recorded": "Y", "crime_ref": "C1", "shared_with_csc_date": "2020-01-01",
        "vcop_informed_date": "01/02/2020", "dedupe_group": "G" * 65, "person_key": "xyz", "person_key_scheme": "",
        "birth_month": "2001-01", "sex": "9", "ethnicity_code": "", "ethnicity_scheme": "NHS01", "disability_any": "P",
        "residence_la": "1",
    }  # fmt: skip
    for n, (name, value) in enumerate(faults.items()):
        rows[n][names.index(name)] = value
    rows[40][names.index("birth_month")] = "2030-01"
    rows[41][names.index("ethnicity_scheme")] = ""
    rows[42][names.index("received_at")] = "2025-12-01T08:00:00+00:00"
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n", "utf-8")


def test_linking_and_its_plain_neighbour_at_a_tiny_size():
    ours, plain = linkage.measured(300), linkage.equal_alone(300)
    assert ours["keys"] > 500 and ours["recall"] > plain["recall"] > 0.2


def test_protecting_at_a_tiny_size_exposes_nothing():
    found = disclosure.measured(1)
    assert (found["cells"], found["exposed"]) == (275, 0)


def test_a_comparison_and_the_same_by_hand_at_a_tiny_size(tmp_path, monkeypatch):
    monkeypatch.setattr(comparison, "AREAS", 4)
    monkeypatch.setattr(comparison, "YEARS", 2)
    assert comparison.make(tmp_path) > 1_000
    asked = comparison.QUESTIONS["4 areas, 20 years"]
    assert [len(way(tmp_path, 2, asked)) for way in comparison.WAYS.values()] == [3, 3]


def test_a_measure_is_kept_shown_and_kept_again(tmp_path, capsys):
    """What is measured anew takes the place of what was; what is not stays."""
    work = ["commands", "--rows", "20", "--times", "1", "--results", str(tmp_path)]
    run = SimpleNamespace(
        run=lambda asked: told.Told({"help": Found((0.1, 0.2, 0.3))}), what="", of="rows", sizes=(1,)
    )
    old = dict(MEASURES)
    try:
        MEASURES["commands"] = run
        assert __main__.main(work) == 0
        assert __main__.main(["--bars", "--results", str(tmp_path)]) == 0
    finally:
        MEASURES.update(old)
    (line,) = {x for x in capsys.readouterr().out.splitlines() if x.startswith("help ")}
    assert line.split()[-6:] == ["0.20", "3", "0.10", "to", "0.30", "met"]
    assert keeping.found(keeping.kept(tmp_path))["help"].middle == 0.2


def test_the_page_is_what_the_results_make():
    results = json.loads(keeping.LAST.read_text("utf-8"))
    assert page.PAGE.read_text("utf-8") == page.render(results)
    assert page.PLOT.exists() == bool(growth.lines(results))
