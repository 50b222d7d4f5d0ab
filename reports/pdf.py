"""Pages on paper: a page of ours as a PDF that a screen reader reads as well as an eye does (PDF/UA-1)."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from refusal import Refusal

WHAT_TO_INSTALL = (
    "The PDF cannot be made: a library of the system is missing ({missing}). Install Pango and HarfBuzz (on Debian and "
    "Ubuntu: libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0) and run the command again. "
    "The HTML page needs none of them."
)
SVG = "{http://www.w3.org/2000/svg}"


def write_pdf(html: str, path: Path, moment: datetime) -> Path:
    """Write a page as PDF/UA-1, tagged and bookmarked by its headings, dated by `moment` → its path.

    The same page, moment and fonts give the same bytes. Nothing is fetched. Refusal where Pango is missing.
    Source: ISO 14289-1; ISO 32000-1, 14.8.
    """
    document = _laid_out(html)
    document.metadata.created = document.metadata.modified = _w3c(moment)
    name = hashlib.sha256(html.encode("utf-8")).hexdigest()[:32].encode("ascii")
    with _dated(moment):
        path.write_bytes(document.write_pdf(finisher=_finish, pdf_variant="pdf/ua-1", pdf_identifier=name))
    return path


@contextmanager
def _dated(moment: datetime) -> Iterator[None]:
    """Fonts are of that moment: where HarfBuzz does not cut them down another does, which dates them by the clock."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
        if before is not None:
            os.environ["SOURCE_DATE_EPOCH"] = before


def _laid_out(html: str):
    weasyprint = _weasyprint()
    page = weasyprint.HTML(string=html, url_fetcher=weasyprint.urls.URLFetcher(allowed_protocols=["data"]))
    _tell_charts_whole(page.etree_element)
    return page.render(pdf_variant="pdf/ua-1")


def _weasyprint():
    try:
        import weasyprint
    except OSError as e:
        missing = re.search(r"'([^']+)'", str(e))
        raise Refusal(WHAT_TO_INSTALL.format(missing=missing[1] if missing else "Pango"), 4) from e
    return weasyprint


def _tell_charts_whole(root) -> None:
    """The title of a chart becomes its whole alternative: that is all a PDF is given of an <svg>."""
    for chart in root.iter(f"{SVG}svg"):
        title, said = chart.find(f"{SVG}title"), chart.find(f"{SVG}desc")
        if title is not None and said is not None and said.text:
            title.text = said.text


def _w3c(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _finish(_document, pdf) -> None:
    """What WeasyPrint leaves out of the tags: which way a header reads, and that running lines are no content."""
    elements = {o.reference: o for o in pdf.objects if _is_element(o)}
    for element in elements.values():
        if element["S"] == "/TH":
            group = elements[elements[element["P"]]["P"]]["S"]
            element["A"]["Scope"] = "/Column" if group == "/THead" else "/Row"
    _set_aside(pdf, elements)


def _is_element(found) -> bool:
    return isinstance(found, dict) and found.get("Type") == "/StructElem"


def _set_aside(pdf, elements: dict) -> None:
    """Mark as artifacts what is drawn in the margins: it hangs on no branch of the tree of tags."""
    root = next(e for e in elements.values() if e["S"] == "/Document")
    aside = {*elements} - {root.reference, *_below(root, elements)}
    pages = {o.reference: o for o in pdf.objects if isinstance(o, dict) and o.get("Type") == "/Page"}
    streams = {o.reference: o.stream for o in pdf.objects if hasattr(o, "stream")}
    for element in (elements[reference] for reference in sorted(aside)):
        kids = [kid for kid in element["K"] if isinstance(kid, int)]
        _as_artifact(streams[pages[element["Pg"]]["Contents"]], kids)
    for nums in _parents(pdf):
        nums[:] = [b"null" if reference in aside else reference for reference in nums]


def _below(element: dict, elements: dict):
    """The references of every element under one."""
    for kid in element["K"]:
        if kid in elements:
            yield kid
            yield from _below(elements[kid], elements)


def _as_artifact(stream: list, kids: list[int]) -> None:
    for n, line in enumerate(stream):
        if isinstance(line, dict) and line.get("MCID") in kids:
            stream[n - 1 : n + 2] = ["/Artifact", b"", b"BMC"]


def _parents(pdf) -> list[list]:
    """For each page, the element of each piece of marked content."""
    (tree,) = (o for o in pdf.objects if isinstance(o, dict) and "Nums" in o)
    return [entry for entry in tree["Nums"] if isinstance(entry, list)]
