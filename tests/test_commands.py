"""The command as a data officer meets it: every word, every exit code, one whole story."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from warehouse import app

HERE = Path(__file__).parent.parent
CASE = Path(__file__).parent / "cases" / "correction-and-as-at" / "sent"


def process(home: Path, *words: str, folder: Path = HERE) -> tuple[int, str, str]:
    """Run the command as a process of its own: (exit code, what it printed, what it said)."""
    line = [sys.executable, str(HERE / "warehouse.py"), "--home", str(home), *map(str, words)]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def within(home: Path, *words: str) -> tuple[int, str, str]:
    """The same in this process, which has loaded already what each of its own would spend seconds on."""
    done = CliRunner().invoke(app, ["--home", str(home), *map(str, words)], prog_name="warehouse.py")
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory, parsed):
    """Run the command in a home of its own: (exit code, what it printed, what it said)."""
    home = tmp_path_factory.mktemp("home")
    (home / "cache").symlink_to(parsed, target_is_directory=True)

    def run(*words: str) -> tuple[int, str, str]:
        return within(home, *words)

    run.home = home
    return run


@pytest.fixture(scope="module")
def night(warehouse):
    """The case's files received one by one as they came, and one night run on them."""
    for path in sorted(CASE.rglob("*.csv")):
        sender, period, *rest = path.relative_to(CASE).parts
        day = next((p.removeprefix("received-") for p in rest if p.startswith("received-")), None)
        words = ["receive", path, "--from", sender, "--period", period]
        code, _, _ = warehouse(*words, *(["--received", day] if day else []))
        assert code == 0
    return warehouse("nightly", "--json")


def test_nightly_tells_a_machine_every_submission(night):
    code, printed, _ = night
    told = json.loads(printed)
    assert code == 1
    assert told["schema_version"] == 1
    for s in told["submissions"]:
        assert s["rows_read"] == s["rows_accepted"] + s["rows_quarantined"] + s["rows_skipped"]


def test_the_inbox_is_cleared_of_what_is_in_the_vault(night, warehouse):
    assert [p for p in (warehouse.home / "inbox").rglob("*") if p.is_file()] == []
    assert warehouse("nightly")[:2] == (0, "Nothing new lay in the inbox.\n")


def test_with_as_at_before_the_correction_the_old_figures_return_byte_for_byte(tmp_path, parsed):
    """The first version, a look at every figure, a correction; then the look again as at the moment between."""
    versions = sorted((CASE / "SYP" / "2024-25").rglob("*.csv"))

    (tmp_path / "cache").symlink_to(parsed, target_is_directory=True)

    def run(*words: str) -> str:
        return within(tmp_path, *words)[1]

    compared = ("compare", "I02", "--unit", "crime", "--areas", "all,SY", "--from", "2024-25", "--restricted")
    look = ("query", "from marts.fct_indicator_values order by all", "--csv")
    run("receive", versions[0], "--from", "SYP", "--period", "2024-25")
    run("nightly")
    first, told, moment = run(*look), run(*compared), datetime.now(UTC).isoformat()
    run("receive", versions[1], "--from", "SYP", "--period", "2024-25")
    run("nightly")
    assert run(*look) != first
    assert run(*look, "--as-at", moment) == first
    assert len(first) > 100_000
    # What readers are given is the release of then: had it one other byte, it would have another name.
    assert run(*compared, "--as-at", moment) == told != run(*compared)
    assert len(list((tmp_path / "releases").glob("[!.]*"))) == 2


def test_status_tells_what_was_expected_and_what_came(night, warehouse):
    code, printed, _ = warehouse("status", "--json")
    rows = json.loads(printed)
    assert code == 0
    crimes = next(r for r in rows if (r["return"], r["period"]) == ("R01", "2024-25"))
    assert (crimes["stands"], crimes["due"], crimes["received"]) == ("received", "2025-04-14", "2025-04-14")
    assert {(r["organisation"], r["return"]) for r in rows if r["stands"] == "not received"} >= {
        ("CPS", "R06"),
        ("ROT", "R13"),
    }


