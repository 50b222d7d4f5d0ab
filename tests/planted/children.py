"""Children who never were, each with values that stand nowhere else, so that finding one finds a leak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Planted:
    """One child as an agency knows it."""

    number: int
    forename: str
    surname: str
    birth_date: date
    postcode: str
    nhs_number: str
    upn: str
    local_id: str

    @property
    def person_key(self) -> str:
        return f"{0xC0FFEE << 40 | self.number:024x}"

    @property
    def telling(self) -> set[str]:
        """What must be found nowhere: each value, and the birth date in the ways it is written."""
        days = (self.birth_date.isoformat(), f"{self.birth_date:%d/%m/%Y}", f"{self.birth_date:%Y%m%d}")
        spaced = (self.postcode.replace(" ", ""), self.postcode)
        return {self.forename, self.surname, *days, *spaced, self.nhs_number, self.upn, self.local_id}


def planted(first: int, count: int) -> list[Planted]:
    """Children numbered from `first`; no two share a value, and none is born on the first of a month."""
    return [_child(number) for number in range(first, first + count)]


def _child(n: int) -> Planted:
    tail = "".join(LETTERS[n // 26**k % 26] for k in (2, 1, 0))
    day = date(2006, 1, 2) + timedelta(days=n)
    day = day.replace(year=day.year - 8, day=15) if day.day == 1 else day
    inward = f"{n % 10}{LETTERS[n // 10 % 20]}{LETTERS[n // 200 % 20]}".upper()
    return Planted(
        n,
        f"Zeph{tail}",
        f"Quillen{tail}",
        day,
        f"ZY{n // 4000}9 {inward}",
        _nhs(9990000 + n),
        f"H8013{n:07d}9",
        f"CNRY{n:06d}",
    )


def _nhs(n: int) -> str:
    """A number of the range kept for tests, with its right check digit."""
    for nine in range(n * 100, n * 100 + 100):
        check = (11 - sum(int(d) * w for d, w in zip(str(nine), range(10, 1, -1), strict=True)) % 11) % 11
        if check < 10:
            return f"{nine}{check}"
    raise ValueError(n)
