"""What a file written for people may not hold: a formula, a script, a link to outside, text that steers or deceives."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from unicodedata import category

from lxml import etree, html

STARTS = tuple("=+-@\t\r\0＝＋－＠")
NUMBER = re.compile(r"[-−+]?[\d.,]+ ?%?")
ENCODED = re.compile(r"_x00(?:[01][0-9A-Fa-f]|7[Ff]|[89][0-9A-Fa-f])_")  # a control character in a workbook
# Of machines alone: nothing shows them as they are. What draws from one is held to all this itself.
OF_MACHINES = (".parquet", ".duckdb", ".msgpack", ".lock")


def steering(text: str) -> list[str]:
    """The characters of a text that steer where it is shown, or hide in it."""
    return sorted({c for c in text if not (c.isprintable() or c == "\n" or category(c) == "Zs")})


def wrong(folder: Path) -> dict[str, list[str]]:
    """What is wrong with the files below a folder: file → complaints."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in OF_MACHINES)
    found = {p.relative_to(folder).as_posix(): [*_of_name(p.name), *_of_file(p)] for p in files}
    return {name: said[:5] for name, said in found.items() if said}


def _of_name(name: str) -> list[str]:
    return [f"its name: {name!r}"] if steering(name) else []


def _of_file(path: Path) -> Iterator[str]:
    match path.suffix:
        case ".csv":
            yield from _of_csv(path)
        case ".xlsx":
            yield from _of_workbook(path)
        case ".html":
            yield from _of_page(_read(path))
        case ".pdf":
            yield from _of_pdf(path)
        case ".json":
            yield from _of_text(path)
            json.loads(path.read_text("utf-8"))
        case ".jsonl" | ".txt" | ".md" | ".svg" | ".toml" | ".told" | ".sha256" | "":
            yield from _of_text(path)
        case other:
            raise AssertionError(f"{path}: say what may stand in {other}")


def _read(path: Path) -> str:
    """The text as it is: Python's own reading makes an end of line of what may be none."""
    return path.read_bytes().decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")


def _of_text(path: Path) -> Iterator[str]:
    if found := steering(_read(path)):
        yield repr(found)


def _of_csv(path: Path) -> Iterator[str]:
    text = _read(path)
    yield from ([repr(found)] if (found := steering(text)) else [])
    for row in csv.reader(io.StringIO(text, newline="")):
        yield from (repr(v) for v in row if len(v) > 1 and v.startswith(STARTS) and not NUMBER.fullmatch(v))


def _of_workbook(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as book:
        for part in book.namelist():
            if not part.endswith((".xml", ".rels", ".vml")):
                yield f"holds {part}"
                continue
            for node in etree.fromstring(book.read(part)).iter():
                yield from (f"{part}: {said}" for said in _of_node(node, part))


def _of_node(node, part: str) -> Iterator[str]:
    kind = etree.QName(node).localname if isinstance(node.tag, str) else ""
    if kind == "f" or (node.get("TargetMode") == "External"):
        yield f"{kind} {node.text or ''} {node.get('Target', '')}"
    for text in (node.text or "", *node.attrib.values()):
        encoded = [] if part.endswith(".vml") else ENCODED.findall(text)  # a drawing's own ids look the same
        if found := [*steering(text.replace("\r\n", "\n")), *encoded]:
            yield f"{kind} {found} in {text[:60]!r}"


def _of_page(text: str) -> Iterator[str]:
    yield from ([repr(found)] if (found := steering(text)) else [])
    for node in html.fromstring(text).iter():
        if node.tag in ("script", "iframe", "object", "embed", "base", "form"):
            yield f"<{node.tag}>"
        for name, value in node.attrib.items():
            if name.lower().startswith("on") or value.strip().lower().startswith(
                ("javascript:", "data:text")
            ):
                yield f"{name}={value[:60]!r}"


def _of_pdf(path: Path) -> Iterator[str]:
    import pypdf

    raw = path.read_bytes()
    yield from (
        word.decode() for word in (b"/JavaScript", b"/JS ", b"/Launch", b"/EmbeddedFile") if word in raw
    )
    with path.open("rb") as file:
        for page in pypdf.PdfReader(file).pages:
            if found := steering(page.extract_text()):
                yield repr(found)
