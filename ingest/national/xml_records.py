"""XML read as a stream of records: linear in time, constant in memory, exact in its line numbers.

Expat is used bare, not lxml: lxml keeps line numbers in 16 bits and is wrong from line 65,536 on, which
the census of any one council passes; and Expat tells of a DOCTYPE before it reads what stands in it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from ingest.reading import Unreadable

CHUNK = 1 << 20
DEEPEST = 64
MOST_NAMES = 2_000
MOST_ELEMENTS = 50_000
MOST_BYTES = 4 * CHUNK
# Expat's numbers for "unknown encoding", "encoding specified in XML declaration is incorrect" and
# "invalid token", the last of which it also says of bytes that are not the declared encoding's.
WRONG_ENCODING = (18, 19)
INVALID_TOKEN = 4
DECLARATION = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")


class Element(NamedTuple):
    """An element with its start's physical line; a tuple, for a file holds millions of them."""

    tag: str
    line: int
    text: str
    children: tuple[Element, ...]

    def value(self, tag: str) -> str:
        """The text of the first child of that name, trimmed; empty where there is none."""
        for child in self.children:
            if child.tag == tag:
                return child.text
        return ""

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
class _Builder:
    """What is open at this point of the file, and the records completed since last asked."""

    parser: expat.XMLParserType
    root: str
    wanted: frozenset[str]
    open: list[str] = field(default_factory=list)
    frames: list[tuple[str, int, list, list]] = field(default_factory=list)
    unknown: int = 0
    seen: int = 0
    quiet: int = 0
    began: tuple[str, int, int] = ("", 0, 0)
    inside: int = 0
    count: dict[str, int] = field(default_factory=dict)
    done: list[Record] = field(default_factory=list)

    def doctype(self, *_) -> None:
        line = self.parser.CurrentLineNumber
        raise Unreadable("X501", f"Line {line} has a DOCTYPE. Send the file without one.", line)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.seen += 1
        if self.frames:
            self.inside += 1
            self.frames.append((tag, self.parser.CurrentLineNumber, [], []))
            if len(self.frames) > DEEPEST or self.inside > MOST_ELEMENTS:
                raise self._bomb()
        elif self.unknown:
            self.unknown += 1
            if self.unknown > DEEPEST:
                raise self._bomb()
        else:
            self._start_outside(tag, attributes)

    def _start_outside(self, tag: str, attributes: dict[str, str]) -> None:
        if not self.open:
            self._check_root(tag, attributes)
        self.open.append(tag)
        path = "/".join(self.open)
        if path not in self.wanted and any(w.startswith(f"{path}/") for w in self.wanted):
            return
        line = self.parser.CurrentLineNumber
        self.count[path] = self.count.get(path, 0) + 1
        self.began, self.inside = (
            (f"/{path}[{self.count[path]}]", line, self.parser.CurrentByteIndex),
            0,
        )
        if path in self.wanted:
            self.frames.append((tag, line, [], []))
        else:
            self.unknown = 1

    def _check_root(self, tag: str, attributes: dict[str, str]) -> None:
        namespace = attributes.get("xmlns", "")
        if tag != self.root or namespace:
            found = f"{tag[:60]} in a namespace" if namespace else tag[:60]
            line = self.parser.CurrentLineNumber
            says = f"The root element is {found}; {self.root} without a namespace is expected."
            raise Unreadable("X503", says, line)

    def text(self, data: str) -> None:
        if self.frames:
            self.frames[-1][3].append(data)

    def end(self, tag: str) -> None:
        self.seen += 1
        if self.unknown:
            self.unknown -= 1
            if not self.unknown:
                self._finish(Element(tag, self.began[1], "", ()), known=False)
        elif self.frames:
            name, line, children, texts = self.frames.pop()
            element = Element(name, line, "".join(texts).strip(), tuple(children))
            if self.frames:
                self.frames[-1][2].append(element)
            else:
                self._finish(element, known=True)
        else:
            self.open.pop()

    def _finish(self, element: Element, known: bool) -> None:
        self.open.pop()
        self.done.append(Record(self.began[0], element, known))

    def _bomb(self) -> Unreadable:
        line = self.parser.CurrentLineNumber
        says = f"Line {line} is part of a value or a record far larger or deeper than any return has."
        return Unreadable("X502", says, line)

    def check_size(self, seen_before: int, length: int, fed: int) -> None:
        """After a chunk: no endless value, no endless record, no endless list of element names."""
        self.quiet = self.quiet + length if self.seen == seen_before else 0
        endless_value = self.quiet >= 2 * CHUNK
        endless_record = self.frames and fed - self.began[2] > MOST_BYTES
        if endless_value or endless_record or len(self.parser.intern) > MOST_NAMES:
            raise self._bomb()

    def taken(self) -> list[Record]:
        done, self.done = self.done, []
        return done


