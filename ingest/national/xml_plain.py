"""Records that are written plainly, as nearly all are, cut from the text; Expat tells of all others.

Expat is given every byte in either way, and refuses what it refuses. Within a run of plain records it calls nobody:
what they hold is in their text, and what they are is worked out once for all with the same elements in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from ingest.national.xml_hearing import DEEPEST, Outside

# A tag without attributes: its name, and the slash of an element that is empty.
TAG = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)( ?/)?")
FEW = 256  # forms may be new before it is asked whether half of the records had one: then to cut costs more than it saves
new = tuple.__new__
LONGEST = 1 << 15
MOST_TAGS = 1 << 16  # of all forms that are kept: a file may have as many forms as records


@dataclass(frozen=True, eq=False)
class Form:
    """An element but for its texts; where its children begin is counted in tags from its own.

    `where` is the first child of each name, `around` are the texts that are no value, `said` is for what a reader
    finds out about all elements of the form.
    """

    tag: str
    children: tuple[tuple[int, Form], ...] = ()
    where: dict[str, int] = field(default_factory=dict)
    named: dict[str, list[tuple[int, Form]]] = field(default_factory=dict)
    around: tuple[int, ...] = ()
    names: frozenset[str] = frozenset()
    said: dict[int, bool] = field(default_factory=dict)

    @cached_property
    def texts_around(self) -> Callable:
        return itemgetter(*self.around)


class Plain(NamedTuple):
    """An element of a plain record; it answers as `Element` does. `sent` are the texts where they hold line ends."""

    form: Form
    texts: list[str]
    sent: list[str] | None
    first: int
    at: int = 0

    @property
    def tag(self) -> str:
        return self.form.tag

    @property
    def line(self) -> int:
        _, _, sent, first, at = self
        return first if sent is None else first + "".join(sent[:at]).count("\n")

    @property
    def text(self) -> str:
        return self.texts[self.at]

    @property
    def children(self) -> tuple[Plain, ...]:
        form, texts, sent, first, at = self
        return tuple(new(Plain, (child, texts, sent, first, at + n)) for n, child in form.children)

    def value(self, tag: str) -> str:
        place = self.form.where.get(tag)
        return "" if place is None else self.texts[self.at + place]

    def values(self) -> dict[str, str]:
        form, texts, _, _, at = self
        return {tag: texts[at + n] for tag, n in form.where.items()}

    def all(self, tag: str) -> list[Plain]:
        form, texts, sent, first, at = self
        return [new(Plain, (child, texts, sent, first, at + n)) for n, child in form.named.get(tag, ())]


class Forms:
    """The forms met in a file, of records and of what is in them: many records share most of what is in them."""

    def __init__(self):
        self.known: dict[tuple[str, ...], Form | None] = {}
        self.kept = self.new = 0

    def of(self, tags: tuple[str, ...], depth: int = 1) -> Form | None:
        """The form of an element with these tags; None where they are not one element without attributes."""
        if tags in self.known:
            return self.known[tags]
        form = self._made(tags, depth)
        self.new += depth == 1
        self.kept += len(tags)
        if self.kept > MOST_TAGS:
            self.known.clear()
            self.kept = len(tags)
        self.known[tags] = form
        return form

    def _made(self, tags: tuple[str, ...], depth: int) -> Form | None:
        begun, last = TAG.fullmatch(tags[0]), len(tags) - 1
        if begun is None or depth > DEEPEST:
            return None
        name, empty = begun.groups()
        if empty:
            return None if last else Form(name, around=(0,), names=frozenset({name}))
        if not last or tags[last] != f"/{name}":
            return None
        if last == 1:
            return Form(name, around=(1,), names=frozenset({name}))
        children, place = [], 1
        while place < last:
            inner = self._first(tags, place)
            child = self.of(inner, depth + 1) if inner else None
            if child is None:
                return None
            children.append((place, child))
            place += len(inner)
        return _with(name, children, last) if place == last else None

    def _first(self, tags: tuple[str, ...], place: int) -> tuple[str, ...] | None:
        """The tags of the element that begins there, to the first end of its name."""
        if tags[place].endswith("/"):
            return tags[place : place + 1]
        try:
            return tags[place : tags.index(f"/{tags[place]}", place + 1) + 1]
        except ValueError:
            return None


def _with(name: str, children: list[tuple[int, Form]], last: int) -> Form:
    named: dict[str, list[tuple[int, Form]]] = {}
    for child in children:
        named.setdefault(child[1].tag, []).append(child)
    where = {tag: found[0][0] for tag, found in named.items()}
    around = (0, *(place + n for place, form in children for n in form.around), last)
    names = frozenset({name}).union(*(form.names for _, form in children))
    return Form(name, tuple(children), where, named, around, names)


@dataclass
class Cutter:
    """Feeds Expat a file of records, and cuts those of one path that are plain out of their text."""

    outside: Outside
    path: str

    def __post_init__(self):
        *self.above, self.tag = self.path.split("/")
        self.begin, self.end = f"<{self.tag}>".encode(), f"</{self.tag}>".encode()
        self.forms, self.cut = Forms(), 0

    def feed(self, chunk: bytes, fed: int) -> None:
        """Have Expat read the next bytes of a file of which it was `fed` so many; raises what Expat raises."""
        parse, at = self.outside.parser.Parse, 0
        if self.forms.new > FEW + self.cut // 2:
            parse(chunk, False)
            return
        while (began := chunk.find(self.begin, at)) >= 0:
            run, odd = self._run(chunk, began)
            if run:
                parse(chunk[at:began], False)
                self._hear_run(chunk, began, odd, fed + began, run)
                at = odd
            ended = chunk.find(self.end, odd)
            if ended < 0:
                break
            parse(chunk[at : ended + len(self.end)], False)
            at = ended + len(self.end)
        parse(chunk[at:], False)

    def _run(self, chunk: bytes, began: int) -> tuple[list[tuple], int]:
        """The plain records from here to the first that is not or not all there, and where that stands."""
        run, end = [], len(self.end)
        while (ended := chunk.find(self.end, began)) >= 0:
            record = self._taken_apart(chunk[began : ended + end])
            if record is None:
                break
            run.append(record)
            self.cut += 1
            began = ended + end
        return run, began

    def _taken_apart(self, piece: bytes) -> tuple[Form, list[str], list[str] | None, int, int] | None:
        """A record's form and texts, and the lines before it and to its end; None where anything in it is not plain.

        Where each `<` has its `>` and there is no comment, marked section or instruction, what is between them are tags.
        """
        if len(piece) > LONGEST or b"&" in piece or b"<!" in piece or b"<?" in piece:
            return None
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            return None
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if text.count("<") != text.count(">"):
            return None
        before, *parts = text.replace(">", "<").split("<")
        tags, sent = tuple(parts[::2]), parts[1::2]
        form = self.forms.of(tags) if tags[0] == self.tag else None
        if form is None:
            return None
        texts = list(map(str.strip, sent))
        if "".join(form.texts_around(texts)):
            return None
        lines = text.count("\n")
        return form, texts, sent if lines else None, before.count("\n"), lines

    def _hear_run(self, chunk: bytes, began: int, end: int, place: int, run: list[tuple]) -> None:
        """Expat reads a run; its records are taken if Expat itself met the first where it begins."""
        outside, parser, first = self.outside, self.outside.parser, began + len(self.begin)
        if not outside.is_between(self.above):
            parser.Parse(chunk[began:end], False)
            return
        met = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            met.append((parser.CurrentByteIndex, parser.CurrentLineNumber))

        parser.StartElementHandler = start
        parser.Parse(chunk[began:first], False)
        if not met or met[0][0] != place:
            outside.hear()
            parser.Parse(chunk[first:end], False)
            return
        parser.StartElementHandler = parser.EndElementHandler = None
        parser.Parse(chunk[first:end], False)
        outside.hear()
        outside.take(
            self.path,
            self._records(run, met[0][1]),
            {name for form in {r[0] for r in run} for name in form.names},
        )

    def _records(self, run: list[tuple], line: int) -> Iterator[Plain]:
        for form, texts, sent, before, lines in run:
            yield new(Plain, (form, texts, sent, line + before, 0))
            line += lines
