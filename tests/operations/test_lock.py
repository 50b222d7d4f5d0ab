"""One night at a time, and a lock that a killed night leaves free."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from operations.lock import night_lock
from refusal import Refusal

NOW = datetime(2026, 11, 22, 1, 12, tzinfo=UTC)
HOLD = (
    "import sys; from datetime import datetime, UTC; from pathlib import Path; from operations.lock import night_lock\n"
    "with night_lock(Path(sys.argv[1]), 'first', datetime(2026, 11, 22, 1, 12, tzinfo=UTC)):\n"
    "    print('held', flush=True); sys.stdin.read()"
)


@pytest.mark.faults(92)
def test_a_second_night_is_told_who_runs_since_when(tmp_path):
    with (
        night_lock(tmp_path, "first", NOW),
        pytest.raises(Refusal) as refused,
        night_lock(tmp_path, "second", NOW),
    ):
        pass
    assert "run first by process" in str(refused.value)
    assert "since 2026-11-22T01:12:00+00:00" in str(refused.value)
    assert refused.value.code == 4


@pytest.mark.faults(93)
def test_a_killed_night_leaves_the_lock_free(tmp_path):
    root = Path(__file__).parents[2]
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Refusal), night_lock(tmp_path, "second", NOW):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with night_lock(tmp_path, "third", NOW):
        pass
