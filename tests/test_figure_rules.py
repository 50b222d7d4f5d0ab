"""The rules that hold today's figures against others: those once released (X19), the right population (X21)."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

import warehouse
from ingest import released, tables
from reports.releases.restricted import restricted

CASE = "correction-and-as-at"
CRIMES = Path(__file__).parent / "cases" / CASE / "sent/SYP/2024-25/received-2025-08-04/pol_crime.csv"


def found(home, rule: str) -> list[tuple]:
    sql = "select area_code, period, record, says from core.fct_cross_return_findings where rule_code = ? order by all"
    with home.reading() as connection:
        return connection.execute(sql, [rule]).fetchall()


def test_a_released_figure_that_a_correction_changes_calls_for_a_note(copy_of_case, tmp_path):
    """Rotherham's four crimes released, of which one is left, and Doncaster's: every total it moves, and no other."""
    home = copy_of_case(CASE, tmp_path / "home")
    with home.reading() as connection:
        cut = restricted(connection, home.releases, home.seeds, "2024-25")
    header, *_, moved, _ = CRIMES.read_text("utf-8").splitlines()
    sent = tmp_path / "inbox" / "SYP" / "2024-25" / "received-2025-10-01" / "pol_crime.csv"
    sent.parent.mkdir(parents=True)
    sent.write_text("\n".join([header, moved.replace(",ROT,", ",DON,")]) + "\n", "utf-8")
    warehouse.night(home, tmp_path / "inbox", lambda *_: None)
    says = "A published figure differs from today's by more than 5 %: publish a note."
    assert found(home, "X19") == [
        ("371", "2024-25", f"I02 crime 2024-25: 0 in {cut.name}, 1 today", says),
        ("372", "2024-25", f"I02 crime 2024-25: 4 in {cut.name}, 0 today", says),
        ("SY", "2024-25", f"I02 crime 2024-25: 4 in {cut.name}, 1 today", says),
        ("SY", "2024-25", f"I08 crime 2024-25: 4 in {cut.name}, 1 today", says),
    ]
    with home.reading() as connection:
        assert connection.execute("select count(*) from landing.released_figures").fetchone()[0] > 3


@pytest.fixture
def kept():
    """A warehouse in memory with nothing in it."""
    with duckdb.connect() as connection:
        tables.create(connection, {})
        yield connection


def a_release(folder: Path, columns: str) -> None:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"as_at": null, "vintage": "2025-05-02T10:30:00+00:00"}', "utf-8")
    with duckdb.connect() as beside:
        beside.execute(f"copy (select {columns}) to '{folder / 'figures.parquet'}' (format parquet)")


def test_each_release_is_read_once_and_what_is_no_release_is_left_alone(kept, tmp_path):
    figure = "'I01' as indicator_code, 'complaint' as unit, '372' as area_code, '2024-25' as period"
    a_release(tmp_path / "annual", f"{figure}, 3::decimal(18, 4) as value, 'received' as status")
    a_release(tmp_path / "other", "1 as something_else")
    a_release(tmp_path / "withheld", f"{figure}, '[c]' as value, 'received' as status")
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "manifest.json").write_text('{"as_at"', "utf-8")
    assert released.note_releases(kept, tmp_path) == 2
    assert kept.execute("select release, value::int from landing.released_figures").fetchall() == [
        ("annual", 3)
    ]
    released.note_releases(kept, tmp_path)
    assert kept.execute("select count(*) from landing.released_figures").fetchone() == (1,)
    assert released.note_releases(kept, tmp_path / "nowhere") == 0


def test_a_return_that_gained_a_column_keeps_its_rows_and_its_order():
    from expectations.standard import standard

    r = standard()["wkf_post"]
    with duckdb.connect() as connection:
        tables.create(connection, {r.name: r})
        connection.execute("alter table accepted.wkf_post drop column scope")
        connection.execute(
            "insert into accepted.wkf_post (submission_id, agency, days_lost) values (1, 'SYP', 2)"
        )
        tables.create(connection, {r.name: r})
        described = [c for c, *_ in connection.execute("describe accepted.wkf_post").fetchall()]
        assert described == ["submission_id", "file", "sheet", "line", *(f.name for f in r.fields)]
        row = connection.execute("select agency, days_lost::int, scope from accepted.wkf_post").fetchall()
    assert row == [("SYP", 2, None)]


def test_a_rate_on_the_wrong_population_is_found(after_case, tmp_path):
    """The model as it was compiled, on figures one of which was reckoned on another year's children."""
    home = after_case("two-populations-and-watched-series")
    assert found(home, "X21") == []
    model = next(home.parsed.glob("compiled/**/fct_total_findings.sql")).read_text("utf-8")
    shutil.copyfile(home.live, tmp_path / "doctored.duckdb")
    with duckdb.connect(str(tmp_path / "doctored.duckdb")) as connection:
        connection.execute(
            "update marts.fct_indicator_values set denominator = denominator + 1 where area_code = '372' "
            "and unit = 'complaints per 10,000 aged 0-17' and breakdown = 'all' and period = '2020-21'"
        )
        name = connection.execute("select current_database()").fetchone()[0]
        catalogue = model.split('"."marts"."fct_indicator_values"')[0].rpartition('"')[2]
        rows = connection.execute(model.replace(f'"{catalogue}".', f'"{name}".')).fetchall()
    assert [(r[1], r[3]) for r in rows if r[0] == "X21"] == [
        ("372", "I01 complaints per 10,000 aged 0-17 2020-21")
    ]
