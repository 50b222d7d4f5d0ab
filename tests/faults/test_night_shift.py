"""The night shift followed: each exit code and each fate as a person meets it, then what docs/the-night-shift.md says."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pyrage
import pytest
from openpyxl import load_workbook

import failpoint
from expectations.standard import standard
from ingest import inbox
from ingest.findings_words import REASONS
from ingest.night import take_in
from ingest.sharing import Agreements
from operations import terminal
from tests.conftest import CASES
from tests.faults import forked
from tests.faults.bad import put, rows, text
from tests.faults.test_stop import held
from tests.faults.trial import county
from tests.test_findings_page import written

pytestmark = pytest.mark.skipif(os.name != "posix", reason="nights are forked as POSIX forks")
DOCS = CASES.parents[1] / "docs"
SHIFT, FINDINGS = ((DOCS / name).read_text("utf-8") for name in ("the-night-shift.md", "findings.md"))
HEADED = re.compile(r"^## ", re.M)


def table(page: str, heading: str = "") -> dict[str, list[str]]:
    """The rows of a page's tables below a heading: by each name in the first column, the cells after it."""
    below = next((part for part in HEADED.split(page) if part.startswith(f"{heading}\n")), page)
    cells = [re.split(r" \| ", line.strip("| \n")) for line in below.splitlines() if line.startswith("| ")]
    return {name: rest for first, *rest in cells for name in written(first) or first.split(", ")}


CODES, FATES, FOUND = table(SHIFT, "Exit codes"), table(SHIFT, "What became of a file"), table(FINDINGS)


@dataclass(frozen=True)
class Shift:
    """A home, and who does in it what the page says."""

    home: Path
    desk: Path
    nights: forked.Nights
    project: Path

    def run(self, *words, **odd) -> forked.Done:
        """One command, given at the desk."""
        odd = {"project": self.project, "cwd": str(self.desk), **odd}
        return self.nights.run(self.home, *words, **odd)

    def follow(self, told: list[str], **given) -> list[forked.Done]:
        """Give the commands of a cell of the page, one by one, with what stands in capitals filled in."""
        commands = re.findall(r"`warehouse ([^`]+)`", told[-1])
        assert commands, told
        words = [[str(given.get(w, w)) for w in shlex.split(command)] for command in commands]
        return [self.run(*line) for line in words]

    def standing(self) -> dict[str, dict]:
        """What `warehouse status` says of R04, by its period; of what could not be read it does not know the return."""
        told = json.loads(self.run("status", "--json").out)
        came = [row for row in told if row["submission"] and row["period"]]
        return {row["period"]: row for row in sorted(came, key=lambda row: row["return"] or "")}

    def ask(self, sql: str) -> list[list]:
        return [list(row.values()) for row in json.loads(self.run("query", sql, "--json").out)]


@pytest.fixture
def shift(home, nights, small, tmp_path) -> Shift:
    return Shift(home, tmp_path, nights, small)


def month(of: str, n: int = 40, change: dict[int, dict] | None = None) -> list[dict]:
    """Rows of R04 for a month; `change` is by the row's number."""
    told = [{k: v.replace("2024-05", of) for k, v in row.items()} for row in rows(n)]
    return [{**row, **(change or {}).get(i, {})} for i, row in enumerate(told)]


def send(shift: Shift, of: str, content: str, name: str = "r04.csv") -> Path:
    return put(shift.home / "inbox", content, name, f"SYP/{of}")


CUT = text(month("2024-02"))


@dataclass(frozen=True)
class Case:
    """A finding: the words of the page's advice, the file that has it, and the file after the advice."""

    advice: str
    bad: str
    mended: str


def changed(of: str, advice: str, **change: str) -> Case:
    return Case(advice, text(month(of, change={7: change})), text(month(of)))


# At least one of each family that comes in by a file; X406 and E500 have tests of their own.
CASES_OF = {
    "F003": ("2024-02", Case("ask for it again, whole", CUT[: CUT.rindex(",2024")], CUT)),
    "S101": (
        "2024-03",
        Case("save as CSV with commas", text(month("2024-03"), delimiter=";"), text(month("2024-03"))),
    ),
    "C215": ("2024-04", changed("2024-04", "a code of the list", source="ZZ")),
    "P003": ("2024-05", changed("2024-05", "take it out of the extract", dedupe_group="ZZ99 9ZZ")),
    "R301": ("2024-06", changed("2024-06", "keep the right one", incident_ref="I8")),
}
LEFT = text(month("2024-07"))
WARNED = {7: {"shared_with_csc_date": "2024-08-01"}}  # before it was received: R04.03, a warning


def first_night(shift: Shift) -> None:
    for of, case in CASES_OF.values():
        send(shift, of, case.bad)
    send(shift, "2024-07", LEFT)
    send(shift, "2024-08", text(month("2024-08", change=WARNED)))
    assert shift.run().code == 1


