"""What a reader hands on: rows of text with sheet and physical line, whatever the file was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sent:
    """A file as received: where its bytes are, and the name it was sent under."""

    path: Path
    name: str


@dataclass(frozen=True)
class Finding:
    """One thing found; `line` is the physical line in the file or sheet, None for the whole file."""

    rule_code: str
    severity: str
    says: str
    file: str | None = None
    sheet: str | None = None
    line: int | None = None
    column_name: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Skipped:
    """Rows read and set aside for a reason that is nobody's fault."""

    file: str
    sheet: str | None
    reason: str
    rows: int


@dataclass(frozen=True)
class Table:
    """The rows of one return.

    `data` is a CSV file of ours: UTF-8, LF, every field quoted, a header row of
    `file, sheet, line, raw` and then columns of the standard. `raw` is empty but for a line that could
    not be split into columns, of which there are `broken`. `rows` counts its records. `local_ids` are the columns that hold an
    agency's own child id in clear: the loader turns them into pseudonyms before they rest anywhere.
    `line_of`, where given, is a NumPy file of the physical line of each record, and `data` is then the
    sender's own CSV (or a cleaned copy) that holds none of `file, sheet, line, raw`; `skip` its header lines;
    `bad` are the lines left out of it for having another number of fields: (line, text, fields).
    `same` are columns that hold what another holds, row by row: what is worked out of the one serves for both.
    Of a snapshot: `months_back` is how far its rows reach back from the day, 0 for the day alone; rows that
    are `of_a_day` are other records on another day, and the loader writes the day into them.
    """

    return_name: str
    data: Path
    columns: tuple[str, ...]
    rows: int
    file: str = ""
    sheet: str | None = None
    local_ids: tuple[str, ...] = ()
    line_of: Path | None = None
    skip: int = 0
    bad: tuple[tuple[int, str, int], ...] = ()
    broken: int = 0
    same: tuple[tuple[str, str], ...] = ()
    months_back: int = 0
    of_a_day: bool = False

    @property
    def files(self) -> tuple[Path, ...]:
        """What its rows are loaded from."""
        return (self.data, self.line_of) if self.line_of else (self.data,)


@dataclass(frozen=True)
class Explained:
    """What a sender says of one warning: its reference, a reason off the list, and words of its own."""

    line: int
    reference: str
    reason: str
    words: str


@dataclass(frozen=True)
class Reading:
    """A submission as read: what it is, whose and when by its own content, and its rows by return.

    One that `is_snapshot` stands for a day, whatever periods its returns are sent for otherwise. One that answers
    findings has no tables: warnings `explained`, on a `sheet` of a workbook, and how many it leaves `unexplained`.
    """

    format: str
    encoding: str
    organisation_code: str | None
    period: str | None
    tables: tuple[Table, ...]
    skipped: tuple[tuple[str, Skipped], ...] = ()
    findings: tuple[tuple[str, Finding], ...] = ()
    is_snapshot: bool = False
    explained: tuple[Explained, ...] | None = None
    unexplained: int = 0
    sheet: str | None = None

    @property
    def holds_several(self) -> bool:
        """A national file feeds several returns, and may have nothing for one of them."""
        return self.format not in ("csv", "xlsx")


def as_csv(row: Sequence[str]) -> str:
    """A line of a CSV file of ours: the `csv` module takes five times as long to quote every value."""
    line = '","'.join(row)
    if line.count('"') != 2 * len(row) - 2:
        line = '","'.join(value.replace('"', '""') for value in row)
    return f'"{line}"\n'


class Unreadable(Exception):
    """A file that is not a table we can read: the submission is refused with this code and sentence."""

    def __init__(self, code: str, says: str, line: int | None = None, column: str | None = None):
        super().__init__(code, says, line, column)
        self.code, self.says, self.line, self.column = code, says, line, column
