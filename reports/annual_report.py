"""The annual report: the seven counts for an area, as a page and as a workbook, drawn from a release."""

from __future__ import annotations

from pathlib import Path

import jinja2

from reports.annual_figures import NOT_BY_PLACE, Report, notes, read_release
from reports.annual_workbook import write_workbook

TEMPLATES = Path(__file__).parent / "templates"


def annual_report(release: Path, out: Path) -> tuple[Path, Path]:
    """Draw the annual report of a release into the folder `out` → (the page, the workbook).

    Reads the release alone; the same release gives the same bytes.
    """
    report = read_release(release)
    out.mkdir(parents=True, exist_ok=True)
    page, workbook = (out / f"{report.manifest['name']}.{ending}" for ending in ("html", "xlsx"))
    page.write_text(render(report), encoding="utf-8", newline="\n")
    write_workbook(report, workbook)
    return page, workbook


def render(report: Report) -> str:
    """The page: one file that asks nothing of any network."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    said = {"notes": notes(report), "not_by_place": NOT_BY_PLACE}
    return environment.get_template("annual_report.html").render(report=report, **said) + "\n"
