"""Information-sharing agreements: what may be taken in from whom, on what legal basis, until when.

The law asks for one before anything is shared; a submission outside one is refused as it is settled.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.reading import Unreadable
from refusal import Refusal

CODE = "F030"
ALL = "all"
# They say which record a row is and tell nothing of anybody: no agreement need name them.
ALWAYS = {"record_ref", "record_action", "record_version"}
MANIFEST = "R00"  # goes with whatever is sent, and tells of files only
MEND = "(seeds/sharing_agreements.csv), then send the file again."


@dataclass(frozen=True)
class Agreement:
    """What one party may send, and on which days; None where it may send all of them."""

    agreement_ref: str
    party: str
    return_codes: frozenset[str] | None
    fields: frozenset[str] | None
    valid_from: date
    expires_on: date

    def is_in_force(self, day: date) -> bool:
        return self.valid_from <= day <= self.expires_on

    def is_of(self, return_code: str) -> bool:
        return self.return_codes is None or return_code in {MANIFEST, *self.return_codes}


@dataclass(frozen=True)
class Agreements:
    """Every agreement there is or was."""

    every: tuple[Agreement, ...]

    @classmethod
    def read(cls, path: Path) -> Agreements:
        """The agreements of a seed; Refusal (exit 4) where it is not there or a row cannot be read."""
        try:
            with path.open(encoding="utf-8", newline="") as file:
                return cls(tuple(_agreement(row) for row in csv.DictReader(file)))
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as problem:
            raise Refusal(
                f"{path} cannot be read ({problem}). Without agreements nothing is taken in.", 4
            ) from None

    def covers(self, organisation: str, return_code: str, columns: Iterable[str], day: date) -> str | None:
        """None where what was sent is covered on the day it was received; else the sentence that says why not."""
        of_it = [a for a in self.every if a.party == organisation and a.is_of(return_code)]
        in_force = [a for a in of_it if a.is_in_force(day)]
        if not in_force:
            return _none_in_force(of_it, organisation, return_code, day)
        if return_code == MANIFEST or any(a.fields is None for a in in_force):
            return None
        allowed = ALWAYS.union(*(a.fields for a in in_force if a.fields))
        beyond = sorted({c for c in columns if c} - allowed)
        if not beyond:
            return None
        named = " and ".join(a.agreement_ref for a in in_force)
        return f"The agreement {named} does not cover {', '.join(beyond)}. Leave it out, or extend the agreement {MEND}"

    def warnings(self, day: date) -> list[str]:
        """A sentence for each agreement that ends within a month with none after it, the soonest first."""
        until = _a_month_after(day)
        ending = [a for a in self.every if a.is_in_force(day) and a.expires_on < until]
        return [
            f"The agreement {a.agreement_ref} ends on {a.expires_on}. Renew it: after that day nothing it covers "
            f"is taken from {a.party}."
            for a in sorted(ending, key=lambda a: (a.expires_on, a.agreement_ref))
            if not any(_follows(other, a) for other in self.every)
        ]


def _agreement(row: dict[str, str]) -> Agreement:
    since, until = (date.fromisoformat(row[name]) for name in ("valid_from", "expires_on"))
    listed = [None if row[n] == ALL else frozenset(row[n].split(";")) for n in ("return_codes", "fields")]
    return Agreement(row["agreement_ref"], row["party"], *listed, since, until)


def _none_in_force(of_it: list[Agreement], organisation: str, return_code: str, day: date) -> str:
    ended = [a for a in of_it if a.expires_on < day]
    if ended:
        last = max(ended, key=lambda a: a.expires_on)
        return f"The agreement {last.agreement_ref} ended on {last.expires_on}. Renew it {MEND}"
    if of_it:
        first = min(of_it, key=lambda a: a.valid_from)
        return f"The agreement {first.agreement_ref} begins on {first.valid_from}. Wait, or bring it forward {MEND}"
    return f"There is no agreement by which {organisation} may send {return_code}. Make one {MEND}"


def _follows(other: Agreement, ending: Agreement) -> bool:
    """Whether another agreement of the same party takes over, covering no less, with no day between."""
    if other.party != ending.party or other.expires_on <= ending.expires_on:
        return False
    wide = (
        mine is None or (yours is not None and yours <= mine)
        for mine, yours in ((other.return_codes, ending.return_codes), (other.fields, ending.fields))
    )
    return (other.valid_from - ending.expires_on).days <= 1 and all(wide)


def _a_month_after(day: date) -> date:
    """The same day of the next month, or its last."""
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def gate(agreements: Agreements | None, organisation: str, return_code: str, columns, day: date) -> None:
    """Raise Unreadable where no agreement covers what was sent; a file checked alone is held to none."""
    if agreements and (says := agreements.covers(organisation, return_code, columns, day)):
        raise Unreadable(CODE, says)
