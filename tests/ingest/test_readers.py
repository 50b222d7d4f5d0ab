"""Readers of files: a child that reads is never left behind by the night that started it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]
READS = """
import time
from ingest import readers

def main():
    pool = readers._pool()
    for _ in range(2):
        pool.submit(time.sleep, 600)
    print(*pool._processes, flush=True)
    time.sleep(600)

if __name__ == "__main__":
    main()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux tells of the end of a process by its number")
def test_a_reader_ends_with_the_process_that_started_it(tmp_path):
    """Killed, it can tell nobody: each reader notices by itself, however busy."""
    (tmp_path / "night.py").write_text(READS)
    line = [sys.executable, str(tmp_path / "night.py")]
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    with subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True) as night:
        readers = [int(word) for word in night.stdout.readline().split()]
        ends = [os.pidfd_open(reader) for reader in readers]
        night.kill()
    try:
        assert len(readers) == 2
        for end in ends:
            assert select.select([end], [], [], 30)[0] == [end]
    finally:
        for end, reader in zip(ends, readers, strict=True):
            if not select.select([end], [], [], 0)[0]:
                os.kill(reader, 9)
            os.close(end)
