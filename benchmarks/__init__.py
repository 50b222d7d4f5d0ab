"""What it costs, beside what it could cost: `python3 -m benchmarks` measures and prints the table of bars."""