def explained(book: Path, to: Path) -> None:
    """What its reader does with the sheet Warnings."""
    told = load_workbook(book)
    told["Warnings"]["H2"] = REASONS[0]
    to.parent.mkdir(parents=True, exist_ok=True)
    told.save(to)


def codes_of(book: Path) -> set:
    return {cell.value for cell in load_workbook(book)["Error summary"]["A"]}


def test_each_fate_and_a_finding_of_each_family_is_gone_once_the_page_was_followed(shift):
    """1: `status`, `findings NUMBER`. Mended, explained, sent twice, held and confirmed: each as its row says."""
    first_night(shift)
    status, _ = shift.follow(CODES["1"], NUMBER=1)
    assert status.code == 0 and "refused" in status.out
    stood = shift.standing()
    for code, (of, case) in CASES_OF.items():
        assert case.advice in FOUND[code][-1]
        fate = "refused" if stood[of]["stands"] == "refused" else "accepted with findings"
        assert (fate == "refused") == (FOUND[code][1] == "refused"), code
        written = shift.follow(FATES[fate], NUMBER=stood[of]["submission"])
        assert [done.code for done in written] == [0] and code in codes_of(shift.desk / "findings.xlsx")
        send(shift, of, case.mended, "mended.csv")
    follow_explanation(shift, stood["2024-08"]["submission"])
    send(shift, "2024-07", text(month("2024-07", 30)), "less.csv")
    send(shift, "2024-07", LEFT, "twice.csv")
    nothing = ("receive", "--from", "SYP", "--as", "R04", "--period", "2024-09", "--nil")
    assert shift.run(*nothing).code == 0
    assert shift.run().code == 1  # one is held
    second_night(shift)


def follow_explanation(shift: Shift, number: int) -> None:
    (done,) = shift.follow(FATES["accepted with findings"], NUMBER=number)
    assert done.code == 0
    explained(shift.desk / "findings.xlsx", shift.home / "inbox" / "SYP" / "back.xlsx")


def second_night(shift: Shift) -> None:
    now = shift.standing()
    for of, _ in CASES_OF.values():
        assert (now[of]["rows_accepted"], now[of]["rows_quarantined"], now[of]["warnings_open"]) == (40, 0, 0)
        assert now[of]["stands"] in ("received", "late")
    assert now["2024-08"]["warnings_open"] == 0 and now["2024-09"]["stands"] == "nil"
    number, says = shift.ask("select submission_id, says from landing.submissions where status = 'held'")[0]
    assert says.startswith("X406 ") and FOUND["X406"][1] == "held"
    done = shift.follow(FATES["held"], NUMBER=number, TEXT="the force rang: ten were sent in error")
    assert [d.code for d in done] == [0, 0], done
    assert shift.standing()["2024-07"]["rows_accepted"] == 30
    counted = dict(shift.ask("select status, count(*) from landing.submissions group by all"))
    assert (
        counted
        == {
            "accepted": 9,  # January, five mended, July's confirmed, the words of explanation, the manifest of the nil
            **{"accepted with findings": 1, "duplicate": 1, "nil": 1, "refused": 2, "superseded": 4},
        }
    )


@pytest.mark.faults(90)
def test_what_was_told_to_end_is_run_again(shift):
    """143, then 130: `nightly` again, and the night is as if nothing had been."""
    forked.sent(shift.home, "2024-02")
    assert shift.run(env={failpoint.VARIABLE: "taken:stop"}).code == 143
    fifo = shift.desk / "fifo"
    night = held(shift.nights, shift.home, shift.project, "taken", fifo)
    os.kill(night.pid, signal.SIGINT)
    assert night.end().code == 130
    for code in ("130", "143"):
        assert [done.code for done in shift.follow(CODES[code])] == [0]
    assert shift.standing()["2024-02"]["rows_accepted"] == 3


def test_a_sentence_about_a_command_says_what_would_be_understood(shift):
    """2: the sentence, or the command's help, names what is taken."""
    good = send(shift, "2024-02", CUT)
    wrong = ("receive", good, "--from", "NOBODY", "--period", "2024-02")
    done = shift.run(*wrong)
    assert (done.code, done.out) == (2, "")
    known = re.search(r"Known: (.*)\.", done.err)[1].split(", ")
    (help_,) = shift.follow(CODES["2"], COMMAND="receive")
    assert help_.code == 0 and "--from" in help_.out and "SYP" in known
    assert shift.run(*("SYP" if w == "NOBODY" else w for w in wrong)).code == 0


