"""Links within a site: relative, so that they hold wherever the folder lies."""

from __future__ import annotations


def linked(place: str, words: str):
    """A link as it stands in a page, already safe."""
    from markupsafe import Markup

    return Markup('<a href="{}">{}</a>').format(place, words)
