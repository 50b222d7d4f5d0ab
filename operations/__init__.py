"""The night shift: one run at a time, worked in a copy, published by one rename. Knows files and time, not children."""
