"""What an annual report says, whatever it is written as: sections of words, tables and charts, all from one release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from reports import words
from reports.charts import Picture
from reports.reading import Figure, number

LEFT_OUT = (
    "Tables of detail stand on the page, in the workbook and in the open data that go with this document."
)


@dataclass(frozen=True)
class Cell:
    """A number or a mark as it was released, with the unit it is read in."""

    text: str
    unit: str

    @property
    def shown(self) -> str:
        """The figure as people read it: `1,234`, `52.4`, `[c]`; nothing is `[z]`."""
        return words.shown(self.text or "z", self.unit)


def cell(figure: Figure | None) -> Cell:
    """The value of a figure; where there is none for the place, it does not apply."""
    return Cell(figure.value, figure.unit) if figure else Cell("z", "")


@dataclass(frozen=True)
class Table:
    """Rows of texts and figures under columns; the first cell of a row heads it.

    `look` says how wide its columns are on paper: figures, measures, register or others. What is detail stands on the
    page and in the workbook, not in the PDF.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    notes: tuple[str, ...] = ()
    look: str = "figures"
    is_detail: bool = False

    @property
    def shown(self) -> list[list[str]]:
        """Every cell as text."""
        return [[c.shown if isinstance(c, Cell) else c for c in row] for row in self.rows]

    @property
    def is_told(self) -> bool:
        """Whether some number stands in it."""
        return any(isinstance(c, Cell) and number(c.text) is not None for row in self.rows for c in row)


@dataclass(frozen=True)
class Drawn:
    """A chart and the name its ids on the page begin with."""

    name: str
    picture: Picture


@dataclass(frozen=True)
class Words:
    """Sentences made from figures, one a line."""

    lines: tuple[str, ...]


Item = Words | Table | Drawn


@dataclass(frozen=True)
class Part:
    """What stands under one heading of a section."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Section:
    """One section of the report, as the action plan has them."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Report:
    """Everything the report of one area and year says; `figures` are those its tables show, for the open data.

    `watermark` is empty where small numbers are protected. `moment` is when the last receipt behind it came.
    """

    title: str
    area: str
    year: str
    release: str
    moment: datetime
    watermark: str
    facts: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    figures: tuple[Figure, ...]

    @property
    def on_paper(self) -> Report:
        """The report as it is printed: without its tables of detail, which a note at its head says."""
        sections = [
            replace(s, parts=tuple(p for p in map(_on_paper, s.parts) if p.items)) for s in self.sections
        ]
        return replace(self, sections=tuple(sections), facts=(*self.facts, LEFT_OUT))

    @property
    def tables(self) -> Iterator[tuple[Section, Table]]:
        """Every table with the section it stands in, in the order of the report."""
        for section in self.sections:
            for part in section.parts:
                yield from ((section, item) for item in part.items if isinstance(item, Table))


def _on_paper(part: Part) -> Part:
    return replace(part, items=tuple(i for i in part.items if not (isinstance(i, Table) and i.is_detail)))
