"""What we expect of a return: the standard format, the suites made of it, and what else follows from it."""