def test_findings_writes_the_workbook_of_one_submission(night, warehouse, tmp_path):
    code, printed, _ = warehouse("findings", "1", "--out", tmp_path / "f.xlsx")
    assert (code, printed) == (0, f"{tmp_path / 'f.xlsx'}\n")
    assert openpyxl.load_workbook(tmp_path / "f.xlsx").sheetnames[0] == "Summary"
    assert warehouse("findings", "999", "--out", tmp_path / "g.xlsx")[0] == 2


def test_query_reads_and_can_do_nothing_else(night, warehouse):
    code, printed, _ = warehouse("query", "select 1 as one, 'a,b' as two", "--csv")
    assert (code, list(csv.reader(io.StringIO(printed)))) == (0, [["one", "two"], ["1", "a,b"]])
    for sql in (
        "create table x (i int)",
        "copy (select 1) to '/tmp/x.csv'",
        "from read_csv('/etc/passwd')",
        "attach '/tmp/x.db'",
    ):
        assert warehouse("query", sql)[0] == 2


@pytest.fixture(scope="module")
def drawn(night, warehouse, tmp_path_factory):
    """The annual report by the command, and the release it was drawn from."""
    out = tmp_path_factory.mktemp("drawn")
    code, printed, said = warehouse("report", "annual", "--area", "ROT", "--year", "2024-25", "--out", out)
    (release,) = (warehouse.home / "releases").glob("[!.]*")
    return code, [Path(p) for p in printed.split()], said, release.name


def test_the_report_is_drawn_from_a_release_and_says_that_it_is_restricted(drawn, warehouse, tmp_path):
    code, files, said, release = drawn
    assert code == 0
    assert {p.suffix for p in files} == {".html", ".pdf", ".xlsx", ".csv", ".json"}
    assert f"Drawn from {release}: small numbers stand in it. Do not publish it." in " ".join(said.split())
    assert "Restricted" in files[0].read_text("utf-8")
    again = (
        "report",
        "annual",
        "--area",
        "LEEDS",
        "--year",
        "2024-25",
        "--release",
        release,
        "--out",
        tmp_path,
    )
    assert warehouse(*again)[0] == 2


def test_compare_tells_a_machine_and_stops_where_returns_are_missing(drawn, warehouse):
    asked = (
        "--unit",
        "crime",
        "--areas",
        "all,SY",
        "--from",
        "2024-25",
        "--release",
        drawn[3],
        "--format",
        "json",
    )
    code, printed, _ = warehouse("compare", "I02", *asked)
    rows = {row["area_code"]: row for row in json.loads(printed)["rows"]}
    assert (code, rows["371"]["value"], rows["SY"]["value"]) == (0, "0", "4")
    code, _, said = warehouse("compare", "I08", *asked)
    assert (code, "R03 SYP" in said) == (3, True)


def test_explain_tells_rows_only_to_a_role_that_may_see_them_and_notes_who_asked(drawn, warehouse):
    asked = (
        "explain",
        "I02",
        "--unit",
        "crime",
        "--area",
        "SY",
        "--period",
        "2024-25",
        "--release",
        drawn[3],
        "--json",
    )
    code, printed, _ = warehouse(*asked)
    assert (code, json.loads(printed)["figure"]["value"], json.loads(printed)["members"]) == (0, "4", None)
    assert warehouse(*asked, "--role", "core_analyst")[0] == 2
    purpose = ("--purpose", "a question of the board")
    assert warehouse(*asked, "--role", "gold_group", *purpose)[0] == 3
    code, printed, _ = warehouse(*asked, "--role", "core_analyst", *purpose)
    assert (code, len(json.loads(printed)["members"]["ids"])) == (0, 4)
    audit = (warehouse.home / "audit" / "audit.jsonl").read_text("utf-8")
    assert '"explain refused"' in audit and "a question of the board" in audit


