"""What Expat tells of an XML file, made into records: elements, their lines, and the limits of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

from ingest.reading import Unreadable

DEEPEST = 64
MOST_NAMES = 2_000
MOST_ELEMENTS = 50_000
MOST_BYTES = 4 << 20
LONGEST_VALUE = 2 << 20


class Element(NamedTuple):
    """An element with its start's physical line; a tuple, for a file holds millions of them."""

    tag: str
    line: int
    text: str
    children: tuple[Element, ...]
    form = None  # of one cut from the text: what it shares with others of the same elements

    def value(self, tag: str) -> str:
        """The text of the first child of that name, trimmed; empty where there is none."""
        for child in self.children:
            if child.tag == tag:
                return child.text
        return ""

    def values(self) -> dict[str, str]:
        """The text of every child by its name, trimmed; of the first where a name stands twice."""
        return {tag: text for tag, _, text, _ in reversed(self.children)}

    def all(self, tag: str) -> list[Element]:
        """Every child of that name, in order."""
        return [child for child in self.children if child.tag == tag]


@dataclass(frozen=True)
class Record:
    """A whole element that stands in no other record; `path` as `/Message/Children/Child[17]`.

    `known` is False for an element where the reader expects none; its content is not kept.
    """

    path: str
    element: Element
    known: bool


@dataclass
class Outside:
    """What is open outside of records at this point of the file, and the records completed since last asked."""

    parser: expat.XMLParserType
    root: str
    wanted: frozenset[str]
    open: list[str] = field(default_factory=list)
    unknown: int = 0
    seen: int = 0
    quiet: int = 0
    began: tuple[str, int, int] | None = None
    count: dict[str, int] = field(default_factory=dict)
    done: list[Record] = field(default_factory=list)
    inside: Callable[[str], None] | None = None
    met_inside: Callable[[], int] | None = None
    most_names: int = MOST_NAMES

    @property
    def met(self) -> int:
        """How many elements began or ended, outside of records, and began inside."""
        return self.seen + self.met_inside()

    def doctype(self, *_) -> None:
        line = self.parser.CurrentLineNumber
        raise Unreadable("X501", f"Line {line} has a DOCTYPE. Send the file without one.", line)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.seen += 1
        if self.unknown:
            self.unknown += 1
            if self.unknown > DEEPEST:
                raise self.bomb()
            return
        if not self.open:
            self._check_root(tag, attributes)
        self.open.append(tag)
        path = "/".join(self.open)
        if path not in self.wanted and any(w.startswith(f"{path}/") for w in self.wanted):
            return
        self.count[path] = self.count.get(path, 0) + 1
        place = f"/{path}[{self.count[path]}]"
        self.began = place, self.parser.CurrentLineNumber, self.parser.CurrentByteIndex
        if path in self.wanted:
            self.inside(tag)
        else:
            self.unknown = 1

    def _check_root(self, tag: str, attributes: dict[str, str]) -> None:
        namespace = attributes.get("xmlns", "")
        if tag != self.root or namespace:
            found = f"{tag[:60]} in a namespace" if namespace else tag[:60]
            line = self.parser.CurrentLineNumber
            says = f"The root element is {found}; {self.root} without a namespace is expected."
            raise Unreadable("X503", says, line)

    def end(self, tag: str) -> None:
        self.seen += 1
        if not self.unknown:
            self.open.pop()
            return
        self.unknown -= 1
        if not self.unknown:
            self.finish(Element(tag, self.began[1], "", ()), known=False)

    def finish(self, element: Element, known: bool) -> None:
        self.seen += 1
        self.open.pop()
        self.done.append(Record(self.began[0], element, known))
        self.began = None

    def bomb(self) -> Unreadable:
        line = self.parser.CurrentLineNumber
        says = f"Line {line} is part of a value or a record far larger or deeper than any return has."
        return Unreadable("X502", says, line)

    def check_size(self, met_before: int, length: int, fed: int) -> None:
        """After a chunk: no endless value, no endless record, no endless list of element names."""
        self.quiet = self.quiet + length if self.met == met_before else 0
        endless_value = self.quiet >= LONGEST_VALUE
        endless_record = self.began and not self.unknown and fed - self.began[2] > MOST_BYTES
        if endless_value or endless_record or len(self.parser.intern) > self.most_names:
            raise self.bomb()

    def hear(self) -> None:
        """Have Expat tell of what is outside of records."""
        self.parser.CharacterDataHandler = None
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def is_between(self, above: list[str]) -> bool:
        """Whether no record is open, and of what is outside of records just these elements are."""
        return self.began is None and self.open == above

    def take(self, path: str, elements: Iterable[Element], names: Iterable[str]) -> None:
        """Records of a path that were read without being told of; `names` are their elements'."""
        before = self.count.get(path, 0)
        found = [
            Record(f"/{path}[{n}]", element, known=True) for n, element in enumerate(elements, before + 1)
        ]
        self.count[path] = before + len(found)
        self.done += found
        self.seen += 1
        for name in names:
            self.parser.intern.setdefault(name, name)

    def taken(self) -> list[Record]:
        done, self.done = self.done, []
        return done


# Of an element that is open: tag, line, how many elements ended before its first, and its text so far.
Frame = tuple[str, int, int, list[str]]


def _inside(outside: Outside) -> tuple[Callable[[str], None], Callable[[], int]]:
    """What begins a record, and how many elements it has met: from there to its end Expat is heard by functions that
    do no more than they must. A census has millions of elements; what these share are variables, not attributes."""
    parser, new = outside.parser, tuple.__new__
    frames: list[Frame] = []
    nodes: list[Element] = []
    texts: list[str] = []
    count = most = 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > most or len(frames) >= DEEPEST:
            raise outside.bomb()
        if texts:
            frames[-1][3].extend(texts)
            texts.clear()
        frames.append((tag, parser.CurrentLineNumber, len(nodes), []))

    def end(_: str) -> None:
        tag, line, before, text = frames.pop()
        text.extend(texts)
        texts.clear()
        element = new(Element, (tag, line, "".join(text).strip(), tuple(nodes[before:])))
        del nodes[before:]
        if frames:
            nodes.append(element)
        else:
            outside.hear()
            outside.finish(element, known=True)

    def begin(tag: str) -> None:
        nonlocal most
        most = count + MOST_ELEMENTS
        frames.append((tag, outside.began[1], 0, []))
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = texts.append

    return begin, lambda: count


def hearing(root: str, wanted: frozenset[str]) -> Outside:
    """Expat, heard for the records of a root."""
    parser = expat.ParserCreate(intern={})
    parser.buffer_text = True
    outside = Outside(parser, root, wanted)
    outside.inside, outside.met_inside = _inside(outside)
    parser.StartDoctypeDeclHandler = outside.doctype
    outside.hear()
    return outside
