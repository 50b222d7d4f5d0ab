"""Files are parsed in processes apart that hold neither key nor database, and may use so much and no more.

A file that overruns or brings its process down is refused, and the night goes on; a long census is read in parts.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import failpoint
from ingest import apart
from ingest.apart import Call, Fault, Limits, Overrun
from ingest.readers import XLSX, Parcel, peek, read
from ingest.reading import Reading, Sent, Unreadable
from ingest.submissions import OUR_FAULT

PROCESSES, MEGABYTE = 2, 1 << 20
# What reading may use: `LEAST` however small the file, and so much more for each byte of it (seconds: each MB).
# Measured by `benchmarks/reading.py`.
LEAST = Limits(memory=768 << 20, seconds=60, written=64 << 20)
PLAIN = Limits(memory=4, seconds=1, written=4)
PACKED = Limits(memory=40, seconds=20, written=40)
PEEKING = Limits(memory=768 << 20, seconds=10, written=0)
SUFFIXES = {"a workbook": (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), "XML": (".xml",), "CSV": (".csv",)}
OVERRAN = {
    "memory": (
        "F021",
        "Reading the file takes more memory than a file of its size may. Send it in smaller parts.",
    ),
    "time": ("F022", "Reading the file takes longer than a file of its size may. Send it in smaller parts."),
    "written": ("F023", "The file unpacks to far more than a file of its size may. Save it as CSV UTF-8."),
    "death": (
        "F024",
        "The file broke what reads it. Save it again as CSV UTF-8, or send it in smaller parts.",
    ),
}
OURS = "This is our fault: tell who keeps the warehouse. It is tried again when it is sent again."


def limits(files: tuple[Sent, ...]) -> Limits:
    """What reading files may use: by their size, and by whether they are packed."""
    size = sum(file.path.stat().st_size for file in files)
    packed = any(_begins(file.path, XLSX) for file in files)
    return Limits(
        LEAST.memory + (PACKED if packed else PLAIN).memory * size,
        LEAST.seconds + (PACKED if packed else PLAIN).seconds * size // MEGABYTE,
        LEAST.written + (PACKED if packed else PLAIN).written * size,
    )


def kinds(files: list[tuple[Path, str]]) -> Iterator[str | Unreadable]:
    """What files are by their content, held against their names; what may be XML is looked at in a process apart."""
    deep = [path for path, _ in files if _begins(path, b"<")]
    found = dict(zip(deep, _answers([Call(PEEKING, peek, (path,)) for path in deep]), strict=True))
    for path, name in files:
        try:
            form = found[path] if path in found else peek(path)
            yield contradicted(name, form) or form if isinstance(form, str) else form
        except Unreadable as refused:
            yield refused


def contradicted(name: str, form: str) -> Unreadable | None:
    """A file whose name says that it is of another kind than it is."""
    suffix = Path(name).suffix.lower()
    told = next((kind for kind, suffixes in SUFFIXES.items() if suffix in suffixes), None)
    kind = "a workbook" if form == "xlsx" else "XML" if form.endswith("xml") else "CSV"
    if told is None or told == kind:
        return None
    says = f"The file's name says {told} ({suffix}), its content is {kind}. Save it again as what it is."
    return Unreadable("F011", says)


def _begins(path: Path, mark: bytes) -> bool:
    """Whether a file begins so, after what may stand before any text."""
    with path.open("rb") as file:
        head = file.read(64)
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(mark)


def read_all(parcels: list[Parcel], outs: list[Path]) -> Iterator[Reading | Unreadable]:
    """Read parcels side by side in processes apart, a long census in parts; the answers in the order given."""
    cut = [_parts(parcel) for parcel in parcels]
    calls = [_calls(*one) for one in zip(parcels, outs, cut, strict=True)]
    answers = _answers([call for of_one in calls for call in of_one])
    for parcel, out, spans, of_one in zip(parcels, outs, cut, calls, strict=True):
        found = [next(answers) for _ in of_one]
        yield found[0] if len(found) == 1 else _joined(parcel, out, spans, found)


def _parts(parcel: Parcel) -> list:
    from ingest import national

    return national.cin_parts(parcel.files[0]) if parcel.format == "cin census xml" else [None]


def _calls(parcel: Parcel, out: Path, spans: list) -> list[Call]:
    allowed = limits(parcel.files)
    if len(spans) == 1:
        return [Call(allowed, read, (parcel, out))]
    folders = _folders(out, len(spans))
    return [Call(allowed, read_part, (parcel, *one)) for one in zip(folders, spans, strict=True)]


def _folders(out: Path, parts: int) -> list[Path]:
    return [out, *(out / str(number) for number in range(1, parts))]


def read_part(parcel: Parcel, out: Path, span):
    """Read a part of a parcel, as `read` does the whole."""
    from ingest import national

    failpoint.reach("reading")
    return national.read_cin_part(parcel.files[0], out, span)


def _joined(parcel: Parcel, out: Path, spans: list, found: list) -> Reading | Unreadable:
    """Parts as one reading. Where one was refused, or they do not fit together, the whole is read: it tells what is wrong."""
    from ingest import national

    folders = _folders(out, len(spans))
    try:
        refused = [part for part in found if isinstance(part, Unreadable)]
        overran = [part for part in refused if (part.code, part.says) in OVERRAN.values()]
        if overran:  # the whole would take more
            return overran[0]
        if not refused and _fits(folders, limits(parcel.files).written):
            joined = national.joined_cin(parcel.files[0], folders, spans, found)
            if joined is not None:
                return joined
    finally:
        for folder in folders[1:]:
            shutil.rmtree(folder, ignore_errors=True)
    return next(_answers([Call(limits(parcel.files), read, (parcel, out))]))


def _fits(folders: list[Path], most: int) -> bool:
    """Whether what the parts wrote are files, and together no larger than one of them may be."""
    sizes: dict[str, int] = {}
    for path in (path for folder in folders for path in folder.iterdir() if path not in folders):
        told = path.lstat()
        if not stat.S_ISREG(told.st_mode):
            return False
        sizes[path.name] = sizes.get(path.name, 0) + told.st_size
    return max(sizes.values(), default=0) <= most


def _answers(calls: list[Call]) -> Iterator:
    """What the calls answer; an overrun or a fault of ours is the refusal of that file."""
    for answer in apart.side_by_side(calls, PROCESSES):
        match answer:
            case Overrun(why=why):
                yield Unreadable(*OVERRAN[why])
            case Fault():
                yield Unreadable(OUR_FAULT, f"The file could not be read ({answer}). {OURS}")
            case OSError():  # the disk's
                raise answer
            case _:
                yield answer
