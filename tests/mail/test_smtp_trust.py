"""The line is encrypted where it can be, the certificate must hold, and a wrong password is said."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from instruments.bad_server import BadServer
from kloof.mail.smtp import Smtp
from kloof.mail.transport import Fate, TransportError

TEXT = b"Message-ID: <1@example.com>\r\n\r\nHello\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key in one file, signed by itself, for 127.0.0.1."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail.test",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return both


def context(certificate: Path) -> ssl.SSLContext:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    return server


def elsewhere(port: int, login: str = "") -> Smtp:
    """A transport to this server as if it stood on another machine."""
    transport = Smtp(f"smtp://{login}127.0.0.1:{port}", seconds_to_answer=2)
    transport._is_here = False
    return transport


def check(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=data == LoginPassword(b"desk", b"p@ss/word"), handled=False)


def test_a_certificate_that_holds_encrypts_the_line_and_the_password_travels_in_it(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with BadServer(tls_context=context(certificate), authenticator=check, auth_required=True) as server:
        transport = elsewhere(server.port, "desk:p%40ss%2Fword@")
        transport.send("a@example.com", "b@example.com", TEXT)
        assert isinstance(transport.open().sock, ssl.SSLSocket)
        transport.close()
    assert len(server.accepted) == 1


def test_a_certificate_that_does_not_hold_stops_everything_before_a_word_is_said(certificate: Path) -> None:
    with BadServer(tls_context=context(certificate)) as server, pytest.raises(TransportError) as raised:
        elsewhere(server.port).send("a@example.com", "b@example.com", TEXT)
    assert "has a certificate that does not hold" in str(raised.value)
    assert (raised.value.fate, raised.value.of_server) == (Fate.RETRY, True)
    assert server.accepted == []


def test_a_wrong_password_is_said_with_where_to_mend_it(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        BadServer(tls_context=context(certificate), authenticator=check) as server,
        pytest.raises(TransportError, match="did not accept the user name and password") as raised,
    ):
        elsewhere(server.port, "desk:wrong@").send("a@example.com", "b@example.com", TEXT)
    assert "Check both in KLOOF_SMTP_URL" in str(raised.value)
    assert "wrong" not in str(raised.value)


def test_tls_at_a_port_without_it_says_which_scheme_goes_with_which_port() -> None:
    with (
        BadServer() as server,
        pytest.raises(TransportError, match="does not speak TLS the way it was asked"),
    ):
        Smtp(f"smtps://127.0.0.1:{server.port}").send("a@example.com", "b@example.com", TEXT)
