"""Explaining a figure: its meaning, its SQL, the release and submissions behind it, its rows, and what changed."""

from reports.explanation.explaining import explain, rows_of
from reports.explanation.showing import show
from reports.explanation.told import Explanation, Since

__all__ = ["Explanation", "Since", "explain", "rows_of", "show"]
