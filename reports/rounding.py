"""One way to round for print: half up, as people do it by hand."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def half_up(value: float | Decimal, places: int) -> Decimal:
    """81.25 to one place is 81.3; a float is taken as it prints, not as it is stored."""
    return Decimal(str(value)).quantize(Decimal(10) ** -places, ROUND_HALF_UP)
