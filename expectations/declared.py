"""What a return is declared with: columns, rules, keys and examples, as frozen nouns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Codes:
    """The code list a column is held against; `on` names the column whose date the code must be valid at."""

    list: str
    on: str | None = None
    severity: str = "error"


@dataclass(frozen=True)
class Field:
    """One column of a return, in the words of Table Schema."""

    name: str
    title: str
    type: str
    description: str
    required: bool = False
    unique: bool = False
    pattern: str | None = None
    enum: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    codes: Codes | None = None
    aliases: tuple[str, ...] = ()
    sensitive: bool = False
    personal: bool = False
    core: bool = True
    example: str | None = None

    @property
    def withheld(self) -> bool:
        """Whether a finding may not repeat its value: it identifies a person, or it describes one."""
        return self.sensitive or self.personal


@dataclass(frozen=True)
class Rule:
    """A rule across fields, by Great Expectations' name for it, with the sentence an agency reads."""

    code: str
    says: str
    expect: str
    arguments: dict[str, Any]
    when: dict[str, Any] = field(default_factory=dict)
    severity: str = "error"
    column: str | None = None


@dataclass(frozen=True)
class ForeignKey:
    """The row's parent in another return; an array column is held value by value."""

    fields: tuple[str, ...]
    resource: str
    reference: tuple[str, ...]
    severity: str = "error"


@dataclass(frozen=True)
class Refused:
    """An example that must be refused, in exactly these words."""

    change: dict[str, Any]
    because: str


@dataclass(frozen=True)
class Restates:
    """How a later return says again what an earlier one left open.

    `identity` names one record for ever; `one_open_for` are the columns within which only one record
    can be open at a time, so that a record whose start was corrected is still known for the same.
    """

    identity: tuple[str, ...]
    start: str | None = None
    end: str | None = None
    one_open_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retention:
    """How many years a record is kept after its day: the column `since`, or the period's end where that is blank."""

    years: int = 7
    since: str = "period_end"


@dataclass(frozen=True)
class Return:
    """One return of the standard format: who sends it, its columns, its rules and its examples."""

    name: str
    code: str
    title: str
    description: str
    version: str
    organisations: tuple[str, ...]
    organisation_column: str | None
    periods: tuple[str, ...]
    event_date: str | None
    due_days: int
    primary_key: tuple[str, ...]
    fields: tuple[Field, ...]
    restates: Restates
    foreign_keys: tuple[ForeignKey, ...] = ()
    rules: tuple[Rule, ...] = ()
    accepted: dict[str, Any] = field(default_factory=dict)
    refused: tuple[Refused, ...] = ()
    refuse_above: float = 0.05
    retention: Retention = Retention()

    def field(self, name: str) -> Field:
        """The column of that name; KeyError where there is none."""
        return next(f for f in self.fields if f.name == name)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.fields)
