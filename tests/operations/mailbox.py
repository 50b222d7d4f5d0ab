"""A mail server for tests, on this machine: it keeps what it is sent, and can be told to refuse."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.message import Message
from pathlib import Path


@dataclass
class Mailbox:
    """What a mail server was sent, and every line it was told."""

    port: int = 0
    letters: list[Message] = field(default_factory=list)
    heard: list[tuple[bool, str]] = field(default_factory=list)  # (whether encrypted, line)
    password: str | None = None
    refuses: str | None = None  # a command answered with 550
    hangs_up_at: str | None = None

    def texts(self) -> list[str]:
        return [letter.get_payload(decode=True).decode() for letter in self.letters]


def certificate(folder: Path) -> Path:
    """A certificate for this machine and its key, in one file, trusted by nobody who is not told to."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server for tests")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = made.add_extension(names, False).sign(key, hashes.SHA256())
    own = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "mail.pem"
    path.write_bytes(own + signed.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def mail_server(pem: Path | None = None, **wanted) -> Iterator[Mailbox]:
    """A mail server while the block runs; with a certificate it offers STARTTLS, and a login only after it."""
    box = Mailbox(**wanted)
    secure = None
    if pem:
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.load_cert_chain(pem)
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", box.port), _talk(box, secure)) as server:
        box.port = server.server_address[1]
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()


def _talk(box: Mailbox, secure: ssl.SSLContext | None):
    class Talk(socketserver.StreamRequestHandler):
        timeout = 30

        def handle(self) -> None:
            with suppress(OSError):  # a client that hangs up, or trusts no certificate, is no fault to print
                self.converse()

        def converse(self) -> None:
            encrypted, lines = False, None
            self.say("220 ready")
            while raw := self.rfile.readline():
                line = raw.decode().rstrip("\r\n")
                if lines is not None:  # in the midst of a letter
                    if line == ".":
                        box.letters.append(message_from_string("\n".join([*lines, ""])))
                        lines = None
                        self.say("250 taken")
                    else:
                        lines.append(line.removeprefix("."))
                    continue
                box.heard.append((encrypted, line))
                word = line.split()[0].upper()
                if word == box.hangs_up_at:
                    return
                if word == box.refuses:
                    self.say("550 no")
                elif word == "EHLO":
                    offers = ["STARTTLS"] * bool(secure and not encrypted)
                    offers += ["AUTH PLAIN"] * bool(box.password and (encrypted or not secure))
                    for offer in ["here", *offers][:-1]:
                        self.say(f"250-{offer}")
                    self.say(f"250 {['here', *offers][-1]}")
                elif word == "STARTTLS":
                    self.say("220 go on")
                    self.request = secure.wrap_socket(self.request, server_side=True)
                    self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
                    encrypted = True
                elif word == "AUTH":
                    told = base64.b64decode(line.split()[2]).decode().split("\0")
                    self.say("235 in" if told[2] == box.password else "535 5.7.8 Zephaba is no password")
                elif word == "DATA":
                    lines = []
                    self.say("354 go on")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    return Talk
