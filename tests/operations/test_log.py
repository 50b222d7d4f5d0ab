"""The log for machines: codes and counts only, in UTC; full, locked or gone, it hides no night's outcome."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import warehouse
from ingest.submissions import Fate, Outcome
from operations import log, watch
from tests.planted.children import planted
from tests.planted.searching import in_text

RUN = "20261122T031500Z77"
OUTCOMES = [
    Outcome("R05", "SYP", "2024-05", "Zephaba.csv", Fate("accepted", None, 12, 12), 1.234, 1),
    Outcome(None, "Zephaba", None, "c.csv", Fate("refused", "F001 Zephaba.csv is empty."), 0.1, 2),
]


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / log.NAME).read_text("ascii").splitlines()]


def night(home, outcomes=OUTCOMES) -> int:
    with watch.watched(home) as seen:
        seen.began(RUN)
        seen.outcomes = outcomes
    return seen.exit_code


def test_a_night_leaves_one_line_for_each_thing_that_happened(tmp_path):
    assert night(warehouse.Home(tmp_path)) == 1
    told = lines(tmp_path / "log")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line.pop("at")) for line in told)
    assert {line.pop("run_id") for line in told} == {RUN}
    assert told[-1].pop("seconds") >= 0
    rows = {"rows_read": 12, "rows_accepted": 12, "rows_quarantined": 0, "rows_skipped": 0}
    none = dict.fromkeys(rows, 0)
    assert told == [
        {"event": "night began"},
        {
            "event": "submission",
            "submission_id": 1,
            "return": "R05",
            "organisation": "SYP",
            "status": "accepted",
            **rows,
            "seconds": 1.2,
        },
        {
            "event": "submission",
            "submission_id": 2,
            "organisation": "?",
            "status": "refused",
            "code": "F001",
            **none,
            "seconds": 0.1,
        },
        {"event": "night ended", "status": "published", "exit": 1, "submissions": 2, **rows},
    ]


FACTS = st.one_of(st.text(), st.integers(), st.floats(), st.dates(), st.lists(st.text()), st.binary())


@pytest.mark.faults(114)
@given(st.dictionaries(st.sampled_from((*log.FORMS, "file", "says", "value", "rows")), FACTS), st.text())
def test_whatever_it_is_given_only_codes_and_counts_come_in(facts, event):
    told = {name: log._may_stand(name, fact) for name, fact in facts.items()}
    for name, fact in told.items():
        is_count = isinstance(fact, int | float) and abs(fact) < log.MOST
        assert is_count or fact == "?" or (name in log.FORMS and log.FORMS[name].fullmatch(fact))
    assert json.dumps(told, allow_nan=False).isprintable()


@pytest.mark.faults(114)
def test_no_planted_value_ever_stands_in_it(tmp_path):
    """Every planted value given as every fact there is, and as the event."""
    children = planted(1, 50)
    values = set().union(*(child.telling for child in children))
    for value in values:
        log.write(tmp_path, value, **dict.fromkeys((*log.FORMS, "file", "says", "rows"), value))
    for child in children:
        log.write(tmp_path, "night ended", rows=int(child.nhs_number))
    text = "".join(path.read_text("ascii") for path in tmp_path.iterdir())
    assert len(text) > 1000 and in_text(text, set(values)) == []


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_nobody_else_may_read_it(tmp_path):
    log.write(tmp_path / "log", "night began", run_id=RUN)
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "log" / log.NAME).stat().st_mode) == 0o600


def test_a_full_one_is_put_aside_and_the_oldest_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(log, "BYTES", 200)
    for number in range(60):
        assert log.write(tmp_path, "backup", files=number) is None
    kept = sorted(tmp_path.iterdir())
    assert len(kept) == 1 + log.KEPT
    assert all(path.stat().st_size <= 200 and stat.S_IMODE(path.stat().st_mode) == 0o600 for path in kept)
    assert [line["files"] for line in lines(tmp_path)][-1] == 59
    assert "".join(path.read_text() for path in kept).count('"files": 30}') == 1


def full(folder: Path) -> str:
    (folder / log.NAME).symlink_to("/dev/full")
    return "No space left on device"


def a_folder(folder: Path) -> str:
    (folder / log.NAME).mkdir()
    return "Is a directory"


@pytest.mark.faults(86)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no disk that is always full")
@pytest.mark.parametrize("spoil", [full, a_folder])
def test_one_that_cannot_be_written_hides_no_outcome(tmp_path, capsys, spoil):
    """The night ends as it did; the sentence is said once, worth exit code 1, and no traceback is shown."""
    (tmp_path / "log").mkdir()
    why = spoil(tmp_path / "log")
    assert night(warehouse.Home(tmp_path), OUTCOMES[:1]) == 1
    path = tmp_path / "log" / log.NAME
    says = f"The log {path} cannot be written ({why}). What it would have told stands above.\n"
    assert capsys.readouterr().err == says


def test_a_night_that_goes_wrong_is_logged_with_its_exit_code(tmp_path):
    def wrong():
        with watch.watched(warehouse.Home(tmp_path)) as seen:
            seen.began(RUN)
            raise ValueError("Zephaba")

    with pytest.raises(ValueError, match="Zephaba"):
        wrong()
    last = lines(tmp_path / "log")[-1]
    assert (last["event"], last["status"], last["exit"], last["run_id"]) == (
        "night ended",
        "not published",
        5,
        RUN,
    )
    assert "Zephaba" not in (tmp_path / "log" / log.NAME).read_text()
