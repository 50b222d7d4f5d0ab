"""From the marts to a release: frozen, protected, attacked, approved by somebody else, never overwritten."""
