"""Results: one JSON file for each measure, kept until the measure is run again; and all of them as one, in the tree."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

from benchmarks.bars import Found
from benchmarks.machine import machine
from benchmarks.told import Told

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
LAST = HERE / "last.json"  # what docs/performance.md is made from


def keep(folder: Path, name: str, told: Told, asked: dict) -> Path:
    """Write what a measure found, in one step; what it found before goes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    result = {"when": date.today().isoformat(), "machine": machine(), "asked": asked, **asdict(told)}
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    partial.replace(path)
    return path


def kept(folder: Path) -> dict[str, dict]:
    """Every measure's last result, by its name."""
    return {p.stem: json.loads(p.read_text("utf-8")) for p in sorted(folder.glob("*.json"))}


def gather(folder: Path) -> dict[str, dict]:
    """All last results: those of the folder, and of the tree for what the folder has not."""
    return (json.loads(LAST.read_text("utf-8")) if LAST.exists() else {}) | kept(folder)


def found(results: dict[str, dict]) -> dict[str, Found]:
    """What stands for each bar."""
    told = {name: bar for r in results.values() for name, bar in r["bars"].items()}
    return {name: Found(tuple(b["values"]), b["size"], b["ratio"], b["note"]) for name, b in told.items()}
