"""Each call of a night to the disk fails once: the first, the second, … until there is none left to fail."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

from tests.faults import forked
from tests.faults.soak.kills import rows

KINDS = ("fsync", "rename", "open", "make", "remove")
OLD, BOTH = {"2024-01": 3}, {"2024-01": 3, "2024-02": 3}
PUBLISHED = "Tonight is published, but not all"


def fail_each(
    kind: str, begun: Path, folder: Path, nights: forked.Nights, project: Path, step: int = 1
) -> Counter:
    """How many nights ended how; the last, in which no call was left to fail, is not among them."""
    told: Counter = Counter()
    for nth in range(1, 100_000, step):
        home = shutil.copytree(begun, folder / f"{kind}-{nth}")
        forked.sent(home, "2024-02", end="\x1a")
        done = nights.run(home, project=project, failing=(kind, nth, str(home)))
        how = _ended(home, done)
        if not home.with_name(f"{home.name}.failed").is_symlink():
            return told
        told[how] += 1
        nights.run(home, project=project)
        if rows(home) != BOTH or not list((home / "findings").rglob("*.xlsx")):
            told["NEXT NIGHT NOT WELL"] += 1
        else:
            shutil.rmtree(home)
    return told


def _ended(home: Path, done: forked.Done) -> str:
    now = rows(home)
    if "Traceback" in done.err or now not in (OLD, BOTH):
        return "NOT SURVIVED"
    if done.code in (0, 1):
        return "as if nothing had been" if now == BOTH else "NOT SURVIVED"
    if done.code == 4 and done.err.startswith(PUBLISHED):
        return "published and told" if now == BOTH else "NOT SURVIVED"
    return f"not published, exit {done.code}" if now == OLD else f"published, exit {done.code}"
