"""Which return a header belongs to: known by its columns, never by the file's name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from expectations.standard import Return, standard
from ingest.reading import Finding, Unreadable

NEVER_SENT = frozenset(
    (
        *("name", "first_name", "forename", "surname", "last_name", "family_name", "full_name", "child_name"),
        *("address", "address_1", "postcode", "phone", "telephone", "mobile", "email"),
        *("dob", "date_of_birth", "nhs_number", "nhs_no", "upn", "pnc_id", "worker_name", "officer_name"),
    )
)


@dataclass(frozen=True)
class Header:
    """A recognised header: its return, and for each position the column it fills ('' for none)."""

    name: str
    columns: tuple[str, ...]
    findings: tuple[Finding, ...]


def fold(text: str) -> str:
    """A header as people vary it (case, spaces, no-break spaces, hyphens) made one."""
    return re.sub(r"[\s\-./]+", "_", text.replace("\u00a0", " ").replace("\ufeff", "").strip()).lower()


@cache
def _known(name: str) -> dict[str, str]:
    r = standard()[name]
    known = {fold(alias): f.name for f in r.fields for alias in f.aliases}
    return known | {fold(f.name): f.name for f in r.fields}


def _columns(header: list[str], r: Return) -> tuple[str, ...]:
    known = _known(r.name)
    return tuple(known.get(fold(h), "") for h in header)


def _missing(columns: tuple[str, ...], r: Return) -> list[str]:
    return [f.name for f in r.fields if f.required and f.name not in columns]


def looks_like_header(fields: list[str]) -> bool:
    """Half or more of a return's required columns stand in these fields."""
    if len(fields) < 2:
        return False
    return any(_share(_columns(fields, r), r) >= 0.5 for r in standard().values())


def _share(columns: tuple[str, ...], r: Return) -> float:
    required = [f.name for f in r.fields if f.required]
    return sum(c in columns for c in required) / len(required)


def identify(header: list[str], line: int | None = None) -> Header:
    """The return whose columns these are, on that line; raises Unreadable naming what is missing or doubled."""
    ranked = sorted(
        standard().values(), key=lambda r: _rank(_columns(header, r), r, len(header)), reverse=True
    )
    best = ranked[0]
    columns = _columns(header, best)
    if not looks_like_header(header):
        raise unknown(header)
    if missing := _missing(columns, best):
        raise Unreadable(
            "S105",
            f"This looks like {best.code} ({best.name}), but it lacks the column {_list(missing)}. "
            f"Add it, or start from `warehouse template {best.code}`.",
            line,
            missing[0],
        )
    doubled = sorted({c for c in columns if c and columns.count(c) > 1})
    if doubled:
        says = (
            f"The column {_list(doubled)} stands twice in the header. Take one out and send the file again."
        )
        raise Unreadable("S104", says, line, doubled[0])
    return Header(best.name, columns, tuple(_remarks(header, columns, best, line)))


def unknown(fields: list[str]) -> Unreadable:
    """What is said of a first line that is no header; only our own words of it, since it may hold a child's."""
    ours = {fold(f): f for f in fields}.keys() & set().union(*(_known(name) for name in standard()))
    found = f"of ours it has {_list(sorted(ours))}" if ours else "none of them is ours"
    return Unreadable(
        "F010",
        f"No return of the standard has this header ({len(fields)} columns; {found}). "
        "Start from `warehouse template all`.",
        1,
    )


def _rank(columns: tuple[str, ...], r: Return, width: int) -> tuple:
    return (_share(columns, r) == 1, sum(map(bool, columns)), _share(columns, r), -len(r.fields), width)


def _list(names: list[str]) -> str:
    return ", ".join(names)


def _remarks(header: list[str], columns: tuple[str, ...], r: Return, line: int | None) -> list[Finding]:
    never = [h for h, c in zip(header, columns, strict=True) if not c and fold(h) in NEVER_SENT]
    if never:
        says = f"The column {_list(never)} must never be sent. Take it out and send the file again."
        raise Unreadable("S107", says, line, fold(never[0]))
    found = []
    for h, c in zip(header, columns, strict=True):
        if not c:
            says = f"The column {h!r} is not part of {r.code}; it was not stored."
            found.append(Finding("S106", "warning", says, line=line, column_name=h))
        elif h.strip() != c:
            says = f"The header {h!r} was read as {c}."
            found.append(Finding("S116", "warning", says, line=line, column_name=c))
    absent = [f.name for f in r.fields if not f.required and f.name not in columns]
    if absent:
        says = f"Optional columns not sent: {_list(absent)}."
        found.append(Finding("S117", "information", says))
    return found
