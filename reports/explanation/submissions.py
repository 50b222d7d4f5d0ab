"""The submissions behind a figure, and which came since an earlier release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date

from reports.periods import of_return
from reports.reading import Figure, Release

COUNTY = ("SY", "U")
ON_A_DAY = ("at end", "open at end")
NEW, REPLACED, WITHDRAWN = "new", "replaced", "counts no more"


@dataclass(frozen=True)
class Submission:
    """One return as received: `became` says what it is beside an earlier release; '' where none is asked.

    `covers`: whether its period and the figure's overlap. A later return may restate what an earlier one told.
    """

    submission_id: int
    return_code: str
    organisation_code: str
    period: str
    received_at: str
    standard_version: str
    sha256: str
    provisional: str
    covers: bool
    became: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """What it is the latest of: a return of an organisation and a period."""
        return self.return_code, self.organisation_code, self.period


def returns_of(listed: Mapping) -> tuple[str, ...]:
    """The returns an indicator needs, as the catalogue writes them: `R14`, `R19:police`; none where it is of all."""
    return tuple(filter(None, (listed["returns"] or "").split(";")))


def submissions(release: Release, listed: Mapping, figure: Figure) -> list[Submission]:
    """Every submission of the returns a figure needs, by who owes them for its area, in a fixed order."""
    owed = owers(release, listed, figure.area_code)
    first, last = reach(listed, figure)
    rows = release.ask("from submissions order by return_code, organisation_code, period, received_at")
    return [_submission(r, first, last) for r in rows if owed(r["return_code"], r["organisation_code"])]


def reach(listed: Mapping, figure: Figure) -> tuple[date, date]:
    """From when to when a return speaks of a figure: its period; its last day; of a cohort, all that followed."""
    first = figure.end_date if listed["period_match"] in ON_A_DAY else figure.start_date
    return first, date.max if listed["basis"] == "cohort" else figure.end_date


def owers(release: Release, listed: Mapping, area_code: str):
    """Tells whether a return of an organisation is needed for an area: its own, or one that serves the county.

    A release does not tell what kind an organisation is; a council is the one that serves a district.
    """
    rows = release.ask("select distinct organisation_code, area_code from coverage")
    serves = {row["organisation_code"]: row["area_code"] for row in rows}
    needed = [part.partition(":")[::2] for part in returns_of(listed)]

    def is_owed(return_code: str, organisation: str) -> bool:
        of = serves.get(organisation, "SY")
        kind = "police" if of == "SY" else "council"
        is_asked = not needed or any(code == return_code and k in ("", kind) for code, k in needed)
        return is_asked and (area_code in COUNTY or of in (area_code, "SY"))

    return is_owed


def coverage(release: Release, listed: Mapping, figure: Figure) -> dict[str, int]:
    """How many months of the returns needed were received, nil, refused or not received."""
    owed = owers(release, listed, figure.area_code)
    first, last = reach(listed, figure)
    months = f"{first:%Y-%m}", f"{min(last, figure.end_date):%Y-%m}"
    rows = release.ask(
        "select * from coverage where month between $first and $last",
        dict(zip(("first", "last"), months, strict=True)),
    )
    found = Counter(r["status"] for r in rows if owed(r["return_code"], r["organisation_code"]))
    return dict(sorted(found.items()))


def since(
    now: Sequence[Submission], then: Sequence[Submission]
) -> tuple[tuple[Submission, ...], tuple[Submission, ...]]:
    """(those that count now and did not then: new or replaced, those that count no more and nothing replaced)."""
    before, here = {s.place: s for s in then}, {s.place for s in now}
    came = [
        _became(s, REPLACED if s.place in before else NEW)
        for s in now
        if s.place not in before or before[s.place].sha256 != s.sha256
    ]
    return tuple(came), tuple(_became(s, WITHDRAWN) for s in then if s.place not in here)


def _became(submission: Submission, became: str) -> Submission:
    return Submission(**vars(submission) | {"became": became})


def _submission(row: dict, first: date, last: date) -> Submission:
    span = of_return(row["period"])
    return Submission(
        submission_id=int(row["submission_id"]),
        return_code=row["return_code"],
        organisation_code=row["organisation_code"],
        period=row["period"],
        received_at=_moment(row["received_at"]),
        standard_version=row["standard_version"] or "",
        sha256=row["sha256"],
        provisional=row["provisional"],
        covers=span is None or span.overlaps(first, last),
    )


def _moment(received: object) -> str:
    """In UTC, whatever the machine's own time is."""
    return received if isinstance(received, str) else received.astimezone(UTC).isoformat()
