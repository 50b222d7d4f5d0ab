"""Whose a file is and when for: what the inbox, the manifest, the name and the content say must agree.

Content wins where the others are silent; where two speak and differ, both are said and the file is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from expectations.batch import Aliases, typed
from expectations.standard import Return
from ingest import loading, periods
from ingest.inbox import said_by_name
from ingest.national.values import repeatable
from ingest.periods import Period
from ingest.reading import Reading, Table, Unreadable

DAY = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)", re.ASCII)


@dataclass(frozen=True)
class Said:
    """What is said of a file from outside it: by the inbox or the manifest, in words for a message."""

    by: str
    organisation_code: str | None = None
    period: str | None = None
    return_code: str | None = None


@dataclass(frozen=True)
class Content:
    """What the rows themselves say."""

    organisation_code: str | None
    rows_of_organisation: int
    rows: int
    dated: int
    latest: date | None
    nearly_latest: date | None
    months: dict[date, int]


def settle(
    connection, r: Return, reading: Reading, table: Table, said: list[Said], context
) -> tuple[str, Period]:
    """The organisation and period of a table; raises Unreadable (S120, S121, S122) on a contradiction.

    `context` holds `aliases` and `organisation_of`, the area code → organisation map.
    """
    for one in said:
        if one.return_code and one.return_code != r.code:
            raise Unreadable(
                "S122", f"{one.by} says {one.return_code}, but the columns are those of {r.code} ({r.name})."
            )
    content = _content(connection, r, table, context)
    return _organisation(r, reading, content, said), _period(connection, r, reading, table, content, said)


def from_name(name: str, reading: Reading) -> Said:
    """What the file's name says; of a snapshot any day written in it, and never which of its returns is meant."""
    said = said_by_name(name)
    if not reading.is_snapshot:
        return Said("the file's name", said.organisation_code, said.period, said.return_code)
    days = {day for day in DAY.findall(Path(name).name) if periods.parse(day)}
    return Said(
        "the file's name", said.organisation_code, said.period or (days.pop() if len(days) == 1 else None)
    )


def _column(r: Return, table: Table, name: str, aliases: Aliases) -> str | None:
    _, sent = loading.source(table)
    return typed(r.field(name), sent[name], aliases) if name in sent else None


def _content(connection, r: Return, table: Table, context) -> Content:
    if not table.rows:
        return Content(None, 0, 0, 0, None, None, {})
    read, _ = loading.source(table)
    who = (r.organisation_column and _column(r, table, r.organisation_column, context.aliases)) or "null"
    when = f"cast({(r.event_date and _column(r, table, r.event_date, context.aliases)) or 'null'} as date)"
    area, rows, dated, latest, nearly, same, months = connection.execute(
        f"with sent as (select {who} as who, {when} as day from {read}), "
        "usual as (select mode(who) as who from sent) "
        "select any_value(usual.who), count(*), count(day), max(day), quantile_disc(day, 0.95), "
        "count(*) filter (sent.who = usual.who), histogram(cast(date_trunc('month', day) as date)) from sent, usual"
    ).fetchone()
    organisation = context.organisation_of.get(area, area)
    return Content(organisation, same, rows, dated, latest, nearly, dict(months or {}))


def _organisation(r: Return, reading: Reading, content: Content, said: list[Said]) -> str:
    known = reading.organisation_code or content.organisation_code
    if known is None and len(r.organisations) == 1:
        known = r.organisations[0]
    for one in said:
        if one.organisation_code is None:
            continue
        if known and one.organisation_code != known:
            raise Unreadable(
                "S120",
                f"{_first(one.by)} says it comes from {one.organisation_code}, its content says {_told(r, known)}.",
            )
        known = one.organisation_code
    if known is None:
        raise Unreadable(
            "S123", "Nothing says who sent this. Give --from, or put it into the sender's inbox."
        )
    if known not in r.organisations:
        raise Unreadable(
            "S120", f"{r.code} is sent by {', '.join(r.organisations)}, not by {_told(r, known)}."
        )
    return known


def _told(r: Return, organisation: str) -> str:
    """The organisation, where it can be one: in a column of organisations anything may stand."""
    return organisation if organisation in r.organisations else repeatable(organisation)


def _first(text: str) -> str:
    return text[0].upper() + text[1:]


def _period(
    connection, r: Return, reading: Reading, table: Table, content: Content, said: list[Said]
) -> Period:
    declared = [one for one in said if one.period]
    for one, other in pairwise(declared):
        if one.period != other.period:
            raise Unreadable("S121", f"{_first(one.by)} says {one.period}, {other.by} says {other.period}.")
    told = periods.parse(declared[0].period) if declared else None
    if reading.period:
        if told and told.code != reading.period:
            raise Unreadable(
                "S121", f"{_first(declared[0].by)} says {told.code}, the file itself says {reading.period}."
            )
        told = periods.parse(reading.period)
    if reading.is_snapshot:
        return _snapshot(connection, r, table, told, content)
    if told is None:
        if content.nearly_latest is None:
            raise Unreadable(
                "S124", "Nothing says which period this is for. Give --period, for example 2024-25."
            )
        told = periods.financial_year_of(content.nearly_latest)
    if told.kind not in r.periods:
        kinds = ", ".join(k.replace("_", " ") for k in r.periods)
        raise Unreadable(
            "S121", f"{r.code} is sent for a {kinds}; {told.code} is a {told.kind.replace('_', ' ')}."
        )
    if content.dated:
        _within(connection, r, table, told, content)
    return told


def _snapshot(connection, r: Return, table: Table, told: Period | None, content: Content) -> Period:
    """A day said from outside, which the file must: the year before it for events, the day alone for what stood then."""
    if told is None:
        raise Unreadable(
            "S124",
            "Nothing says which day this Annex A was taken. Put it into a folder named by the day (2024-03-31), "
            "write the day into its name, or give --period 2024-03-31.",
        )
    if told.kind != "snapshot":
        raise Unreadable(
            "S121",
            f"An Annex A stands for a day, as 2024-03-31; {told.code} is a {told.kind.replace('_', ' ')}.",
        )
    year = Period(told.code, told.kind, _year_before(told.end), told.end)
    if content.dated:
        _within(connection, r, table, year, content)
    return year if table.months_back == 12 else told


def _year_before(day: date) -> date:
    """The first of the twelve months that end on a day."""
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap else day.day) + timedelta(days=1)


def _within(connection, r: Return, table: Table, told: Period, content: Content) -> None:
    """Most rows lie within the period, or were open in it: else the file is for another.

    Some rows after its end are errors of those rows (C213), and told row by row.
    """
    after = sum(n for month, n in content.months.items() if month > told.end)
    touching = sum(n for month, n in content.months.items() if told.start.replace(day=1) <= month <= told.end)
    if not touching:
        touching = _open_in(connection, r, table, told)
    if 2 * after > content.dated or not touching:
        raise Unreadable(
            "S121",
            f"It is said to be for {told.code} ({told.start} to {told.end}), but {r.event_date} runs to "
            f"{content.latest}: {after} of {content.rows} rows are after it, {touching} belong to it.",
        )


def _open_in(connection, r: Return, table: Table, told: Period) -> int:
    """Rows that began before the period and were still open in it."""
    end = r.restates.end and _column(r, table, r.restates.end, {})
    if not end:
        return 0
    read, _ = loading.source(table)
    began = f"cast({_column(r, table, r.event_date, {})} as date) <= date '{told.end}'"
    ended = f"cast({end} as date)"
    return connection.execute(
        f"select count(*) from {read} where {began} and ({ended} is null or {ended} >= date '{told.start}')"
    ).fetchone()[0]
