"""The folder of a site: an earlier site there goes, anything else stays and stops it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from refusal import Refusal

LIST = "site.json"


def replace(out: Path, release: str, files: Iterable[tuple[str, bytes]]) -> list[Path]:
    """Write the files of a site, each by its place below `out`, and take away those of an earlier one → the files."""
    if out.exists() and not out.is_dir():
        raise Refusal(f"{out} is no folder. Choose another --out.")
    earlier = _earlier(out)
    written = []
    for place, content in files:
        path = out / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(place)
    for place in {*earlier} - {*written}:
        (out / place).unlink(missing_ok=True)
    told = {"release": release, "files": sorted(written)}
    (out / LIST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8", newline="\n")
    return [out / place for place in sorted([*written, LIST])]


def _earlier(out: Path) -> list[str]:
    """The files of the site that is there; Refusal where something else is."""
    if not out.exists() or not any(out.iterdir()):
        return []
    if not (out / LIST).exists():
        raise Refusal(f"{out} holds other files already. Choose an empty folder with --out.")
    files = json.loads((out / LIST).read_text("utf-8"))["files"]
    # A list somebody has changed may name what is not ours to take away.
    return [f for f in files if (out / f).resolve().is_relative_to(out.resolve())]
