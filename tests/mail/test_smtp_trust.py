"""The line is encrypted where it can be, the certificate must hold, and a wrong password is said."""

import ssl
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from cast.selling import company
from instruments.bad_server import BadServer
from instruments.certificates import as_server, self_signed
from kloof.domain.errors import BadSettings
from kloof.domain.mailing.server_words import About
from kloof.mail import open_transport
from kloof.mail.smtp import Smtp
from kloof.mail.transport import Fate, TransportError

TEXT = b"Message-ID: <1@example.com>\r\n\r\nHello\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key in one file, signed by itself, for 127.0.0.1."""
    return self_signed(tmp_path_factory.mktemp("tls"))


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
    with BadServer(tls_context=as_server(certificate), authenticator=check, auth_required=True) as server:
        transport = elsewhere(server.port, "desk:p%40ss%2Fword@")
        transport.send("a@example.com", "b@example.com", TEXT)
        assert isinstance(transport.open().sock, ssl.SSLSocket)
        transport.close()
    assert len(server.accepted) == 1


def test_a_certificate_that_does_not_hold_stops_everything_before_a_word_is_said(certificate: Path) -> None:
    with BadServer(tls_context=as_server(certificate)) as server, pytest.raises(TransportError) as raised:
        elsewhere(server.port).send("a@example.com", "b@example.com", TEXT)
    assert "has a certificate that does not hold" in str(raised.value)
    assert (raised.value.fate, raised.value.of_server) == (Fate.RETRY, True)
    assert server.accepted == []


def test_a_wrong_password_is_said_with_where_to_mend_it(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        BadServer(tls_context=as_server(certificate), authenticator=check) as server,
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


def knows(user: str, password: str) -> Callable[..., AuthResult]:
    """Lets in who says these two, in UTF-8 (RFC 4616)."""

    def check(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=data == LoginPassword(user.encode(), password.encode()), handled=False)

    return check


@pytest.mark.parametrize("without", [(), ("PLAIN",), ("LOGIN",)], ids=["both", "by LOGIN", "by PLAIN"])
@pytest.mark.parametrize("password", ["péss€", "密码 пароль", "plain"])
def test_a_password_with_letters_of_any_script_signs_in(without: tuple[str, ...], password: str) -> None:
    more = {"auth_require_tls": False, "auth_exclude_mechanism": without}
    with BadServer(authenticator=knows("kloof", password), **more) as server:
        transport = Smtp(f"smtp://kloof:{quote(password)}@127.0.0.1:{server.port}")
        transport.send("a@example.com", "b@example.com", TEXT)
        transport.close()
    assert len(server.accepted) == 1


def test_a_wrong_password_of_any_script_is_about_us_and_costs_no_mail() -> None:
    with (
        BadServer(authenticator=knows("kloof", "péss"), auth_require_tls=False) as server,
        pytest.raises(TransportError, match="did not accept the user name and password") as raised,
    ):
        Smtp(f"smtp://kloof:p%C3%A9s@127.0.0.1:{server.port}").send("a@example.com", "b@example.com", TEXT)
    assert (raised.value.about, raised.value.fate, raised.value.of_server) == (About.US, Fate.RETRY, True)


def test_where_no_such_password_can_be_said_that_is_said() -> None:
    more = {"auth_require_tls": False, "auth_exclude_mechanism": ("PLAIN", "LOGIN")}
    with (
        BadServer(authenticator=knows("kloof", "péss"), **more) as server,
        pytest.raises(TransportError, match="no way to sign in with letters such as é") as raised,
    ):
        Smtp(f"smtp://kloof:p%C3%A9ss@127.0.0.1:{server.port}").send("a@example.com", "b@example.com", TEXT)
    assert raised.value.of_server


def test_the_companys_own_authority_is_trusted_once_it_is_named(certificate: Path) -> None:
    with BadServer(tls_context=as_server(certificate)) as server:
        transport = Smtp(f"smtp://127.0.0.1:{server.port}", seconds_to_answer=2, ca_file=certificate)
        transport._is_here = False
        transport.send("a@example.com", "b@example.com", TEXT)
        assert not transport.travels_in_the_open
        transport.close()
    assert len(server.accepted) == 1


def test_an_authority_that_cannot_be_used_is_said_before_a_mail_is_taken_for_it(
    certificate: Path, tmp_path: Path
) -> None:
    gone = tmp_path / "ca.pem"
    with pytest.raises(BadSettings, match=r"mail\.ca_file"):
        Smtp("smtps://127.0.0.1:1", ca_file=gone)
    gone.write_bytes(certificate.read_bytes())
    transport = Smtp("smtps://127.0.0.1:1", ca_file=gone)
    gone.unlink()
    with pytest.raises(TransportError, match=r"mail\.ca_file") as raised:
        transport.send("a@example.com", "b@example.com", TEXT)
    assert (raised.value.of_server, raised.value.fate) == (True, Fate.RETRY)


def test_a_server_elsewhere_without_tls_takes_mail_in_the_open_and_that_is_known() -> None:
    with BadServer() as server:
        transport = elsewhere(server.port)
        assert transport.travels_in_the_open
        transport.close()
        here = Smtp(f"smtp://127.0.0.1:{server.port}")
        assert not here.travels_in_the_open
        here.close()


@pytest.mark.parametrize(
    "base", ["http://localhost:8000", "http://127.0.0.1:8000", "http://127.8.9.1", "http://[::1]:80"]
)
def test_links_to_this_machine_do_not_go_out_by_a_server_elsewhere(tmp_path: Path, base: str) -> None:
    settings = company(tmp_path).model_copy(update={"smtp_url": "smtp://mail.example:587", "base_url": base})
    with pytest.raises(
        BadSettings, match="KLOOF_BASE_URL: the links in every mail would lead to this machine"
    ):
        open_transport(settings)


@pytest.mark.parametrize("base", ["https://localhost.evil.example", "https://kloof.example/"])
def test_a_name_that_only_begins_like_this_machine_is_another(tmp_path: Path, base: str) -> None:
    settings = company(tmp_path).model_copy(update={"smtp_url": "smtp://mail.example:587", "base_url": base})
    assert isinstance(open_transport(settings), Smtp)
