"""`python3 -m tests.faults.soak kills [TIMES]`, `calls [STEP]` or `bits [TIMES]` prints figures.

Exit 1 where something was not survived.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import warehouse
from tests.faults import forked
from tests.faults.soak import bits, calls, kills

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


def flip(nights: forked.Nights, small: Path, begun: Path, times: int) -> bool:
    """Flip so many bits in copies of a home, and as many in its live file."""
    home = warehouse.Home(begun)
    home.keys.new("backup")
    for what in (bits.in_copies, bits.in_live):
        told = what(home, random.Random(0), times)
        print(f"{what.__name__}: " + ", ".join(f"{how} {n:,}" for how, n in told.items()), flush=True)
        if any(n for how, n in told.items() if how.isupper()):
            return False
    return True


DO = {"kills": (kill, 1000), "calls": (fail, 1), "bits": (flip, 1000)}


def main() -> int:
    what, number = "".join(sys.argv[1:2]), "".join(sys.argv[2:3])
    if what not in DO:
        return print("Use: python3 -m tests.faults.soak kills [TIMES], calls [STEP] or bits [TIMES]") or 2
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        nights, small = (
            forked.open_nights(Path(folder) / "nights"),
            forked.small_project(Path(folder) / "small"),
        )
        forked.sent(Path(folder) / "begun", "2024-01")
        assert nights.run(Path(folder) / "begun", project=small).code == 0
        do, usual = DO[what]
        well = do(nights, small, Path(folder) / "begun", int(number or usual))
        nights.close()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
