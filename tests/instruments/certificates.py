"""Certificates for servers on this machine, signed by themselves."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest


def self_signed(folder: Path, name: str = "IP:127.0.0.1") -> Path:
    """A certificate for this name, and its key, in one file; skips by name where there is no openssl."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail.test",
         "-addext", f"subjectAltName={name}", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return both


def as_server(certificate: Path) -> ssl.SSLContext:
    """What a server needs to show this certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context
