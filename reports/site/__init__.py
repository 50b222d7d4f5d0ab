"""The static site: the pages of every indicator as files that open from a shared drive, with no server."""

from __future__ import annotations

from pathlib import Path

from refusal import Refusal
from reports.reading import Release
from reports.site.folder import replace

__all__ = ["write_site"]


def write_site(
    release: Release, out: Path, *, quality: dict | None = None, dictionary: str | Path | None = None
) -> list[Path]:
    """Write the site of a release into the folder `out` → its files; the same release gives the same bytes.

    `quality` is what `reports.quality.data_quality` gives of the night, `dictionary` the data dictionary (Markdown,
    or the file of it); a page is left out where it is not given. Refusal where `out` holds anything but an earlier
    site, or where the quality page would be made public.
    """
    if quality is not None and not release.is_restricted:
        raise Refusal(
            f"The data-quality page counts records, and {release.name} is for the public. Leave the page out, or "
            "make the site of a restricted release."
        )
    from reports.site.pages import pages

    return replace(out, release.name, pages(release, quality, _text(dictionary)))


def _text(dictionary: str | Path | None) -> str | None:
    return dictionary.read_text("utf-8") if isinstance(dictionary, Path) else dictionary
