"""What Streamlit runs, anew for every choice: the page of the release named after it."""

import sys
from pathlib import Path

from reports.explore.screen import draw

draw(Path(sys.argv[1]))
