"""Which versions are at work: of the project, of Python, of what reads and builds the warehouse."""

from __future__ import annotations

import platform


def project() -> str:
    """The version of the project; `checkout` where it is not installed."""
    return _of("south-yorkshire-core-data") or "checkout"


def all_of_them() -> dict[str, str]:
    """Name by name, without loading any of them."""
    names = {"duckdb": "duckdb", "dbt": "dbt-core", "Great Expectations": "great-expectations"}
    found = {name: _of(package) or "missing" for name, package in names.items()}
    return {"project": project(), "Python": platform.python_version(), **found}


def _of(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None
