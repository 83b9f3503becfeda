"""What a soak looks for when its year is over: what was acknowledged and is not there, and what came twice."""

from collections import Counter
from typing import Any

from soak_players import Year


def checked(year: Year, url: str) -> dict[str, Any]:
    """The figures of this year; raises AssertionError with the first thing that went wrong in it."""
    from kloof import storage

    if year.trouble:
        raise year.trouble[0]
    came = f"{len(year.acknowledged)} deals, {len(year.mail.came)} mails, {len(year.answered)} answers, {year.said}"
    releases = any((year.folder / "site").glob("findings/releases/0*"))
    assert releases, f"so short a year brings no release: {came}"
    storage.open_database(url)
    storage.ensure_connected()
    try:
        return _kept(year)
    finally:
        storage.close_database()


def _kept(year: Year) -> dict[str, Any]:
    from kloof.storage.models import Block, Deal, Invitation, Release

    gone = year.acknowledged - {row.deal_id for row in Deal.select()}
    assert not gone, f"{len(gone)} acknowledged deals are not there"
    lost = _lost(year)
    assert not lost, f"{len(lost)} acknowledged answers are not there as they were given: {lost[:3]}"
    twice = {mail: times for mail, times in year.mail.came.items() if times > 1}
    assert not twice, f"mails that came more than once: {twice}"
    waves = Counter((row.deal_id, row.wave) for row in Invitation.select())
    assert max(waves.values()) == 1, "a deal has two surveys of a kind"
    return {
        "deals": len(year.acknowledged),
        "answers": len(year.answered),
        "mails": sum(year.mail.came.values()),
        "blocks": Block.select().count(),
        "releases": Release.select().count(),
        "links_closed": len(year.closed),
        "lost": 0,
        "doubled": 0,
    }


def _lost(year: Year) -> list[str]:
    """Of each survey behind which other answers are kept than were acknowledged, or none: in which state it is, and
    what is kept of it.
    """
    from kloof.actions.surveys.files import load_surveys
    from kloof.domain.access.tokens import fingerprint
    from kloof.domain.surveys.answers import pack
    from kloof.domain.surveys.definition import Wave
    from kloof.storage.models import Invitation, Response

    survey = load_surveys(year.folder / "surveys")["installation"]
    invited = {row.link_fingerprint: row for row in Invitation.select()}
    submitted = Response.select().where(Response.submitted_at.is_null(False))
    kept = {row.invitation.id: bytes(row.answers) for row in submitted}
    lost = []
    for token, marks in year.answered.items():
        one = invited.get(fingerprint(token))
        if one is None or kept.get(one.id) != pack(survey, Wave(one.wave), marks):
            lost.append(f"{one.wave} {one.state} {kept.get(one.id)!r}" if one else "no survey")
    return lost
