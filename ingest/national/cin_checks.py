"""What a census file holds beside its rows: elements set aside, out of their year, or unknown to us."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from ingest.national.cin_census import conferences_at_both_levels
from ingest.national.collection import codes_in, collection, in_year, years
from ingest.national.values import real_date
from ingest.national.xml_plain import Form, Plain
from ingest.national.xml_records import Element
from ingest.reading import Finding

Note = tuple[str, str, str]
# Findings of one kind that are listed one by one; the rest are told as a number.
MOST_LISTED = 1_000


@dataclass
class Tally:
    """What was met and set aside, or is worth a word: how often, and first on which line."""

    rows: Counter = field(default_factory=Counter)
    skipped: Counter = field(default_factory=Counter)
    noted: Counter = field(default_factory=Counter)
    first: dict[Note, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    listed: Counter = field(default_factory=Counter)

    def __getstate__(self) -> dict:
        """For another process: numbers in plain dictionaries, for an answer may name no class but what it must."""
        return {name: dict(v) if isinstance(v, Counter) else v for name, v in vars(self).items()}

    def __setstate__(self, told: dict) -> None:
        self.__init__()
        for name, v in told.items():
            setattr(self, name, Counter(v) if isinstance(getattr(self, name), Counter) else v)

    def find(self, code: str, column: str, says: str, file: str, path: str, line: int) -> None:
        """One finding of its own, with its place in the file."""
        self.listed[code] += 1
        if self.listed[code] <= MOST_LISTED:
            self.findings.append(Finding(code, "warning", says, file, path, line, column))
        else:
            self.note(line, code, column, f"{says} Listed {MOST_LISTED:,} times, and after that")

    def note(self, line: int, code: str, column: str, says: str) -> None:
        """One more of something that gets one finding for the whole file."""
        self.noted[code, column, says] += 1
        self.first.setdefault((code, column, says), line)

    def add(self, later: Tally) -> None:
        """What a later part of the same file was told of."""
        self.rows += later.rows
        self.skipped += later.skipped
        for f in later.findings:
            self.find(f.rule_code, f.column_name, f.says, f.file, f.sheet, f.line)
        for note, count in later.noted.items():
            self.noted[note] += count
            self.first.setdefault(note, later.first[note])

    def notes(self, file: str) -> list[Finding]:
        """One finding for each thing noted, on the line where it was met first, in the order of those."""
        return [
            Finding(
                note[0], "warning", f"{note[2]}; met {count:,} times.", file, None, self.first[note], note[1]
            )
            for note, count in sorted(self.noted.items(), key=lambda item: (self.first[item[0]], item[0]))
        ]


def check_child(child: Element, year: int, file: str, path: str, tally: Tally) -> None:
    """Note everything about one child that no rule of the standard can see."""
    for who in child.all("ChildIdentifiers"):
        _check_birth(who, file, path, tally)
        _check_codes(who, year, tally)
    if child.form is None or _is_remarkable(child.form, year):
        _check_tags(child, year, tally)
    for number, details in enumerate(child.all("CINdetails"), start=1):
        if conferences_at_both_levels(details):
            says = "DateOfInitialCPC stands in the referral and in its Section47; that of Section47 counts."
            where = f"{path}/CINdetails[{number}]"
            tally.find("CIN2884", "DateOfInitialCPC", says, file, where, details.line)


def _check_tags(child: Element, year: int, tally: Tally) -> None:
    _check_elements(child, year, tally)
    for details in child.all("CINdetails"):
        _check_elements(details, year, tally)


def _is_remarkable(form: Form, year: int) -> bool:
    """Whether there is anything to be said of the names of a child's elements, which many children share."""
    if year not in form.said:
        tally = Tally()
        _check_tags(Plain(form, [], None, 0), year, tally)
        form.said[year] = tally != Tally()
    return form.said[year]


def _check_birth(who: Element, file: str, path: str, tally: Tally) -> None:
    born = who.value("PersonBirthDate")
    if born and real_date(born) is None:
        says = "PersonBirthDate is not a real date, so the child's month of birth is left empty."
        tally.find("C205", "PersonBirthDate", says, file, path, who.line)


@cache
def _codes(tag: str, column: str, year: int) -> tuple[str, ...]:
    return tuple(codes_in(collection("cin_census"), tag, column, year))


def _check_codes(who: Element, year: int, tally: Tally) -> None:
    for column in ("Sex", "GenderCurrent"):
        codes, value = _codes(who.tag, column, year), who.value(column)
        if codes and value and value.upper() not in codes:
            tally.note(who.line, "C215", column, f"{column} holds another code than {', '.join(codes)}")


@cache
def _allowed(tag: str, year: int) -> dict[str, str]:
    """What may stand in an element → the years of what this year does not collect, else empty."""
    tables = collection("cin_census").tables
    within = [kind for kind in tables if kind.within == tag]
    values = [column for kind in tables if kind.name == tag for column in kind.columns]
    return {thing.name: "" if in_year(thing, year) else years(thing) for thing in (*within, *values)}


@cache
def _reasons() -> dict[str, str | None]:
    """The census's tables → why one is set aside; None for one that is mapped."""
    return {kind.name: kind.reason for kind in collection("cin_census").tables}


@cache
def _unremarkable(parent: str, year: int) -> frozenset[str]:
    """What may stand in an element that year with nothing to be said of it, and is no table of its own."""
    return frozenset(tag for tag, not_now in _allowed(parent, year).items() if not not_now) - set(_reasons())


def _check_elements(element: Element, year: int, tally: Tally) -> None:
    """Count what is set aside within a child or a referral, and note what its year does not collect."""
    unremarkable = _unremarkable(element.tag, year)
    for child in element.children:
        tag = child.tag
        if tag in unremarkable:
            continue
        reason = _reasons().get(tag)
        if _check_tag(child, element.tag, year, tally) and tag in _reasons():
            if reason:
                tally.skipped[reason] += 1
            if tag != "CINdetails":
                _check_values(child, year, tally)


def _check_tag(child: Element, parent: str, year: int, tally: Tally) -> bool:
    """Whether the element may stand there at all; one that may not is counted as set aside."""
    collected = _allowed(parent, year).get(child.tag)
    if collected is None:
        stranger(child, tally)
    elif collected:
        tally.note(child.line, "S106", child.tag, f"{child.tag} is collected {collected}")
    return collected is not None


def _check_values(element: Element, year: int, tally: Tally) -> None:
    """Note the values of a row that are not read; they are no rows of their own."""
    allowed, unremarkable = _allowed(element.tag, year), _unremarkable(element.tag, year)
    for child in element.children:
        if child.tag in unremarkable:
            continue
        collected = allowed.get(child.tag)
        if collected is None:
            tag = child.tag[:60]
            tally.note(child.line, "S106", tag, f"{tag} in {element.tag} is not read")
        elif collected:
            tally.note(child.line, "S106", child.tag, f"{child.tag} is collected {collected}")


def stranger(element: Element, tally: Tally) -> None:
    """Count an element that stands where the reader expects none; its content is not looked at."""
    tag = element.tag[:60]
    tally.skipped[f"{tag}: the reader has no place for it."] += 1
    tally.note(element.line, "S106", tag, f"The reader has no place for {tag} here")
