"""The Gold Group's pack: one month beside the twelve before it, every area side by side, on two pages."""

from __future__ import annotations

from pathlib import Path

from refusal import Refusal
from reports.gold.read import Pack, read_pack
from reports.reading import Release

__all__ = ["gold_pack"]


def gold_pack(release: Release, month: str, out: Path) -> list[Path]:
    """Draw the pack of a month such as `2025-03` into the folder `out` → [the page, the PDF].

    The same release gives the same bytes. Refusal for a public release, and for a month it has no figures of.
    """
    html = page(read_pack(_fit(release), month))
    from reports.pdf import write_pdf

    out.mkdir(parents=True, exist_ok=True)
    written, paper = (out / f"gold-{month}.{ending}" for ending in ("html", "pdf"))
    written.write_text(html, encoding="utf-8", newline="\n")
    return [written, write_pdf(html, paper, release.moment)]


def page(pack: Pack) -> str:
    """The pack as one file of HTML."""
    from reports.gold.tell import (
        actions,
        by_month,
        due,
        exceptions,
        gaps,
        in_short,
        room,
        sections,
        whole_by_month,
    )
    from reports.pages import render

    told = sections(pack)
    return render(
        "gold/pack.html",
        watermark=pack.watermark,
        footer=pack.footer,
        pack=pack,
        in_short=in_short(pack),
        sections=told,
        room=room(told),
        exceptions=exceptions(pack),
        gaps=gaps(pack),
        actions=actions(pack),
        due=due(pack),
        whole=whole_by_month(pack),
        by_month=by_month(pack),
    )


def _fit(release: Release) -> Release:
    if not release.is_restricted:
        raise Refusal(
            f"{release.name} is a public release: it has no months, which are too small to publish. "
            "The Gold Group's pack is restricted: draw it from a restricted release."
        )
    if "month" not in release.manifest["periods"]:
        raise Refusal(f"{release.name} has no months. Make a restricted release that has them.")
    return release
