"""One row of an Annex A's list, with all its values are read by, and the block about its child."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.national.annex_a_sheets import Notes, Sheet
from ingest.national.annex_a_values import broken, code, day, is_group
from ingest.national.values import SCHEME, birth_month, child_id, real_date


@dataclass(frozen=True)
class Need:
    """What List 6 holds of a child in need whose case began on a referral's day."""

    primary_need: str
    closure_date: str
    closure_reason: str


@dataclass
class Row:
    """One row of a list, with where it stands and what its values are held against."""

    la: str
    epoch: int
    sheet: Sheet
    line: int
    cells: dict[str, str]
    notes: Notes
    to: str
    needs: dict[tuple[str, str], Need] = field(default_factory=dict)

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def day(self, column: str) -> str:
        return day(self.get(column), self.epoch)

    def code(self, kind: str, column: str) -> str:
        return code(kind, self.get(column))

    def yes_no(self, column: str) -> str:
        """Y or N; empty where the answer is unknown or none."""
        return "" if (found := self.code("yes_no_unknown", column)) == "U" else found

    def warn(self, rule: str, column: str, says: str, value: str | None = None) -> None:
        """A warning about one cell; one that is broken has been told already."""
        if not broken(self.get(column)):
            self.notes.at(self.to, rule, says, self.sheet, self.line, column, value)

    @property
    def child(self) -> str:
        """The child as the key is made of: `372|123`; empty without an id."""
        number = child_id(self.get("child"))
        return f"{self.la}|{number}" if number else ""

    def ref(self, *parts: str) -> str:
        """The record's name; empty without a child, so that the row is set aside for it."""
        return "|".join((self.child, *parts)) if self.child else ""


def person(row: Row) -> dict[str, str]:
    """The block of the standard about the child; of the date of birth the month alone."""
    born, ethnicity = row.day("born"), row.code("ethnicity", "ethnicity")
    if born and real_date(born) is None:
        row.warn("C205", "born", "The date of birth is not a real date, so the month of birth is left empty.")
    if is_group("ethnicity", ethnicity):
        says = (
            "This is a group of ethnic codes, not one of them; the code is left empty. Send the code itself."
        )
        row.warn("C215", "ethnicity", says, ethnicity)
        ethnicity = ""
    return {
        "la": row.la,
        "person_key": row.child,
        "person_key_scheme": SCHEME,
        "birth_month": birth_month(born),
        "sex": row.code("sex", "sex") or "U",
        "ethnicity_code": ethnicity,
        "ethnicity_scheme": "DFE" if ethnicity else "",
        "disability_any": row.code("yes_no_unknown", "disability") or "U",
    }
