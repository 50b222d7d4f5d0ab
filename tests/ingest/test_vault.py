"""The vault: what is locked away is what was read, only the secret half opens it, and damage is told in words."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from pyrage import x25519

from ingest import sealing, vault
from ingest.vault import StillArriving, Vault, open_kept, write_kept
from operations.keys import Keys
from refusal import Refusal

TEXT = b"child;Zeb Quagwort;S99 9AA\n" * 5000
SHA = hashlib.sha256(TEXT).hexdigest()


@pytest.fixture
def secret() -> str:
    return str(x25519.Identity.generate())


@pytest.fixture
def kept(tmp_path, secret) -> Vault:
    public = str(x25519.Identity.from_str(secret).to_public())
    return Vault(tmp_path / "vault", public, tmp_path / "plain")


@pytest.fixture
def sent(tmp_path) -> Path:
    path = tmp_path / "sent.csv"
    path.write_bytes(TEXT)
    return path


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def test_what_is_kept_is_locked_and_a_plain_copy_lies_apart(kept, sent, secret):
    got = kept.keep(sent)
    assert (got.path, got.sha256, got.bytes) == (kept.plain / SHA, SHA, len(TEXT))
    assert got.path.read_bytes() == TEXT
    (locked,) = files(kept.folder)
    assert locked == kept.folder / SHA[:2] / f"{SHA}.age"
    assert b"Quagwort" not in locked.read_bytes()
    assert open_kept(kept.folder, SHA, secret) == TEXT


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_nobody_else_may_read_either(kept, sent):
    got = kept.keep(sent)
    (locked,) = files(kept.folder)
    assert [p.stat().st_mode & 0o777 for p in (locked, got.path)] == [0o600, 0o600]
    assert {p.stat().st_mode & 0o777 for p in (kept.folder, locked.parent, kept.plain)} == {0o700}


def test_a_file_is_read_once(tmp_path, kept):
    """What is read from a pipe is gone from it: hash, copy and locked file all come of one reading."""
    there, here = os.pipe()
    with os.fdopen(here, "wb") as f:
        f.write(TEXT[:50_000])
    with os.fdopen(there, "rb") as source, (tmp_path / "copy").open("wb") as copy:
        passed = sealing.Passing(source, copy)
        sealing.lock(passed, tmp_path / "once.age", kept.recipient)
    assert (tmp_path / "copy").read_bytes() == TEXT[:50_000]
    assert passed.sha256 == hashlib.sha256(TEXT[:50_000]).hexdigest()


def test_the_same_bytes_are_kept_once_and_not_written_anew(kept, sent):
    kept.keep(sent)
    (locked,) = files(kept.folder)
    before = locked.read_bytes()
    kept.keep(sent)
    assert files(kept.folder) == [locked]
    assert locked.read_bytes() == before


def test_an_empty_file_is_a_file(kept, tmp_path, secret):
    (tmp_path / "empty").touch()
    got = kept.keep(tmp_path / "empty")
    assert open_kept(kept.folder, got.sha256, secret) == b""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no file that is longer than it says")
def test_a_file_still_being_copied_leaves_nothing(kept):
    """It gives more bytes than its size was when it was opened, as one that grows does."""
    with pytest.raises(StillArriving):
        kept.keep(Path("/proc/self/status"))
    assert files(kept.folder) == files(kept.plain) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("size", [3, 500_000])
def test_a_full_disk_is_never_taken_for_a_kept_file(tmp_path, kept, size):
    """The encryption library loses an error of the last write; a short file has no other."""
    (tmp_path / "f").write_bytes(b"x" * size)
    with (
        (tmp_path / "f").open("rb") as source,
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(OSError, match="No space"),
    ):
        sealing.encrypt(sealing.Passing(source), full, kept.recipient)


def test_a_vault_that_keeps_nothing_only_copies(tmp_path, sent):
    got = vault.nowhere(tmp_path / "plain").keep(sent)
    assert got.sha256 == SHA
    assert files(tmp_path / "plain") == [got.path]


def test_what_an_older_version_left_in_the_clear_is_locked_away(kept, secret):
    clear = kept.folder / SHA[:2] / SHA
    clear.parent.mkdir(parents=True)
    clear.write_bytes(TEXT)
    (kept.folder / ".partial-12").write_bytes(TEXT)
    assert vault.seal(kept) == 1
    assert files(kept.folder) == [clear.with_name(f"{SHA}.age")]
    assert open_kept(kept.folder, SHA, secret) == TEXT
    assert vault.seal(kept) == 0


@pytest.mark.parametrize("harm", ["cut", "changed", "other bytes", "no header", "missing"])
def test_damage_is_told_in_words(kept, sent, secret, harm):
    kept.keep(sent)
    (locked,) = files(kept.folder)
    whole = locked.read_bytes()
    match harm:
        case "cut":
            locked.write_bytes(whole[:-20])
        case "changed":
            locked.write_bytes(whole[:-20] + b"x" * 20)
        case "other bytes":
            sealing.lock_bytes(b"other", locked, kept.recipient)
        case "no header":
            locked.write_bytes(b"")
        case "missing":
            locked.unlink()
    says = "is not in the vault" if harm == "missing" else "is damaged"
    with pytest.raises(Refusal, match=says) as refused:
        open_kept(kept.folder, SHA, secret)
    assert refused.value.code == 4


def test_another_key_opens_nothing(kept, sent, secret, tmp_path):
    kept.keep(sent)
    other = str(x25519.Identity.generate())
    with pytest.raises(Refusal, match="does not open with the key vault") as refused:
        write_kept(kept.folder, SHA, tmp_path / "out", other)
    assert refused.value.code == 4
    assert not (tmp_path / "out").exists()
    assert write_kept(kept.folder, SHA, tmp_path / "out", other, secret) == len(TEXT)


def test_a_public_half_that_is_none_is_told(tmp_path, sent):
    with pytest.raises(Refusal, match="public half") as refused:
        Vault(tmp_path / "vault", "nonsense", tmp_path / "plain").keep(sent)
    assert refused.value.code == 4


@pytest.fixture
def command(tmp_path):
    """Run a command of the warehouse on a home: what it printed, and its exit code."""
    from typer.testing import CliRunner

    import warehouse

    def run(*words: str) -> tuple[str, int]:
        done = CliRunner().invoke(warehouse.app, ["--home", str(tmp_path / "home"), *words])
        return done.output, done.exit_code

    return run


def test_a_file_comes_out_as_it_was_received_and_the_audit_says_so(tmp_path, sent, command):
    keys = Keys(tmp_path / "home" / "keys", made_at_first_use=True)
    Vault(tmp_path / "home" / "vault", keys.public("vault"), tmp_path / "plain").keep(sent)
    out = tmp_path / "out.csv"
    assert SHA in command("vault", "list")[0]
    assert command("vault", "get", SHA, "--out", str(out)) == (
        f"{out}: {len(TEXT):,} bytes, as received.\n",
        0,
    )
    assert out.read_bytes() == TEXT
    assert '"vault get"' in (tmp_path / "home" / "audit" / "audit.jsonl").read_text()
    says, code = command("vault", "get", SHA, "--out", str(out))
    assert (says, code) == (f"{out} is there already. Name another file.\n", 2)
    assert command("vault", "get", "x", "--out", str(out))[1] == 2
    assert command("vault", "get", "0" * 64, "--out", str(tmp_path / "none"))[1] == 4


def test_without_the_secret_half_nothing_comes_out(tmp_path, sent, command):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text('encryption = "off"\nkeys = "file"\n')
    keys = Keys(tmp_path / "home" / "keys")
    keys.new("vault")
    Vault(tmp_path / "home" / "vault", keys.public("vault"), tmp_path / "plain").keep(sent)
    (keys.folder / "vault.key").unlink()
    says, code = command("vault", "get", SHA, "--out", str(tmp_path / "out"))
    assert (says.startswith("The key vault is missing"), code) == (True, 4)
