"""A running worker says what the company says by now, and nothing at all while that cannot be used."""

from datetime import timedelta
from pathlib import Path

import pytest

from cast.mails import a_survey, outgoing
from cast.selling import NOON, company, survey
from kloof.domain.errors import BadSettings
from kloof.domain.mailing.kinds import INVITATION
from kloof.mail.rendering import MailRenderer


def test_a_text_that_changed_is_in_the_next_mail_of_the_same_renderer_and_a_broken_one_stops_it(
    tmp_path: Path,
) -> None:
    renderer = MailRenderer(company(tmp_path))

    def made() -> str:
        mail = outgoing(INVITATION, subject=a_survey())
        return renderer.render(mail, survey(), NOON + timedelta(days=45), NOON).data.decode()

    assert "Hallo" not in made()
    (tmp_path / "texts.yaml").write_text("greeting: {nl: 'Hallo {name},'}\n", encoding="utf-8")
    assert "Hallo" not in made(), "within a round every mail says the same"
    renderer.read_texts_again()
    assert "Hallo" in made()
    (tmp_path / "texts.yaml").write_text("greeting: {nl: 'Hallo {naam},'}\n", encoding="utf-8")
    with pytest.raises(BadSettings, match=r"{naam} cannot be filled in"):
        renderer.read_texts_again()
