"""Which keys of several agencies are one child: by number, by likeness, by a person's decision; never by name alone.

`link(connection, …)` reads a table `people` in memory and leaves `links` and `reviews`, which hold no names.
"""

from ingest.linking.candidates import MODEL, train
from ingest.linking.linking import Linked, link

__all__ = ["MODEL", "Linked", "link", "train"]
