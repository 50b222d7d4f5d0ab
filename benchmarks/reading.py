"""What reading a file takes: memory, processor and bytes written, by format and size; the limits stand on it.

`python -m benchmarks.reading [MILLIONS]` makes files of R04 and of the children in need census and reads each in
a process apart, as the night does. `python -m benchmarks.reading night MILLIONS` takes one CSV of so many rows in,
from the inbox to accepted rows: case 36 of the fault matrix.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from ingest import apart, readers, reading_apart
from ingest.reading import Sent
from tests.faults import bad

AMPLE = apart.Limits(64 << 30, 7200, 64 << 30)
CHILD = "<Child><ChildIdentifiers><LAchildID>{0}</LAchildID><PersonBirthDate>2010-01-01</PersonBirthDate>"
CHILD += (
    "<Sex>F</Sex></ChildIdentifiers><ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>"
)
CHILD += "<CINdetails><CINreferralDate>2024-05-01</CINreferralDate><ReferralSource>1A</ReferralSource></CINdetails></Child>"
HEAD = "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2025</Year>"
HEAD += "<ReferenceDate>2025-03-31</ReferenceDate></CollectionDetails><Source><LEA>372</LEA></Source></Header><Children>"


def csv_file(path: Path, rows: int, encoding: str = "utf-8") -> Path:
    """A CSV of R04."""
    header, row = bad.text(bad.rows(1)).splitlines()
    with path.open("w", encoding=encoding, newline="") as f:
        f.write(header + "\n")
        for i in range(rows):
            f.write(row.replace("R0,", f"R{i},", 1).replace("I0,", f"I{i},", 1) + "\n")
    return path


def workbook(path: Path, rows: int) -> Path:
    """The same as a workbook."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("R04")
    header, row = bad.text(bad.rows(1)).splitlines()
    sheet.append(header.split(","))
    for i in range(rows):
        sheet.append(row.replace("R0,", f"R{i},", 1).replace("I0,", f"I{i},", 1).split(","))
    book.save(path)
    return path


def census(path: Path, children: int) -> Path:
    """A children in need census."""
    with path.open("w", encoding="utf-8") as f:
        f.write(HEAD)
        for i in range(children):
            f.write(CHILD.format(i))
        f.write("</Children></Message>")
    return path


def used(sent: Sent, out: Path) -> tuple:
    """In the process apart: rows read, and what that took."""
    began = perf_counter()
    reading = readers.read(readers.Parcel((sent,), "ROT", 2025, readers.peek(sent.path)), out)
    told = Path("/proc/self/status").read_text("ascii").splitlines()
    peak = {
        line.split(":")[0]: int(line.split()[1]) >> 10
        for line in told
        if line.startswith(("VmPeak", "VmHWM"))
    }
    processor = resource.getrusage(resource.RUSAGE_SELF)
    written = max((p.stat().st_size for p in out.iterdir()), default=0)
    rows = sum(t.rows for t in reading.tables)
    return rows, peak, processor.ru_utime + processor.ru_stime, written, perf_counter() - began


def measure(path: Path) -> str:
    """One line: what reading this file took."""
    from benchmarks.reading import used  # by the name under which another process finds it

    size = path.stat().st_size
    with tempfile.TemporaryDirectory(dir=path.parent) as out:
        call = apart.Call(AMPLE, used, (Sent(path, path.name), Path(out)))
        (found,) = apart.side_by_side([call], 1)
    if isinstance(found, Exception):
        return f"{path.name}: {found!r}"
    rows, peak, processor, written, seconds = found
    mb = size / reading_apart.MEGABYTE
    return (
        f"{path.name:<24} {mb:>8.1f} MB {rows:>11,} rows  address space {peak['VmPeak']:>5} MB  resident "
        f"{peak['VmHWM']:>5} MB  {processor:>6.1f} s ({processor / mb:.2f} s/MB)  written {written / size:.1f} x  {seconds:.1f} s"
    )


def main(millions: float = 1.0) -> None:
    """Make the files, read them, print what each took."""
    rows = int(millions * 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        for path in (
            csv_file(where / "small.csv", 100),
            csv_file(where / "big.csv", rows),
            csv_file(where / "utf16-like-cp1252.csv", rows, "cp1252"),
            workbook(where / "small.xlsx", 100),
            workbook(where / "big.xlsx", rows // 20),
            census(where / "small.xml", 100),
            census(where / "big.xml", rows // 4),
        ):
            print(measure(path), flush=True)
            path.unlink()


def night(millions: float = 10.0) -> None:
    """One file through a night as far as its accepted rows, into a database file."""
    import duckdb

    from ingest import identity, inbox, opening
    from ingest.context import prepare
    from ingest.night import take_in
    from ingest.vault import nowhere
    from operations.settings import MEMORY

    with tempfile.TemporaryDirectory() as folder:
        where, rows, now = Path(folder), int(millions * 1_000_000), datetime(2024, 6, 10, tzinfo=UTC)
        (where / "inbox/SYP/2024-05").mkdir(parents=True)
        size = csv_file(where / "inbox/SYP/2024-05/big.csv", rows).stat().st_size / reading_apart.MEGABYTE
        with duckdb.connect(str(where / "warehouse.duckdb")) as connection:
            opening.ready(connection, where, MEMORY)
            seeds = Path(__file__).parent.parent / "seeds"
            read = where / "read"
            context = prepare(connection, seeds, identity.throwaway(), nowhere(read), read, "long", now)
            began = perf_counter()
            (outcome,) = take_in(
                connection, inbox.arrivals(where / "inbox", {"SYP"}), context, lambda *_: None
            )
            seconds = perf_counter() - began
        peak = [
            resource.getrusage(who).ru_maxrss >> 10
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        ]
        print(
            f"{size:,.0f} MB, {rows:,} rows: {outcome.fate.status} {outcome.fate.rows_accepted:,} in {seconds:.0f} s; "
            f"resident {peak[0]} MB, the process apart {peak[1]} MB"
        )


if __name__ == "__main__":
    told = sys.argv[1:]
    (night if told[:1] == ["night"] else main)(*map(float, told[told[:1] == ["night"] :]))
