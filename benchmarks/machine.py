"""What the figures were measured on: cores, memory, kernel, and the versions of what does the work."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

TELLING = ("duckdb", "dbt-core", "dbt-duckdb", "great-expectations", "splink", "lxml", "openpyxl", "highspy")


def machine() -> dict:
    """Cores this process may use, GB of memory, the kernel's name and version, the processor's, and versions."""
    allowed = getattr(os, "sched_getaffinity", None)
    return {
        "cores": len(allowed(0)) if allowed else os.cpu_count(),
        "memory_gb": round(_memory() / 2**30, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in TELLING},
    }


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError):
        return 0


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
