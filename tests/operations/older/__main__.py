"""Print the warehouse of a home as SQL."""

import sys
from pathlib import Path

from tests.operations.older import dump

print(dump(Path(sys.argv[1]) / "warehouse.duckdb"), end="")
