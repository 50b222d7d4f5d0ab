"""Planted names, birth dates, postcodes and numbers: made, sent on every path, and searched for afterwards."""
