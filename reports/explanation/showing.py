"""An explanation as people and programs read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import plain
from reports import words
from reports.comparison.showing import aligned
from reports.explanation.submissions import Submission
from reports.explanation.told import Explanation, Since

SCHEMA_VERSION = 1


def show(explanation: Explanation, as_json: bool = False) -> None:
    """Print an explanation, as text or JSON."""
    print(_json(explanation) if as_json else "\n".join(map(plain.text, lines(explanation))))


def _json(explanation: Explanation) -> str:
    told = asdict(explanation) | {"meaning": dict(explanation.meaning)}
    return json.dumps({"schema_version": SCHEMA_VERSION} | told, indent=1, default=str)


def lines(explanation: Explanation) -> Iterator[str]:
    """The explanation as text, from the figure down to the rows that make it."""
    figure, release = explanation.figure, explanation.release
    yield f"{figure.indicator_code} {figure.indicator}, {figure.unit}: {figure.area}, {figure.period}"
    if figure.breakdown != "all":
        yield f"{figure.breakdown}: {figure.breakdown_label}"
    yield f"Figure: {words.shown(figure.value, figure.unit)}"
    yield f"95 % interval: {words.interval(figure)}"
    yield f"Numerator: {figure.numerator}. Denominator: {figure.denominator}. Basis: {figure.basis}."
    yield f"Period: {figure.start_date} to {figure.end_date}, {figure.provisional}"
    yield f"Status: {figure.status}"
    yield from filter(None, [figure.note])
    yield from explanation.says
    yield from _section("What it means", (f"{label}: {says}" for label, says in explanation.meaning))
    yield from _section("Breaks in the series", explanation.breaks)
    yield from _section("Where it stands", (f"{k}: {v}" for k, v in release.items() if v))
    yield from _section("How it is counted", explanation.sql.splitlines())
    yield from _section("What it rests on", _resting(explanation))
    yield from _section("The rows of its numerator", _members(explanation))
    yield from _section("What changed", _since(explanation.since) if explanation.since else ())


def _section(title: str, told) -> Iterator[str]:
    said = list(told)
    yield from ["", title, *said] if said else []


def _resting(explanation: Explanation) -> Iterator[str]:
    yield f"Returns needed: {', '.join(explanation.returns) or 'every one'}"
    told = ", ".join(f"{count} {status}" for status, count in explanation.coverage.items())
    yield f"Months of them: {told or 'none owed'}"
    yield from _list(explanation.submissions) or ["No submission for this period."]


def _list(found: Sequence[Submission]) -> list[str]:
    names = ["Submission", "Return", "From", "Period", "Received", "SHA-256", "Standing"]
    rows = [[str(s.submission_id), *s.place, s.received_at, s.sha256[:12], _standing(s)] for s in found]
    return list(aligned([names, *rows])) if rows else []


def _standing(submission: Submission) -> str:
    other = "" if submission.covers else "of another period"
    return ", ".join(filter(None, [submission.provisional, submission.became, other]))


def _members(explanation: Explanation) -> Iterator[str]:
    found = explanation.members
    if found is None:
        return
    yield found.says
    names = list(found.ids[0]) if found.ids else []
    rows = [[_cell(row[name]) for name in names] for row in found.ids]
    yield from aligned([names, *rows]) if rows else ["None."]


def _cell(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _since(since: Since) -> Iterator[str]:
    yield f"Since {since.release}"
    yield from since.says
    yield from _list([*since.came, *since.gone])