def test_what_failed_is_mended_and_the_night_run_again(shift, tmp_path):
    """3: the sentence names the model; until it is mended the last good night is served."""
    broken = forked.small_project(tmp_path / "project")
    model = broken / "models" / "marts" / "broken.sql"
    model.write_text("select error('no') as x")
    forked.sent(shift.home, "2024-02")
    done = shift.run(project=broken)
    assert done.code == 3 and done.err.startswith("Not published: broken failed.")
    assert set(shift.standing()) == {"2024-01"}
    model.write_text("select 1 as x")
    mended = Shift(shift.home, shift.desk, shift.nights, broken)
    assert [d.code for d in mended.follow(CODES["3"])] == [0]
    assert set(shift.standing()) == {"2024-01", "2024-02"}


DAMAGE: dict[str, Callable[[Path], object]] = {
    "warehouse file": lambda home: os.truncate(home / "warehouse.duckdb", 5000),
    "key pseudonym": lambda home: (home / "keys" / "pseudonym.key").chmod(0o644),
}


def test_the_doctor_names_what_mends_what_kept_a_night_from_beginning(shift):
    """4: each line that fails has its command; done, the night is run again."""
    shutil.copyfile(shift.home / "warehouse.duckdb", shift.home / "warehouse.previous.duckdb")
    forked.sent(shift.home, "2024-02")
    for layer, damage in DAMAGE.items():
        damage(shift.home)
        assert shift.run().code == 4, layer
        failing = [line for line in json.loads(shift.run("doctor", "--json").out) if line["state"] == "fail"]
        assert [line["layer"] for line in failing] == [layer]
        mend = shlex.split(failing[0]["mend"])
        if mend[0] == "warehouse":
            assert shift.run(*mend[1:]).code == 0
        else:
            subprocess.run(mend, check=True)
    assert [done.code for done in shift.follow(CODES["4"])] == [0, 0]
    assert set(shift.standing()) == {"2024-01", "2024-02"}


def test_a_bug_names_its_report_which_holds_no_value_and_the_night_may_be_run_again(shift):
    """5: a failpoint nobody wrote stands for what nobody thought of."""
    forked.sent(shift.home, "2024-02")
    done = shift.run(env={failpoint.VARIABLE: "taken:a-bug"})
    assert done.code == 5 and done.err.startswith("This is our fault, not yours: KeyError. Report ")
    (report,) = (shift.home / "faults").iterdir()
    assert report.stem in done.err and "a-bug" not in report.read_text()
    assert [done.code for done in shift.follow(CODES["5"])] == [0]
    assert set(shift.standing()) == {"2024-01", "2024-02"}


def test_what_was_still_being_copied_is_taken_the_next_night(shift):
    path = send(shift, "2024-02", CUT)
    fifo = shift.desk / "fifo"
    night = held(shift.nights, shift.home, shift.project, "opened", fifo)
    path.rename(shift.desk / "being copied")
    fifo.write_text("go on")
    done = night.end()
    assert done.code == 0 and "F013" in done.out and FATES["deferred"][-1].endswith("it is taken next night")
    put(shift.home / "inbox", (shift.desk / "being copied").read_bytes(), path.name, "SYP/2024-02")
    assert shift.run().code == 0 and shift.standing()["2024-02"]["rows_accepted"] == 40


@pytest.mark.parametrize("code", ["E500", "F030"])
def test_what_is_ours_to_mend_is_mended_and_the_file_put_into_the_inbox_again(code, tmp_path):
    """The same bytes are new then: no key to lock identities with, and no agreement that covers the sender."""
    assert FOUND[code][1] == "refused" and FOUND[code][-1].startswith("ours: ")
    assert FOUND[code][-1].endswith("the file into the inbox again")
    with county(tmp_path) as tried:
        public = str(pyrage.x25519.Identity.generate().to_public())
        whole = replace(tried.context(tried.now()), identity=tmp_path / "i", identity_recipient=public)
        if code == "E500":
            lacking = {"identity_recipient": None}
            given = standard()["person_identity"].accepted
            put(tried.inbox, text([given], list(given)), "r25.csv", "ROT/2024-05")
        else:
            lacking = {"agreements": Agreements(())}
            put(tried.inbox, CUT, "r04.csv", "SYP/2024-02")
        arrived = inbox.arrivals(tried.inbox, set(whole.organisations))
        (refused,) = take_in(tried.connection, arrived, replace(whole, **lacking), lambda *_: None)
        assert refused.fate.says.startswith(f"{code} ")
        assert terminal.exit_code([refused]) == (3 if code == "F030" else 1)
        (taken,) = take_in(tried.connection, arrived, whole, lambda *_: None)
        assert taken.fate.status == "accepted"


def test_every_code_and_every_fate_of_the_page_is_followed_here():
    """A new row of either table must come with a test of its advice."""
    assert set(CODES) == {"code", "0", "1", "2", "3", "4", "5", "130", "143"}
    assert set(FATES) == {
        *("fate", "accepted", "accepted with findings", "explanations", "refused", "held", "nil"),
        *("superseded", "duplicate", "deferred"),
    }
