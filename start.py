"""From a bare Python to a finished night (`start.py`) or to passed tests (`start.py test`); standard library only."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK, BOOTSTRAP, TEST_DATA = (HERE / f"{name}.lock" for name in ("requirements", "bootstrap", "test-data"))
SPARK, SPARK_BUILD = HERE / "spark.lock", HERE / "spark-build.lock"
AREA, YEAR = "ROT", "2024-25"


def run(*command: str | Path, allowed: tuple[int, ...] = (0,)) -> None:
    """Run one command in the open; stop with its own exit code where it fails."""
    code = subprocess.run([str(c) for c in command], cwd=HERE).returncode
    if code not in allowed:
        sys.exit(code)


def set_up() -> None:
    """Make the environment from the hash-pinned lock, once for each lock."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        sys.exit(f"Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]}.")
    stamp = ENVIRONMENT / ".made-from"
    wanted = hashlib.sha256(
        b"".join(p.read_bytes() for p in (LOCK, TEST_DATA, HERE / "pyproject.toml"))
    ).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Making the environment (about a minute) …", flush=True)
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    run(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "--only-binary", ":all:", "-r", BOOTSTRAP)
    uv = (PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON)
    run(*uv, "--require-hashes", "--only-binary", ":all:", "--compile-bytecode", "-r", LOCK)
    run(*uv, "--no-deps", "--no-build-isolation", "-e", HERE)
    # Only its published test records are read: the package itself does not run beside these versions.
    run(*uv, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", TEST_DATA)
    stamp.write_text(wanted)


def add_spark() -> None:
    """Spark for the test that holds it to DuckDB, once for each lock; without a Java it would be of no use.

    In a folder of its own, which only a build in Spark looks into: whatever finds pyspark beside it loads it.
    """
    folder = ENVIRONMENT / "spark"
    stamp = folder / ".made-from"
    wanted = hashlib.sha256(SPARK.read_bytes() + SPARK_BUILD.read_bytes()).hexdigest()
    if not _has_java() or (stamp.exists() and stamp.read_text() == wanted):
        return
    print("Adding Spark (480 MB) …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    uv = (PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON, "--target", folder)
    # pyspark comes as sources alone: what builds it is pinned too. Its jars are packed already.
    own = ("--only-binary", ":all:", "--no-binary", "pyspark", "--build-constraints", SPARK_BUILD)
    packed = ("--config-settings-package", "pyspark:--build-option=--compression=stored")
    run(*uv, "--no-deps", "--require-hashes", *own, *packed, "-r", SPARK)
    stamp.write_text(wanted)


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return shutil.which(Path(home) / "bin" / "java" if home else "java") is not None


def first_night() -> None:
    """A made-up county, the whole night on it, and the report held against the truth."""
    home = HERE / "home"
    warehouse = (PYTHON, HERE / "warehouse.py", "--home", home)
    run(*warehouse, "demo", home / "demo", "--scale", "0.3")
    run(*warehouse, "nightly", "--inbox", home / "demo" / "inbox", allowed=(0, 1))
    run(
        *warehouse,
        "report",
        "annual",
        "--area",
        AREA,
        "--year",
        YEAR,
        "--out",
        home / "reports",
        allowed=(0, 4),
    )  # 4: no Pango here, so no PDF
    compare(warehouse, home / "demo" / "truth.json")
    print(
        f"\nWhere to look\n  the report     {home / 'reports'}\n  the findings   {home / 'findings'}\n"
        f"  the warehouse  {BIN / 'warehouse'} query 'show tables from marts'\n  what to do     README.md"
    )


def compare(warehouse: tuple, truth: Path) -> None:
    """Say whether the seven counts are what the made-up county's truth says; exit 1 where they are not."""
    sql = (
        "select indicator_code, cast(value as double) as value from marts.fct_indicator_values where breakdown = 'all' "
        f"and area_code = '372' and period = '{YEAR}' and (indicator_code, unit) in (('I01', 'complaint'), "
        "('I02', 'crime'), ('I03', 'defendant'), ('I04', 'defendant'), ('I05', 'FTE'), ('I06', 'FTE'), ('I07', 'FTE'))"
    )
    told = subprocess.run(
        [str(c) for c in (*warehouse, "query", sql, "--json")], capture_output=True, text=True
    )
    ours = [row["value"] for row in sorted(json.loads(told.stdout), key=lambda r: r["indicator_code"])]
    counts = json.loads(truth.read_text("utf-8"))["seven_counts"]["372"][YEAR]
    names = ("complaints", "investigations", "prosecutions", "convictions")
    workers = ("police_officers", "social_workers", "other_specialist_workers")
    theirs = [counts[n] for n in names] + [
        counts[n]["fte"] if isinstance(counts[n], dict) else counts[n] for n in workers
    ]
    if ours != theirs:
        sys.exit(f"The seven counts are {ours}; the truth is {theirs}.")
    print(f"\nThe seven counts for Rotherham, {YEAR}, equal the truth: {', '.join(f'{v:g}' for v in ours)}.")


def main() -> None:
    match sys.argv[1:]:
        case []:
            set_up()
            first_night()
        case ["test"]:
            set_up()
            add_spark()
            workers = ("--numprocesses", "auto", "--maxprocesses", "4")
            run(PYTHON, "-m", "pytest", *workers, "--dist", "loadfile", "--no-loadscope-reorder")
        case ["test", *some]:
            set_up()
            add_spark()
            run(PYTHON, "-m", "pytest", *some)
        case _:
            sys.exit("Use: start.py, or start.py test")


if __name__ == "__main__":
    main()
