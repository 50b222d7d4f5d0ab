"""`warehouse reconcile` on a night of the golden case: what it prints, and what each side is given to read."""

import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

import warehouse
from reports import reconciliation

CASES = Path(__file__).parent.parent / "cases"
CASE = "missing-police-against-council"
BEGAN, ENDED = "Check when it began", "Check when it ended"
POLICE, COUNCIL = "the police have another time.", "the council has another time."
LENGTH = "Check how long it lasted and whether the child was missing:"


@pytest.fixture(scope="module")
def home(tmp_path_factory, copy_of_case):
    return copy_of_case(CASE, tmp_path_factory.mktemp("reconciled") / "home")


@pytest.fixture(scope="module")
def run(home):
    return lambda *words: CliRunner().invoke(warehouse.app, ["--home", str(home.root), "reconcile", *words])


@pytest.fixture(scope="module")
def told(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    answer = run("--la", "ROT", "--month", "2024-05", "--out", str(out), "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def sheet(path, name):
    rows = openpyxl.load_workbook(path)[name].iter_rows(values_only=True)
    return [row for row in rows if any(row)]


def test_the_counts_the_gap_and_every_status(told):
    assert (told["council"], told["council_possibly"], told["police"], told["gap"]) == (11, 1, 12, 1)
    assert told["statuses"] == {"FULL": 5, "TIME_DIFF": 5, "CHILD_ONLY": 2, "LA_ONLY": 1, "POL_ONLY": 2}
    assert told["not_received"] == []
    two = {"status": "FULL", "council_ref": "L10", "police_refs": "MIS10A; MIS10B"}
    assert two in told["rows"]


def test_the_breaks_of_the_area_stand_beside_the_figures_and_those_of_others_do_not(told):
    assert [b["break_date"] for b in told["breaks"]] == ["2013-04-01", "2014-04-01", "2017-04-01", None]
    assert told["breaks"][2]["note"].startswith("Rotherham:")


def test_the_council_reads_its_own_references_and_times_and_nothing_else(told):
    another = (
        "The police have another absence of this child this month. Check for one not recorded, or merged."
    )
    other = (
        "The police have another episode of this child this month, not this one. "
        "Check its dates, and that the police were told."
    )
    alone = (
        "The police have no episode of this child that began this month. "
        "Check that it was reported to them, and the child's pseudonym."
    )
    only_us, only_them = "you alone have it", "the police alone have it"
    assert sheet(told["files"][0], "Worklist") == [
        ("Your reference", "Began", "Ended", "Status", "What to check"),
        ("L09A", "2024-05-01", "2024-05-03", "TIME_DIFF", f"{ENDED}: {POLICE}"),
        ("L03", "2024-05-03", "2024-05-05", "TIME_DIFF", f"{ENDED}: {POLICE}"),
        ("L09B", "2024-05-03", "2024-05-05", "TIME_DIFF", f"{BEGAN}: {POLICE}"),
        (
            "L04",
            "2024-05-10",
            "2024-05-12",
            "TIME_DIFF",
            f"{ENDED}: {POLICE} {LENGTH} {only_us} as missing over 24 hours.",
        ),
        (
            "L11",
            "2024-05-12",
            "2024-05-14",
            "TIME_DIFF",
            f"{LENGTH} {only_them} as missing over 24 hours.",
        ),
        ("L05", "2024-05-10", "2024-05-12", "CHILD_ONLY", other),
        ("L08", "2024-05-25", "2024-05-25", "CHILD_ONLY", another),
        ("L06", "2024-05-15", "2024-05-18", "LA_ONLY", alone),
    ]


def test_the_police_read_their_own_references_and_times_and_nothing_else(told):
    another = (
        "The council has another absence of this child this month. Check for one not recorded, or merged."
    )
    other = (
        "The council has another episode of this child this month, not this one. "
        "Check its dates, and that the council was told."
    )
    alone = (
        "The council has no episode of this child that began this month. "
        "Check which council looks after the child, that it was told, and the child's pseudonym."
    )
    only_us, only_them = "you alone have it", "the council alone has it"
    assert sheet(told["files"][1], "Worklist") == [
        ("Your reference", "Began", "Ended", "Status", "What to check"),
        ("MIS09", "2024-05-01 10:00", "2024-05-05 10:00", "TIME_DIFF", f"{BEGAN}: {COUNCIL}"),
        ("MIS09", "2024-05-01 10:00", "2024-05-05 10:00", "TIME_DIFF", f"{ENDED}: {COUNCIL}"),
        ("MIS03", "2024-05-03 20:00", "2024-05-06 09:00", "TIME_DIFF", f"{ENDED}: {COUNCIL}"),
        (
            "MIS04",
            "2024-05-10 14:00",
            "2024-05-11 10:00",
            "TIME_DIFF",
            f"{ENDED}: {COUNCIL} {LENGTH} {only_them} as missing over 24 hours.",
        ),
        (
            "MIS11",
            "2024-05-12 09:00",
            "2024-05-14 09:00",
            "TIME_DIFF",
            f"{LENGTH} {only_us} as missing over 24 hours.",
        ),
        ("MIS08", "2024-05-14 18:00", "2024-05-16 08:00", "CHILD_ONLY", other),
        ("MIS05", "2024-05-20 14:00", "2024-05-20 17:00", "CHILD_ONLY", another),
        ("MIS07", "2024-05-07 18:00", "2024-05-09 18:00", "POL_ONLY", alone),
        ("MIS16", "2024-05-25 20:00", "2024-05-27 20:00", "POL_ONLY", alone),
    ]


def test_no_workbook_holds_a_child_or_anything_of_the_other_side(told, home):
    with home.reading() as connection:
        children = connection.execute("select distinct child_key from core.fct_missing_episodes").fetchall()
        keys = connection.execute("select distinct person_key from staging.stg_la_missing").fetchall()
    council, police = (
        " ".join(
            str(v) for s in openpyxl.load_workbook(p) for row in s.iter_rows(values_only=True) for v in row
        )
        for p in told["files"]
    )
    assert "MIS" not in council and "POL_ONLY" not in council
    assert " L0" not in police and " L1" not in police and "LA_ONLY" not in police
    assert [key for (key,) in [*children, *keys] if key in council + police] == []


def test_the_first_sheet_says_whose_list_it_is_and_counts_its_own_alone(told):
    council, police = (dict(sheet(path, "About")[1:]) for path in told["files"])
    assert (council["For"], council["Your absences"]) == ("Rotherham Council", "11 of more than 24 hours")
    assert (police["For"], police["Your absences"]) == ("South Yorkshire Police", "12 of more than 24 hours")
    assert council["Protection"].startswith("Restricted")


def test_people_read_the_same(run, told):
    printed = run("--la", "Rotherham", "--month", "2024-05").stdout
    assert printed.startswith(
        "Children missing from care for more than 24 hours, Rotherham, May 2024\nRestricted"
    )
    assert "The council has    11 (1 possibly: dates without times)" in printed
    assert "  POL_ONLY   council -, police MIS07\n" in printed
    assert "day not known  In police returns no apparent risk" in printed


def test_it_is_read_from_a_release_that_is_never_overwritten(run, told, home):
    folder = home.releases / told["release"]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert run("--la", "ROT", "--month", "2024-05").exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (folder / "worklist.csv").write_text("side\n")
    answer = run("--la", "ROT", "--month", "2024-05")
    (folder / "worklist.csv").write_bytes(before["worklist.csv"])
    assert (answer.exit_code, "never overwritten" in answer.stderr) == (3, True)


def test_without_the_councils_return_nothing_is_compared_and_nobody_is_listed(run, tmp_path):
    answer = run("--la", "SHE", "--month", "2024-05", "--out", str(tmp_path), "--json")
    told = json.loads(answer.stdout)
    assert (told["council"], told["police"], told["gap"]) == (None, 1, None)
    assert (told["statuses"], told["rows"], told["not_received"]) == ({}, [], ["R14 SHE"])
    for path in told["files"]:
        assert sheet(path, "Worklist")[1:] == [("", "", "", "", "Nothing to check.")]
    assert "Gap               [x]" in run("--la", "SHE", "--month", "2024-05").stdout


def test_absences_under_other_keys_are_told_and_not_compared(tmp_path, copy_of_case):
    """The council's children under a scheme of its own: each side hears how many of its own cannot be compared."""
    home = copy_of_case(CASE, tmp_path / "home")
    (file,) = (CASES / CASE / "sent" / "ROT").rglob("la_missing.csv")
    corrected = tmp_path / "sent" / "ROT" / "2024-05" / "received-2024-06-10" / file.name
    corrected.parent.mkdir(parents=True)
    corrected.write_text(file.read_text("utf-8").replace(",SY1,", ",ROT1,"), "utf-8")
    warehouse.night(home, tmp_path / "sent", lambda *_: None)
    words = ["reconcile", "--la", "ROT", "--month", "2024-05", "--out", str(tmp_path), "--json"]
    told = json.loads(CliRunner().invoke(warehouse.app, ["--home", str(home.root), *words]).stdout)
    council, police = (dict(sheet(path, "About")[1:]) for path in told["files"])
    assert (told["statuses"]["FULL"], told["different_keys"]) == (1, 20)
    assert council["Cannot be compared"] == f"9 of your absences. {reconciliation.OTHER_KEYS}"
    assert police["Cannot be compared"] == f"11 of your absences. {reconciliation.OTHER_KEYS}"
    # Only the two that name the police's episode are compared: one agrees, one does not.
    assert [[row[0] for row in sheet(path, "Worklist")[1:]] for path in told["files"]] == [["L04"], ["MIS04"]]


@pytest.mark.parametrize(
    ("la", "month", "says"),
    [
        ("SY", "2024-05", "One council at a time: BAR, DON, ROT or SHE."),
        ("LDS", "2024-05", "There is no area LDS."),
        ("ROT", "2024-13", "2024-13 is not a month. Write it as 2024-05."),
    ],
)
def test_what_cannot_be_asked_is_said(run, la, month, says):
    answer = run("--la", la, "--month", month)
    assert answer.exit_code == 2 or answer.exit_code == 1
    assert says in answer.stderr


def test_a_release_that_was_tampered_with_is_not_read(told, home):
    folder = home.releases / told["release"]
    before = (folder / "reconciliation.csv").read_bytes()
    (folder / "reconciliation.csv").write_bytes(before + b"\n")
    with pytest.raises(Exception, match="Cut the release again"):
        reconciliation.read(folder)
    (folder / "reconciliation.csv").write_bytes(before)
