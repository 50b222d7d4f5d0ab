"""What `pytest -m faults` prints: the matrix, each case survived, or not run and why."""

from __future__ import annotations

from collections import defaultdict

from tests.faults.matrix import rows

MARK = "faults"
PROPERTY = "fault"


def note_cases(items) -> None:
    """Have each test carry the numbers of the cases it shows, so that its report does, whichever process ran it."""
    for item in items:
        for mark in item.iter_markers(MARK):
            item.user_properties += [(PROPERTY, number) for number in mark.args]


class Matrix:
    """Gathers what became of the tests of each case."""

    def __init__(self) -> None:
        self.passed: dict[int, int] = defaultdict(int)
        self.failed: dict[int, list[str]] = defaultdict(list)
        self.skipped: dict[int, list[str]] = defaultdict(list)

    def hear(self, report) -> None:
        """One report of one phase of a test."""
        for number in {value for name, value in report.user_properties if name == PROPERTY}:
            if report.failed:
                self.failed[number].append(report.nodeid)
            elif report.skipped:
                self.skipped[number].append(_why(report))
            elif report.when == "call":
                self.passed[number] += 1

    def lines(self) -> list[str]:
        """One line for each case: its number, what became of it, and what it is."""
        cases: dict[int, list] = defaultdict(list)
        for row in rows():
            cases[row.number].append(row)
        return [
            f"{number:>3}  {self._fate(number, told):<34} {told[0].case}" for number, told in cases.items()
        ]

    def missing(self) -> list[int]:
        """Cases that no test shows and for which no reason is given."""
        told = {row.number for row in rows() if row.not_run}
        seen = {*self.passed, *self.failed, *self.skipped, *told}
        return sorted({row.number for row in rows()} - seen)

    def _fate(self, number: int, told: list) -> str:
        if self.failed[number]:
            return f"FAILED ({len(self.failed[number])})"
        if self.passed[number]:
            return f"survived ({self.passed[number]})"
        why = next((row.not_run for row in told if row.not_run), "") or "; ".join(
            sorted(set(self.skipped[number]))
        )
        return f"not run: {why}" if why else "NO TEST"


def _why(report) -> str:
    return report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else "skipped"
