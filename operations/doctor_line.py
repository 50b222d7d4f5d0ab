"""One line of what the doctor says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One layer: `ok`, `warn` or `fail`; what is so; what to do about it."""

    layer: str
    state: str
    says: str
    mend: str = ""
