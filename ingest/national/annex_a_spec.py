"""The Annex A workbook as declared in annex_a.yml: its lists, their headers, and every spelling of a value."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from pathlib import Path

import yaml

LETTER = re.compile(r"[a-z]{1,2}\) ?")
QUOTES = str.maketrans("‘’‚‛´`“”„–—−\u2011", "''''''\"\"\"----")


@dataclass(frozen=True)
class List:
    """One of the eleven: the columns read, by our short name, with their headers; those known and left.

    One with a `reason` is set aside; of one that is `joined` to another list each row has either reason.
    """

    name: str
    title: str
    known_by: tuple[str, ...]
    reads: dict[str, tuple[str, ...]]
    leaves: tuple[str, ...]
    feeds: tuple[str, ...] = ()
    reason: str | None = None
    joined: str | None = None

    def title_of(self, column: str) -> str:
        """A column's header as Ofsted writes it."""
        return self.reads[column][0].rstrip("*")

    def column_of(self, header: str) -> str | None:
        """The short name of a header; empty for one that is known and left, None for a stranger."""
        for column, spellings in self.reads.items():
            if any(_is(header, spelling) for spelling in spellings):
                return column
        return "" if any(_is(header, spelling) for spelling in self.leaves) else None


@dataclass(frozen=True)
class Interview:
    """What one answer says of the return interview after the last episode."""

    says: str
    offered: str
    accepted: str
    outcome: str


@dataclass(frozen=True)
class AnnexA:
    """The whole declaration."""

    title: str
    lists: tuple[List, ...]
    never_send: tuple[str, ...]
    months: dict[str, int]
    not_said: dict[str, str]
    values: dict[str, dict[str, tuple[str, ...]]]
    groups: dict[str, tuple[str, ...]]
    interviews: tuple[Interview, ...]

    def list_of(self, headers: list[str]) -> List | None:
        """The list with these headers, or None: a child or an adopter, and the column no other list has."""
        for one in self.lists:
            found = {one.column_of(h) for h in headers if h.strip()}
            if found.issuperset({*one.known_by, *({"child", "adopter"} & set(one.reads))}):
                return one
        return None


def plain(text: str) -> str:
    """Text as people vary it (case, kinds of quote, dash and space) made one."""
    folded = unicodedata.normalize("NFKC", text.translate(QUOTES)).translate(QUOTES).casefold()
    return " ".join(folded.split())


@lru_cache(maxsize=4096)
def header(text: str) -> str:
    """A header folded further: letters and figures alone count, so that `(Y/N))` is `(Y/N)`."""
    return " ".join(re.findall(r"[^\W_]+", plain(text).replace("'", "")))


def _is(found: str, spelling: str) -> bool:
    wanted = header(spelling)
    return header(found).startswith(wanted) if spelling.endswith("*") else header(found) == wanted


def unlettered(text: str) -> str:
    """Folded text without the letter of its list: `q) 6: Police` → `6: police`."""
    folded = plain(text)
    letter = LETTER.match(folded)
    return folded[letter.end() :] if letter else folded


@cache
def spellings(kind: str) -> dict[str, str]:
    """Every folded spelling of a kind of value → its code."""
    codes = annex_a().values[kind]
    return {plain(word): code for code, words in codes.items() for word in (code, *words)}


@cache
def leading_code(kind: str) -> re.Pattern:
    """A code with its words after it, as `c2: fco`, `n1 - abuse`, `wbri (white british)`."""
    codes = sorted((re.escape(plain(code)) for code in annex_a().values[kind]), key=len, reverse=True)
    return re.compile(rf"({'|'.join(codes)})(?= ?[:(]| -|- )")


@cache
def interviews() -> dict[str, Interview]:
    return {plain(one.says): one for one in annex_a().interviews}


def _list(given: dict) -> List:
    unknown = set(given) - {f.name for f in fields(List)}
    if unknown:
        raise ValueError(f"annex_a.yml, {given.get('name')}: unknown key {', '.join(sorted(unknown))}")
    tuples = {key: tuple(value) for key, value in given.items() if isinstance(value, list)}
    return List(**{**given, **tuples, "reads": {key: tuple(names) for key, names in given["reads"].items()}})


@cache
def annex_a() -> AnnexA:
    """The declaration, read once; ValueError where it has a key it may not have."""
    given = yaml.load(Path(__file__).with_name("annex_a.yml").read_text("utf-8"), yaml.CSafeLoader)
    unknown = set(given) ^ {f.name for f in fields(AnnexA)}
    if unknown:
        raise ValueError(f"annex_a.yml: unknown or missing key {', '.join(sorted(unknown))}")
    return AnnexA(
        **{
            **given,
            "lists": tuple(_list(one) for one in given["lists"]),
            "never_send": tuple(given["never_send"]),
            "not_said": {name: " ".join(says.split()) for name, says in given["not_said"].items()},
            "values": {
                kind: {code: tuple(words) for code, words in codes.items()}
                for kind, codes in given["values"].items()
            },
            "groups": {kind: tuple(words) for kind, words in given["groups"].items()},
            "interviews": tuple(Interview(**one) for one in given["interviews"]),
        }
    )
