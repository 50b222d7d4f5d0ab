"""What stands behind one figure, as it is handed on."""

from __future__ import annotations

from dataclasses import dataclass

from reports.explanation.members import Members
from reports.explanation.submissions import Submission
from reports.reading import Figure


@dataclass(frozen=True)
class Since:
    """What changed since an earlier release.

    `then`: the figure as that release has it, None where it has none. `came`: submissions of the figure's returns
    that count now and did not then. `gone`: those that counted then and count no more.
    """

    release: str
    vintage: str
    then: Figure | None
    came: tuple[Submission, ...]
    gone: tuple[Submission, ...]
    says: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """One figure and all it rests on.

    `meaning`: labels and words of the catalogue (definition, numerator, method, caveats). `sql`: the statement that
    counts it, '' where the release cannot tell. `coverage`: months of the returns needed, by what became of them.
    `members`: the rows of its numerator, None where they are not told; `says`: why not, and all else to be read.
    """

    figure: Figure
    meaning: tuple[tuple[str, str], ...]
    returns: tuple[str, ...]
    sql: str
    release: dict[str, str]
    coverage: dict[str, int]
    submissions: tuple[Submission, ...]
    breaks: tuple[str, ...]
    says: tuple[str, ...]
    members: Members | None
    since: Since | None
