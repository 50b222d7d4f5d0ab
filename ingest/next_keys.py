"""A key being changed: the secret that is to follow waits beside the one in place until what it locks is there.

It waits in `keys/next/`, in a file only its owner may read, whatever place the others are kept in: what a rotation
cut short left behind opens with the one or the other. Which of the two, a step that is done whole or not at all
has decided (a rename); the rest is finished later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from refusal import Refusal


def waiting(keys):
    """Where a new secret waits until what it locks is in its place."""
    return replace(keys, folder=keys.folder / "next", source="file", made_at_first_use=False)


def secrets(keys, name: str) -> tuple[str, ...]:
    """The secret of a key, and the one that waits to follow it: one of them opens what lies there."""
    following = waiting(keys)
    return keys.secret(name), *([following.secret(name)] if following.has(name) else [])


def begin(keys, name: str) -> str:
    """The secret that is to follow: the one that waits already, else a new one."""
    following = waiting(keys)
    if not following.has(name):
        following.new(name)
    return following.secret(name)


def end(keys, name: str) -> None:
    """Put the secret that waited in its place. A service's credentials only its keeper can change: Refusal says how."""
    following = waiting(keys)
    if keys.source == "credential" and keys.secret(name) != following.secret(name):
        raise Refusal(
            f"All is locked under the new key {name}. Now put {following.folder / name}.key in the place of "
            f"{name}.key among the credentials (systemd-creds encrypt), and run this again to end it.",
            4,
        )
    if keys.source != "credential":
        keys.put(name, following.secret(name))
    drop(keys, name)


def ended(keys, name: str) -> bool:
    """Whether a rotation was all but done: the secret that waited is the one in place, and is forgotten."""
    if done := waiting(keys).has(name) and waiting(keys).secret(name) == keys.secret(name):
        drop(keys, name)
    return done


def drop(keys, name: str) -> None:
    """Forget the secret that waited."""
    folder = waiting(keys).folder
    for path in (folder / f"{name}.key", folder / f"{name}.pub"):
        path.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def finish(keys, name: str, fits: Callable[[str], bool]) -> bool:
    """End a rotation that was cut short, if what lies there is the new key's; whether it was. Else it goes on waiting.

    Only under the night's lock: another process may be in the midst of one.
    """
    following = waiting(keys)
    if done := following.has(name) and fits(following.secret(name)):
        end(keys, name)
    return done