def test_check_needs_no_warehouse_and_uses_the_same_words(tmp_path):
    good = next(p for p in sorted(CASE.rglob("*.csv")))
    _, printed, _ = process(tmp_path / "none", "check", str(good), "--from", "SYP")
    assert f"{good.name}: R01 SYP" in printed
    assert not (tmp_path / "none").exists()


def test_template_writes_what_check_takes_for_a_header_alone(warehouse, tmp_path):
    code, printed, _ = warehouse("template", "R05", "wkf_post", "--out", tmp_path)
    assert code == 0
    assert [Path(p).name for p in printed.split()] == [
        "R05_pol_missing_episode_v1.0.xlsx",
        "R19_wkf_post_v1.1.xlsx",
    ]
    assert warehouse("template", "R99", "--out", tmp_path)[0] == 2


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (
            ["receive", "x.csv", "--from", "NOBODY"],
            2,
            "'NOBODY' is no organisation we know. Known: BAR, DON, ROT, SHE, SYP, CPS, HMC, RHI, VSP, VOL, RFF, RP5, RFR, RCU.",
        ),
        (["receive", "nosuch.csv", "--from", "SYP"], 2, "nosuch.csv is not there."),
        (
            ["receive", "README.md", "--from", "SYP", "--period", "May"],
            2,
            "'May' is no period. Write 2024-05, 2024-25-Q1, 2024-25 or 2024.",
        ),
        (["receive", "README.md", "--from", "SYP", "--as", "R77"], 2, "'R77' is no return of the standard."),
        (
            ["receive", "README.md", "--from", "SYP", "--received", "2024-02-30"],
            2,
            "'2024-02-30' is not a real date. Use YYYY-MM-DD.",
        ),
        (
            ["receive", "--from", "SYP", "--nil"],
            2,
            "A nil return needs --as and --period: which return, and when for.",
        ),
        (["query", "select nosuch"], 2, "Binder Error"),
        (["nightly", "--inbox", "nosuch"], 2, "There is no inbox nosuch."),
        (
            ["query", "select 1", "--as-at", "yesterday"],
            2,
            "'yesterday' is no moment. Write 2025-07-31 or 2025-07-31T09:00:00Z.",
        ),
        (["nosuch"], 2, "No such command 'nosuch'"),
    ],
)
def test_a_wrong_word_is_told_in_a_sentence(night, warehouse, words, code, says):
    found, printed, said = warehouse(*words)
    assert (found, printed) == (code, "")
    assert says in said
    assert "Traceback" not in said


def test_without_a_warehouse_one_is_told_how_to_begin(tmp_path):
    told = process(tmp_path, "query", "select 1")
    assert told == (4, "", "There is no warehouse yet. Run: warehouse nightly\n")


@pytest.mark.faults(79)
def test_a_wrong_word_is_repeated_without_what_steers(tmp_path):
    """A shell makes words of the names of files, and whoever sent those chose them."""
    word = "a\x1b[2J\x07\u0085\u202e\u2066b"
    for words in ([f"--{word}"], [f"-{word}"], [word], ["demo", "x", "--scale", word], ["demo", "x", word]):
        code, printed, said = process(tmp_path, *words)
        assert (code, printed) == (2, "")
        assert [c for c in said if not c.isprintable() and c != "\n"] == []


def test_a_process_of_its_own_ends_as_the_command_in_this_one_does(night, warehouse):
    """What is printed, what is said and the exit code, of an answer, of a wrong word and of nothing to do."""
    for words in (
        ("query", "select 1 as one, 'a,b' as two", "--csv"),
        ("query", "select nosuch"),
        ("status", "--json"),
        ("nosuch",),
    ):
        assert process(warehouse.home, *words) == warehouse(*words)