def _builder(root: str, wanted: frozenset[str]) -> _Builder:
    parser = expat.ParserCreate(intern={})
    parser.buffer_text = True
    builder = _Builder(parser, root, wanted)
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    return builder


def text_of(head: bytes) -> str:
    """The first bytes of an XML file as text, in UTF-16 where they show it; never fails."""
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return head.decode("utf-16", "replace")
    for name, start in (("utf-16-le", b"<\0"), ("utf-16-be", b"\0<")):
        if head.startswith(start):
            return head.decode(name, "replace")
    return head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")


def encoding_of(head: bytes) -> str:
    """The encoding an XML file declares, in lower case; `utf-8` where it declares none."""
    found = DECLARATION.match(text_of(head[:400]))
    return found[1].lower() if found else "utf-8"


def records(path: Path, root: str, wanted: frozenset[str]) -> Iterator[Record]:
    """Every record of a file, in order; `wanted` are their paths, as `Message/Children/Child`.

    Raises Unreadable: X501 a DOCTYPE, X502 depth, length or breadth no return has, X503 another root,
    X504 not well-formed (line:column), X505 bytes that are not in the declared encoding.
    """
    builder = _builder(root, wanted)
    with path.open("rb") as f:
        encoding = _agreed_encoding(f)
        fed, more = 0, True
        while more:
            chunk, seen = f.read(CHUNK), builder.seen
            more = bool(chunk)
            try:
                builder.parser.Parse(chunk, not more)
            except (expat.ExpatError, LookupError, ValueError) as error:
                raise _unreadable(error, builder.parser, encoding, f) from None
            fed += len(chunk)
            builder.check_size(seen, len(chunk), fed)
            yield from builder.taken()


def _agreed_encoding(f: BinaryIO) -> str:
    """The declared encoding; Expat lets a UTF-8 mark stand beside another declaration, and we do not."""
    head = f.read(400)
    f.seek(0)
    encoding = encoding_of(head)
    if head.startswith(codecs.BOM_UTF8) and encoding not in ("utf-8", "utf8"):
        raise _wrong_encoding(encoding, 1)
    return encoding


def _wrong_encoding(encoding: str, line: int) -> Unreadable:
    return Unreadable(
        "X505",
        f"Line {line} is not in the encoding the file declares ({encoding}).",
        line,
    )


def _unreadable(error: Exception, parser: expat.XMLParserType, encoding: str, f: BinaryIO) -> Unreadable:
    """What Expat says, in our codes; it gives bytes of another encoding the name of a syntax error."""
    line, column = parser.ErrorLineNumber, parser.ErrorColumnNumber + 1
    code = getattr(error, "code", None)
    if code is None or code in WRONG_ENCODING or (code == INVALID_TOKEN and _high_byte(parser, f)):
        return _wrong_encoding(encoding, line)
    says = f"The XML breaks at line {line}:{column}: {expat.ErrorString(code)}."
    return Unreadable("X504", says, line)


def _high_byte(parser: expat.XMLParserType, f: BinaryIO) -> bool:
    f.seek(max(parser.ErrorByteIndex, 0))
    return f.read(1) >= b"\x80"
