"""What an edit does to mail is told by what waits before and after."""

from dataclasses import replace

from cast.builders import NOW
from kloof.domain.deals.mail_effects import (
    MailEffectKind,
    MailStanding,
    OpenLink,
    WaitingMail,
    mail_effects,
)
from kloof.domain.surveys.definition import Wave

MAIL = WaitingMail(7, "D-1", "Invitation", 0, Wave.SALE, "jan@home.example", "nl", "Eva", NOW)
K = MailEffectKind


def told(before: WaitingMail | None, after: WaitingMail | None) -> list[MailEffectKind]:
    def standing(mail: WaitingMail | None) -> MailStanding:
        return MailStanding((mail,) if mail else (), ())

    return [effect.kind for effect in mail_effects(standing(before), standing(after))]


def test_a_mail_that_waits_as_before_is_not_spoken_of() -> None:
    assert told(MAIL, MAIL) == []


def test_each_thing_that_differs_is_told() -> None:
    assert told(MAIL, replace(MAIL, to="jan@new.example")) == [K.GOES_TO]
    assert told(MAIL, replace(MAIL, to="")) == [K.BY_LETTER]
    assert told(MAIL, replace(MAIL, language="en", seller="Kim")) == [K.IN_LANGUAGE, K.NAMES_SELLER]


def test_a_mail_in_place_of_another_is_new_and_one_without_is_not_sent() -> None:
    assert told(MAIL, replace(MAIL, id=8)) == [K.ANEW]
    assert told(None, MAIL) == [K.ANEW]
    assert told(MAIL, None) == [K.NOT_SENT]


def test_a_link_that_closes_is_told_and_one_that_stays_open_is_not() -> None:
    link = OpenLink("D-1", Wave.SALE, "a")
    (effect,) = mail_effects(MailStanding((), (link,)), MailStanding((), (replace(link, fingerprint="b"),)))
    assert (effect.kind, effect.deal_id, effect.mail) == (K.LINK_CLOSES, "D-1", None)
    assert mail_effects(MailStanding((), (link,)), MailStanding((), (link,))) == ()
