"""Fuzz the readers, led by the code that bytes reach: `python3 -m tests.faults.fuzz --seconds 600`.

Needs atheris, which no other run needs: `pip install --require-hashes -r fuzz.lock`. What reaches something
new is kept in tests/faults/corpus, the least that reaches all of it; what breaks a reader is written there as
`crash-…`. Every run of the tests reads the corpus again.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import atheris

# The readers are loaded here, where they are watched, and not when they are first needed.
with atheris.instrument_imports(include=["ingest", "openpyxl", "expectations"]):
    import ingest.excel
    import ingest.national.annex_a
    import ingest.national.cin_census
    import ingest.national.csww_xml
    import ingest.national.ssda903_csv
    import ingest.national.ssda903_xml
    import ingest.replies
    import ingest.scan  # noqa: F401
    from tests.faults.fuzz.taking import CORPUS, take


def mutated(content: bytes, longest: int, seed: int) -> bytes:
    """Other bytes; of a workbook now and then those of one part, packed again, since else no change gets past the zip."""
    with suppress(Exception):
        if content.startswith(b"PK") and seed % 4:
            return _repacked(content, longest, random.Random(seed))
    return atheris.Mutate(content, longest)


def _repacked(content: bytes, longest: int, chance: random.Random) -> bytes:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        parts = {name: old.read(name) for name in old.namelist()}
        worth = [name for name in parts if "sheet" in name or "shared" in name] or list(parts)
        changed = chance.choice(worth)
        parts[changed] = atheris.Mutate(parts[changed], longest)
        for name, part in parts.items():
            new.writestr(name, part)
    return packed.getvalue()


def fuzz(seconds: int, longest: int, found: Path, scratch: Path) -> None:
    """Run for so many seconds; new inputs go to `found`, broken ones to the corpus."""

    def one(content: bytes) -> None:
        inner = scratch / "one"
        inner.mkdir()
        try:
            take(content, inner)
        finally:
            shutil.rmtree(inner)

    words = [sys.argv[0], str(found), str(CORPUS), f"-max_total_time={seconds}", f"-max_len={longest}"]
    words += [f"-artifact_prefix={CORPUS}/", "-timeout=30", "-rss_limit_mb=6000", "-print_final_stats=1"]
    atheris.Setup(words, one, custom_mutator=mutated)
    atheris.Fuzz()


def main() -> None:
    """Fuzz, or with `--merge FOLDER` keep the least of what was found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=int, default=600)
    asked.add_argument("--longest", type=int, default=1 << 16, help="bytes of one input")
    asked.add_argument("--found", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-found")
    given = asked.parse_args()
    given.found.mkdir(exist_ok=True)
    memory = Path("/dev/shm")
    scratch = Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None))
    fuzz(given.seconds, given.longest, given.found, scratch)


if __name__ == "__main__":
    main()
