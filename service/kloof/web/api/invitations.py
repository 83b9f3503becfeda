"""The surveys and the mail of one deal: how they stand, what is sent again, what is asked no more."""

from kloof.actions.deals import by_hand
from kloof.actions.deals.edit import known
from kloof.domain.access.timeline import DealMail
from kloof.storage.deals import deal_page
from kloof.web.api.deals import by_token, states
from kloof.web.api.operations import Answer, operation
from kloof.web.api.shapes import InvitationsOut, MailAgain, MailOut, WaveIn
from kloof.web.app.context import now, settings


@operation(
    "GET",
    "/deals/{deal_id}/invitations",
    tag="Invitations",
    summary="How the surveys and the mail of a deal stand",
    gives={200: InvitationsOut},
    refuses=(404,),
)
def list_invitations(deal_id: str) -> Answer:
    """Every mail and letter to the customer about this deal, in the order in which they were queued."""
    return _answer(deal_id)


@operation(
    "POST",
    "/deals/{deal_id}/invitations/again",
    tag="Invitations",
    summary="Send a mail again that failed, came back or is held",
    takes=MailAgain,
    gives={200: InvitationsOut},
    refuses=(404, 409, 412),
)
def send_again(deal_id: str, body: MailAgain) -> Answer:
    """Where its bounce had stopped a survey, the survey goes on."""
    by_hand.send_again(settings(), deal_id, body.number, now(), by_token())
    return _answer(deal_id)


@operation(
    "POST",
    "/deals/{deal_id}/invitations/stop",
    tag="Invitations",
    summary="Ask no more about one survey of a deal",
    takes=WaveIn,
    gives={200: InvitationsOut},
    refuses=(404, 409, 412),
)
def stop_survey(deal_id: str, body: WaveIn) -> Answer:
    """What waits is not sent, and its link takes no answers."""
    by_hand.stop_survey(deal_id, body.wave, now(), by_token())
    return _answer(deal_id)


def _answer(deal_id: str) -> Answer:
    deal = known(deal_id).deal
    mails = [_mail(mail) for mail in deal_page.mails(deal.id)]
    return Answer(InvitationsOut(surveys=states(deal_page.surveys(deal.id)), mails=mails))


def _mail(mail: DealMail) -> MailOut:
    return MailOut(
        number=mail.id,
        kind=mail.kind,
        wave=mail.wave,
        state=mail.state,
        since=mail.since,
        sent_at=mail.sent_at,
    )
