"""A made-up county: every return, at any scale, with the truth written beside it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

# Below this there are too few rows about them for faults to be planted.
LEAST_FOR_FAULTS = 0.1


def make(folder: Path, scale: float = 1.0, seed: int = 2013, faults: bool = True) -> Path:
    """Write `folder/inbox/…` and `folder/truth.json`, and answer with the path of the latter.

    Scale 1 is some forty thousand rows over five years: those about children grow with it, counts and
    registers do not. The same seed gives the same bytes. With `faults` a sixth year follows in which every rule
    of every return is broken.
    """
    import duckdb

    from demo import bad_files, manifests, model, national, returns, truth
    from demo import faults as planted

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    findings, refused, strays = [], [], []
    with (
        TemporaryDirectory(dir=folder, prefix=".county-") as work,
        duckdb.connect(f"{work}/county.duckdb") as con,
    ):
        con.execute("set memory_limit = '2GB'; set enable_progress_bar = false")
        con.execute("set python_enable_replacements = false")
        model.build(con, scale, seed)
        sent = returns.write(con, folder)
        for y in returns.YEARS:
            sent += national.write_ssda903(con, folder, y) + national.write_cin(con, folder, y)
        sent += manifests.write(folder, sent)
        if faults and scale >= LEAST_FOR_FAULTS:
            more, findings, strays = planted.write(folder)
            sent += more
            refused = bad_files.write(folder)
        told = {"seed": seed, "scale": scale, **truth.reckon(con, sent, findings, refused, strays)}
    return truth.write(folder, told)
