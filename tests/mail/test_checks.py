"""kloof mail test says what is well and what is wrong, step by step."""

from pathlib import Path

import pytest

from cast.selling import NOON, company
from instruments.bad_server import BadServer, Mood
from kloof.actions.mailing.trial import try_out
from kloof.config import Settings
from kloof.domain.errors import BadSettings, Refused
from kloof.mail.checks import Proof

RECORDS = {
    "warmtehuis.example": ["v=spf1 include:mail.example -all"],
    "_dmarc.warmtehuis.example": ["v=DMARC1; p=none"],
}


def settings(folder: Path, port: int) -> Settings:
    return company(folder).model_copy(update={"smtp_url": f"smtp://127.0.0.1:{port}"})


def proofs(settings: Settings, records: dict[str, list[str]]) -> list[Proof]:
    return list(try_out(settings, "me@example.com", NOON, lambda name: records.get(name, [])))


def test_a_mail_really_goes_out_and_the_records_are_looked_at(tmp_path: Path) -> None:
    with BadServer() as server:
        found = proofs(settings(tmp_path, server.port), RECORDS)
    assert len(server.accepted) == 1
    assert [proof.well for proof in found] == [True, True, True, False]
    assert found[3].what.startswith("DKIM: kloof signs nothing")


def test_missing_records_are_said_with_what_to_add(tmp_path: Path) -> None:
    with BadServer() as server:
        words = " ".join(proof.what for proof in proofs(settings(tmp_path, server.port), {}))
    assert 'Add TXT warmtehuis.example "v=spf1' in words
    assert 'Add TXT _dmarc.warmtehuis.example "v=DMARC1' in words


def test_a_refusal_is_said_in_the_words_of_the_server(tmp_path: Path) -> None:
    with BadServer(lambda: Mood.REFUSE) as server:
        first = proofs(settings(tmp_path, server.port), RECORDS)[0]
    assert first == Proof(False, "The server refused the address: 550 5.1.1 No such user here")


def test_dns_that_does_not_answer_is_no_reason_to_stop(tmp_path: Path) -> None:
    def silent(name: str) -> list[str]:
        raise OSError("LifetimeTimeout")

    with BadServer() as server:
        found = list(try_out(settings(tmp_path, server.port), "me@example.com", NOON, silent))
    assert [proof.well for proof in found] == [True, False]


def test_what_is_no_address_is_refused_before_anything_goes_out(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not an e-mail address"):
        list(try_out(settings(tmp_path, 1), "nobody", NOON))


def test_a_sender_must_be_set_before_mail_goes_to_a_real_server(tmp_path: Path) -> None:
    nameless = settings(tmp_path, 1).model_copy(update={"mail_from": ""})
    with pytest.raises(BadSettings, match="KLOOF_MAIL_FROM"):
        list(try_out(nameless, "me@example.com", NOON))
