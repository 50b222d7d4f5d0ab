"""The social work workforce census (XML) → R19 wkf_post: one row for each role, of counts and FTE sums alone.

Nothing about a worker leaves this module: no number, no birth date, no absence, not even in a finding.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

import yaml

from ingest.national.collection import COUNCILS
from ingest.national.values import real_date, repeatable
from ingest.national.xml_records import Element, encoding_of, records
from ingest.reading import Finding, Reading, Sent, Skipped, Table, Unreadable

POSTS = "wkf_post"
ROOT, HEADER = "Message", "Message/Header"
WORKER, VACANCIES = "Message/CSWWWorker", "Message/LALevelVacancies"
PLACE = ("file", "sheet", "line", "raw")
COLUMNS = (
    *("record_ref", "agency", "la", "role", "team", "scope", "snapshot_date"),
    *("fte_in_post", "headcount", "fte_agency", "fte_vacant"),
)
AGENCY = {"0": False, "1": True, "false": False, "true": True}
MOST_LISTED = 1_000


@dataclass
class Posts:
    """The posts of one role so far."""

    fte: Decimal = Decimal(0)
    headcount: int = 0
    fte_agency: Decimal = Decimal(0)
    agency: int = 0


@dataclass(frozen=True)
class Census:
    """Whose census it is and of which day, as its Header says, and the line that says so."""

    lea: str
    day: str
    line: int


@dataclass
class Read:
    """What has been read of the file so far."""

    file: str
    posts: dict[str, Posts] = field(default_factory=dict)
    council: dict[str, Decimal] = field(default_factory=dict)
    skipped: Counter = field(default_factory=Counter)
    listed: Counter = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def say(self, code: str, column: str, says: str, line: int, severity: str = "warning") -> None:
        self.listed[code, column] += 1
        if self.listed[code, column] <= MOST_LISTED:
            self.findings.append(Finding(code, severity, says, self.file, None, line, column))


@cache
def declared() -> dict:
    return yaml.load(Path(__file__).with_name("csww.yml").read_text("utf-8"), yaml.CSafeLoader)


def read_csww_xml(file: Sent, out: Path) -> Reading:
    """One census file → R19; council and year come from its Header.

    Raises Unreadable: X501-X505 as `records` does, X503 too where the Header says no council or year.
    """
    read, census = Read(file.name), None
    for record in records(file.path, ROOT, frozenset({HEADER, WORKER, VACANCIES})):
        element = record.element
        if not record.known:
            read.skipped[f"{element.tag[:60]}: the reader has no place for it."] += 1
        elif element.tag == "Header":
            census = census or _census(element, read)
        elif census is None:
            raise Unreadable(
                "X503", f"No Header before the first {element.tag}; it must say council and year.", 1
            )
        elif element.tag == "CSWWWorker":
            read.skipped[declared()["skipped"][_worker(element, census, read)]] += 1
        else:
            _vacancies(element, read)
    if census is None:
        raise Unreadable("X503", "The file has no Header; it must say council and year.", 1)
    return _reading(file, census, read, out)


def _census(header: Element, read: Read) -> Census:
    details = (header.all("CollectionDetails") or [header])[0]
    found, known = details.value("Year"), declared()
    if not (
        found.isascii() and found.isdigit() and known["first_year"] <= int(found[:6]) <= known["last_year"]
    ):
        years = f"one from {known['first_year']} to {known['last_year']} is expected"
        raise Unreadable(
            "X503", f"Header/CollectionDetails/Year is {repeatable(found)}; {years}.", header.line
        )
    numbers = {source.value("LEA") for source in header.all("Source")} - {""}
    if len(numbers) != 1:
        shown = ", ".join(sorted(repeatable(n) for n in numbers)) or "nothing"
        raise Unreadable("X503", f"Header/Source/LEA says {shown}; one council is expected.", header.line)
    day, reference = f"{int(found)}-09-30", details.value("ReferenceDate")
    if reference and reference != day:
        says = f"ReferenceDate is {repeatable(reference)}; {day} is expected of the census of {found}."
        read.say("X503", "ReferenceDate", says, details.line)
    return Census(numbers.pop(), day, header.line)


def _fte(text: str) -> Decimal | None:
    """A share of a full post, 0 to 1; None where it is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found <= 1 else None


