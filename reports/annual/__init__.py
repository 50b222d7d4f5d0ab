"""The annual report of an area and a year: a page, a PDF, a workbook and open data, drawn from a release alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reports.reading import Release
from uncollected import uncollected

__all__ = ["annual_report", "annual_reports"]
OPEN_DATA, TEMPLATE = "open-data", "annual/report.html"


def annual_report(release: Release, area: str, year: str, out: Path) -> list[Path]:
    """Write the report of an area (code, short code or name) and a financial year into a folder of `out` → its files.

    The HTML (one file that asks nothing of any network), the PDF, the workbook, and the folder `open-data` with
    the figures it shows. The same release gives the same bytes. Refusal where the release has not the area or
    the year.
    """
    with uncollected():
        return _written(release, area, year, out)


def annual_reports(release: Release, areas: Sequence[str], year: str, out: Path) -> list[Path]:
    """The reports of several areas, as many at once as the machine has processors → the files of all, in order.

    Each is made in a process of its own, with the same bytes as alone. Refusal as `annual_report`.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    fresh = multiprocessing.get_context("spawn")
    count = min(len(areas), multiprocessing.cpu_count())
    with ProcessPoolExecutor(count, mp_context=fresh) as pool:
        done = [pool.submit(_one, release.folder, area, year, out) for area in areas]
        return [path for one in done for path in one.result()]


def _one(folder: Path, area: str, year: str, out: Path) -> list[Path]:
    """A release's connection does not cross from process to process: its folder does."""
    return annual_report(Release(folder), area, year, out)


def _written(release: Release, area: str, year: str, out: Path) -> list[Path]:
    from reports.annual.book import write_book
    from reports.annual.contents import contents
    from reports.open_data import write_open_data
    from reports.pages import render
    from reports.pdf import write_pdf

    report = contents(release, area, year)
    folder = out / f"annual-{report.area.lower().replace(' ', '-')}-{report.year}-{report.release}"
    folder.mkdir(parents=True, exist_ok=True)
    page, pdf, book = (folder / f"annual-report.{ending}" for ending in ("html", "pdf", "xlsx"))
    said = {"watermark": report.watermark or None, "footer": f"Release {report.release}. {report.title}."}
    page.write_text(render(TEMPLATE, report=report, **said), encoding="utf-8", newline="\n")
    write_book(report, book)
    data = write_open_data(
        report.figures,
        release.table("areas"),
        [row | {"name": row["indicator"], "of": row["counted_of"]} for row in release.table("indicators")],
        release.manifest,
        folder / OPEN_DATA,
    )
    # Last, so that a machine that cannot make it has all the rest.
    write_pdf(render(TEMPLATE, report=report.on_paper, **said), pdf, report.moment)
    return [page, pdf, book, *data]
