"""What goes to other bodies in a form of theirs: each drawn from a release, with what it rests on beside it."""