def _worker(worker: Element, census: Census, read: Read) -> str:
    """Count a worker in; the key of the reason the element makes no row of its own."""
    agency = AGENCY.get(worker.value("AgencyWorker").lower())
    fte = _fte(worker.value("FTE") or worker.value("FTE30"))
    ended, number = worker.value("RoleEndDate"), worker.value("OrgRole")
    if ended and real_date(ended) is None:
        return _unread(worker, "RoleEndDate", "a real date", read)
    if ended and f"{real_date(ended)}" <= census.day:
        return "left"
    role = declared()["roles"].get(number)
    if not number:
        read.say("C220", "OrgRole", "The worker has no OrgRole and is in no post.", worker.line)
        return "no_role"
    for column, value, wanted in (("AgencyWorker", agency, "0 or 1"), ("OrgRole", role, "1 to 6")):
        if value is None:
            return _unread(worker, column, wanted, read)
    if fte is None:
        return _unread(worker, "FTE", "a number from 0 to 1", read)
    posts = read.posts.setdefault(role, Posts())
    posts.fte, posts.headcount = posts.fte + fte, posts.headcount + 1
    if agency:
        posts.fte_agency, posts.agency = posts.fte_agency + fte, posts.agency + 1
    return "counted"


def _unread(worker: Element, column: str, wanted: str, read: Read) -> str:
    read.say("C212", column, f"{column} is not {wanted}; the worker is in no post. Mend it.", worker.line)
    return "unread"


def _vacancies(element: Element, read: Read) -> None:
    read.skipped[declared()["skipped"]["vacancies"]] += 1
    for name in ("NumberOfVacancies", "NoAgencyFTE", "NoAgencyHeadcount"):
        text = element.value(name)
        try:
            found = Decimal(text or "0")
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or found < 0:
            read.say("C217", name, f"{name} is not a number; it is left out.", element.line)
        elif text:
            read.council[name] = found


def _reading(file: Sent, census: Census, read: Read, out: Path) -> Reading:
    rows = _rows(census, read)
    with (out / f"{POSTS}.csv").open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow((*PLACE, *COLUMNS))
        for row in rows:
            writer.writerow((file.name, "", census.line, "", *(row[c] for c in COLUMNS)))
    _tell_council(census, read)
    with file.path.open("rb") as f:
        encoding = encoding_of(f.read(400))
    table = Table(POSTS, out / f"{POSTS}.csv", COLUMNS, len(rows))
    skipped = tuple((POSTS, Skipped(file.name, None, reason, n)) for reason, n in read.skipped.items())
    found = tuple((POSTS, finding) for finding in read.findings)
    organisation = COUNCILS.get(census.lea, census.lea)
    return Reading("csww xml", encoding, organisation, census.day, (table,), skipped, found)


def _rows(census: Census, read: Read) -> list[dict[str, str]]:
    known, vacant = declared(), read.council.get("NumberOfVacancies")
    roles = sorted({*read.posts, *((known["vacancies_on"],) if vacant is not None else ())})
    return [
        {
            "record_ref": f"CSWW|{census.lea}|{census.day}|{role}",
            "agency": COUNCILS.get(census.lea, census.lea),
            "la": census.lea,
            "role": role,
            "team": known["team"],
            "scope": known["scope"],
            "snapshot_date": census.day,
            "fte_in_post": f"{posts.fte:f}",
            "headcount": f"{posts.headcount}",
            "fte_agency": f"{posts.fte_agency:f}",
            "fte_vacant": f"{vacant:f}" if vacant is not None and role == known["vacancies_on"] else "",
        }
        for role in roles
        for posts in (read.posts.get(role, Posts()),)
    ]


def _tell_council(census: Census, read: Read) -> None:
    """What is said of the council as a whole, where roles cannot show it."""
    if "NumberOfVacancies" in read.council:
        says = f"Vacancies are told for the council, not by role; they stand with role {declared()['vacancies_on']}."
        read.say("CSWW01", "NumberOfVacancies", says, census.line, "information")
    told = read.council.get("NoAgencyHeadcount")
    listed = sum(posts.agency for posts in read.posts.values())
    if told is not None and told != listed:
        says = f"The census says {told:f} agency workers and lists {listed}; those not listed are in no post."
        read.say("CSWW02", "NoAgencyHeadcount", says, census.line)
