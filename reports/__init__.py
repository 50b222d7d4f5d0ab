"""How facts are read: a release is cut from the marts, and every report is drawn from a release alone."""
