"""XML read as a stream of records: linear in time, constant in memory, exact in its line numbers.

Expat is used bare, not lxml: lxml keeps line numbers in 16 bits and is wrong from line 65,536 on, which
the census of any one council passes; and Expat tells of a DOCTYPE before it reads what stands in it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from ingest.national.xml_hearing import Element, Outside, Record, hearing
from ingest.national.xml_parts import WHOLE, Span, ends
from ingest.national.xml_plain import Cutter
from ingest.reading import Unreadable

__all__ = ["Element", "Record", "encoding_of", "records", "text_of"]

# Expat's numbers for "unknown encoding", "encoding specified in XML declaration is incorrect" and
# "invalid token", the last of which it also says of bytes that are not the declared encoding's.
WRONG_ENCODING = (18, 19)
INVALID_TOKEN = 4
UTF_8 = ("utf-8", "utf8")
DECLARATION = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")


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


def records(
    path: Path, root: str, wanted: frozenset[str], many: str = "", span: Span = WHOLE
) -> Iterator[Record]:
    """Every record of a file, or of a part of it, in order; `wanted` are their paths, as `Message/Children/Child`.

    Of the path of which there are `many` those that are written plainly are cut from the text, which is quicker.
    Raises Unreadable: X501 a DOCTYPE, X502 depth, length or breadth no return has, X503 another root,
    X504 not well-formed (line:column), X505 bytes that are not in the declared encoding.
    """
    reader = _hearing(root, wanted, many, span)
    with path.open("rb") as f:
        encoding = _agreed_encoding(f)
        cutter = Cutter(reader, many) if many and encoding in UTF_8 else None
        fed = 0
        for chunk in span.chunks(f):
            met = reader.met
            try:
                if cutter and chunk:
                    cutter.feed(chunk, fed)
                else:
                    reader.parser.Parse(chunk, not chunk)
            except (expat.ExpatError, LookupError, ValueError) as error:
                raise _unreadable(error, reader.parser, encoding, f) from None
            fed += len(chunk)
            reader.check_size(met, len(chunk), fed)
            yield from reader.taken()


def _hearing(root: str, wanted: frozenset[str], many: str, span: Span) -> Outside:
    """Expat, heard for a part; Unreadable where what stands before the first record is not just that."""
    reader = hearing(root, wanted)
    reader.most_names //= span.parts
    if span.head:
        proof = hearing(root, wanted)
        try:
            proof.parser.Parse(span.head + ends(many), True)
        except expat.ExpatError:
            proof.count[many] = 1
        if proof.count.get(many):
            raise Unreadable("X504", "The file is not to be read in parts.")
        reader.count[many] = span.passed
    return reader


def _agreed_encoding(f: BinaryIO) -> str:
    """The declared encoding; Expat lets a UTF-8 mark stand beside another declaration, and we do not."""
    head = f.read(400)
    f.seek(0)
    encoding = encoding_of(head)
    if head.startswith(codecs.BOM_UTF8) and encoding not in UTF_8:
        raise _wrong_encoding(encoding, 1)
    return encoding


def _wrong_encoding(encoding: str, line: int) -> Unreadable:
    return Unreadable(
        "X505",
        f"Line {line} is not in the encoding the file declares ({encoding}). Export the file again.",
        line,
    )


def _unreadable(error: Exception, parser: expat.XMLParserType, encoding: str, f: BinaryIO) -> Unreadable:
    """What Expat says, in our codes; it gives bytes of another encoding the name of a syntax error."""
    line, column = parser.ErrorLineNumber, parser.ErrorColumnNumber + 1
    code = getattr(error, "code", None)
    if code is None or code in WRONG_ENCODING or (code == INVALID_TOKEN and _high_byte(parser, f)):
        return _wrong_encoding(encoding, line)
    says = f"The XML breaks at line {line}:{column}: {expat.ErrorString(code)}. Export the file again."
    return Unreadable("X504", says, line)


def _high_byte(parser: expat.XMLParserType, f: BinaryIO) -> bool:
    f.seek(max(parser.ErrorByteIndex, 0))
    return f.read(1) >= b"\x80"
