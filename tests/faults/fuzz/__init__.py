"""Any bytes at all as a file: what the readers make of them, and a search for bytes they cannot bear."""
