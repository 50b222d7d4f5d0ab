"""The page to explore: a release on this computer alone, in the reader's own browser."""

from reports.explore.launch import run

__all__ = ["run"]
