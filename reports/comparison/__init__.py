"""Comparing areas: figures of a release, each with its interval, coverage and what may be said of it."""

from reports.comparison.comparing import compare
from reports.comparison.showing import show, written
from reports.comparison.told import Comparison, Row

__all__ = ["Comparison", "Row", "compare", "show", "written"]
