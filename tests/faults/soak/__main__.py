"""`python3 -m tests.faults.soak kills [TIMES]`, `calls [STEP]`: prints figures, exit 1 where something was not survived."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.faults import forked
from tests.faults.soak import calls, kills

A_HOME = 100  # kills of one home, before there are more months in it than a night should hold


def kill(nights: forked.Nights, small: Path, begun: Path, times: int) -> bool:
    """kill -9 so many times, on a new home after each hundred."""
    sums: dict[str, int] = {}
    for first in range(0, times, A_HOME):
        home = shutil.copytree(begun, begun.parent / f"home-{first}")
        told = kills.kill(home, nights, small, random.Random(first), min(A_HOME, times - first))
        sums = {name: sums.get(name, 0) + n for name, n in asdict(told).items()}
        print(", ".join(f"{name} {n:,}" for name, n in sums.items()), flush=True)
        shutil.rmtree(home)
    return not (sums["lost"] or sums["partial"])


def fail(nights: forked.Nights, small: Path, begun: Path, step: int) -> bool:
    """Fail each call of each kind."""
    well = True
    for kind in calls.KINDS:
        told = calls.fail_each(kind, begun, begun.parent, nights, small, step)
        print(
            f"{kind}: {sum(told.values()):,} nights; {', '.join(f'{n} {how}' for how, n in told.items())}",
            flush=True,
        )
        well &= not any(how.isupper() for how in told)
    return well


def main() -> int:
    what, number = "".join(sys.argv[1:2]), "".join(sys.argv[2:3])
    if what not in ("kills", "calls"):
        return print("Use: python3 -m tests.faults.soak kills [TIMES], or calls [STEP]") or 2
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        nights, small = (
            forked.open_nights(Path(folder) / "nights"),
            forked.small_project(Path(folder) / "small"),
        )
        forked.sent(Path(folder) / "begun", "2024-01")
        assert nights.run(Path(folder) / "begun", project=small).code == 0
        do, usual = {"kills": (kill, 1000), "calls": (fail, 1)}[what]
        well = do(nights, small, Path(folder) / "begun", int(number or usual))
        nights.close()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
