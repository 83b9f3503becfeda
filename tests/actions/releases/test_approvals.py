"""What comes out is what somebody looked at, and with two approvals what a second person agreed to."""

from datetime import timedelta
from pathlib import Path

import pytest

from cast.hooked import hooked, house, told
from cast.respondents import MONDAY, answered_deals, settings
from instruments.receivers import Receiver
from kloof.actions import person_data
from kloof.actions.releases import approvals, preview, site
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import made
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, ActorKind
from kloof.domain.access.proposals import ReleaseProposal
from kloof.domain.errors import Reason, Refused
from kloof.domain.webhooks.events import EventKind
from kloof.publish.release_files import Staged, read_releases
from kloof.storage.models import AuditEntry, Customer
from kloof.storage.releases import proposals

pytestmark = pytest.mark.slow

ANOUK = Actor(ActorKind.PERSON, 1, "desk")
NOOR = Actor(ActorKind.PERSON, 2, "desk")
LATER = MONDAY + timedelta(days=3)


@pytest.fixture(autouse=True)
def no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """How the pages are built is tried in test_preview."""
    monkeypatch.setattr(site, "write", lambda *_: None)
    monkeypatch.setattr(site, "render", lambda *_: None)


@pytest.fixture
def company(either_database: str, tmp_path: Path) -> Settings:
    made_up = settings(tmp_path, either_database, approvals=2)
    answered_deals(24, joint_visit=None)
    answered_deals(24, team="South", region="West", joint_visit=None, seed=1)
    freeze(made_up, MONDAY)
    (made_up.site_folder / "findings" / "releases").mkdir(parents=True)
    return made_up


@pytest.fixture
def practised(either_database: str, tmp_path: Path) -> Settings:
    """A company whose release holds a table of practices, which is rounded when the release is made."""
    made_up = settings(tmp_path, either_database, approvals=2)
    answered_deals(120, joint_visit=None)
    freeze(made_up, MONDAY)
    (made_up.site_folder / "findings" / "releases").mkdir(parents=True)
    return made_up


def proposed(company: Settings, who: Actor = ANOUK) -> ReleaseProposal:
    proposal = preview.make(company, MONDAY, who)
    assert proposal
    return proposal


def refused(company: Settings, digest: str | None, by: Actor = ANOUK) -> Reason:
    with pytest.raises(Refused) as refusal:
        approvals.publish(company, LATER, by, digest=digest)
    assert read_releases(company.releases_folder) == ()
    assert not list(company.releases_folder.glob(".staged-*"))
    return refusal.value.reason


def test_what_a_second_person_approved_comes_out_as_it_was_shown(practised: Settings) -> None:
    with Receiver() as receiver:
        hooked(house(practised.folder), receiver, MONDAY, events=[EventKind.RELEASE_PUBLISHED])
    proposal = proposed(practised)
    shown = made(practised, MONDAY, int(proposal.seed))
    approvals.approve(proposal.digest, NOOR, MONDAY)
    done = approvals.publish(practised, LATER, ANOUK, digest=proposal.digest)
    assert shown
    assert done.document
    assert told() == [{"kind": "release.published", "deal": None, "number": 1}]
    before, after = shown.publishable.document, done.document
    assert after.practices, "else chance has no part in it"
    assert after.practices == tuple(
        cell.model_copy(update={"as_of": cell.as_of.model_copy(update={"date": after.published_on})})
        for cell in before.practices
    )
    assert [(cell.id, cell.n, cell.aspects, cell.shares) for cell in after.cells] == [
        (cell.id, cell.n, cell.aspects, cell.shares) for cell in before.cells
    ]
    assert (before.published_on, after.published_on) == (practised.today(MONDAY), practised.today(LATER))


def test_with_another_seed_it_would_be_another_release(practised: Settings) -> None:
    """So that the test above cannot pass by itself."""
    proposal = proposed(practised)
    others = {digest(practised, seed) for seed in range(4)}
    assert others - {proposal.digest}


def digest(company: Settings, seed: int) -> str:
    found = made(company, MONDAY, seed)
    assert found
    return approvals.digest_of(found.publishable.document)


def test_without_a_second_person_nothing_comes_out(company: Settings) -> None:
    proposal = proposed(company)
    assert refused(company, proposal.digest) is Reason.NOT_APPROVED
    assert refused(company, proposal.digest, NOOR) is Reason.NOT_APPROVED, "to publish is not to approve"


def test_the_command_line_needs_the_approval_as_well(company: Settings) -> None:
    assert refused(company, None, COMMAND_LINE) is Reason.NOT_APPROVED
    proposal = proposed(company)
    assert refused(company, None, COMMAND_LINE) is Reason.NOT_APPROVED
    approvals.approve(proposal.digest, NOOR, MONDAY)
    assert approvals.publish(company, LATER, COMMAND_LINE).document


def test_nobody_approves_what_they_proposed_themselves(company: Settings) -> None:
    proposal = proposed(company)
    with pytest.raises(Refused) as refusal:
        approvals.approve(proposal.digest, ANOUK, MONDAY)
    assert refusal.value.reason is Reason.OWN_PROPOSAL
    with pytest.raises(Refused):
        approvals.approve(proposal.digest, COMMAND_LINE, MONDAY)
    assert refused(company, proposal.digest) is Reason.NOT_APPROVED


def test_an_erasure_takes_the_approval_with_it(company: Settings) -> None:
    proposal = proposed(company)
    approvals.approve(proposal.digest, NOOR, MONDAY)
    person_data.erase(company, str(Customer.select().first().email), MONDAY)
    assert refused(company, proposal.digest) is Reason.DRAFT_CHANGED
    assert refused(company, None, COMMAND_LINE) is Reason.DRAFT_CHANGED
    anew = proposed(company, NOOR)
    assert (anew.proposer, anew.approver) == (NOOR, None)
    assert refused(company, anew.digest) is Reason.NOT_APPROVED


def test_an_erasure_while_it_is_made_takes_the_approval_with_it(
    company: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the look at what stands, and before it is recorded."""
    proposal = proposed(company)
    approvals.approve(proposal.digest, NOOR, MONDAY)
    as_it_was = approvals.is_as_it_was

    def and_then_erased(one: ReleaseProposal) -> bool:
        found = as_it_was(one)
        person_data.erase(company, str(Customer.select().first().email), MONDAY)
        return found

    monkeypatch.setattr(approvals, "is_as_it_was", and_then_erased)
    assert refused(company, proposal.digest) is Reason.DRAFT_CHANGED


def test_a_group_that_closes_takes_the_approval_with_it(company: Settings) -> None:
    proposal = proposed(company)
    approvals.approve(proposal.digest, NOOR, MONDAY)
    answered_deals(14, team="East", seed=2)
    freeze(company, MONDAY)
    assert refused(company, proposal.digest) is Reason.DRAFT_CHANGED
    with pytest.raises(Refused) as refusal:
        approvals.approve(proposal.digest, NOOR, MONDAY)
    assert refusal.value.reason is Reason.DRAFT_CHANGED


def test_answers_that_only_wait_leave_the_approval_alone(company: Settings) -> None:
    proposal = proposed(company)
    approvals.approve(proposal.digest, NOOR, MONDAY)
    answered_deals(3, seed=3)
    assert approvals.publish(company, LATER, ANOUK, digest=proposal.digest).document


def test_looked_at_again_it_stays_whose_it_was_and_stays_approved(company: Settings) -> None:
    proposal = proposed(company)
    approvals.approve(proposal.digest, NOOR, MONDAY)
    again = proposed(company, NOOR)
    assert (again.id, again.proposer, again.approver) == (proposal.id, ANOUK, NOOR)


def test_a_digest_that_was_never_shown_is_no_approval(company: Settings) -> None:
    proposed(company)
    with pytest.raises(Refused) as refusal:
        approvals.approve("0" * 64, NOOR, MONDAY)
    assert refusal.value.reason is Reason.DRAFT_CHANGED
    assert refused(company, "0" * 64) is Reason.DRAFT_CHANGED


def test_with_one_approval_who_looked_at_it_publishes_it(company: Settings, tmp_path: Path) -> None:
    alone = settings(tmp_path, company.database_url, approvals=1)
    proposal = proposed(alone)
    assert approvals.publish(alone, LATER, ANOUK, digest=proposal.digest).document


def test_with_one_approval_the_command_line_goes_on_as_before(company: Settings, tmp_path: Path) -> None:
    alone = settings(tmp_path, company.database_url, approvals=1)
    proposed(alone)
    assert approvals.publish(alone, LATER, COMMAND_LINE).document
    assert proposals.standing() is None


def test_who_did_what_stands_in_the_log_and_by_the_release(company: Settings) -> None:
    proposal = proposed(company)
    approvals.approve(proposal.digest, NOOR, MONDAY)
    approvals.publish(company, LATER, ANOUK, digest=proposal.digest)
    told = [(row.what, row.person, row.detail) for row in AuditEntry.select().order_by(AuditEntry.id)]
    assert told[-3:] == [
        ("release_proposed", 1, "release 1"),
        ("release_approved", 2, "release 1"),
        ("published", 1, "release 1"),
    ]
    out = proposals.published()[1]
    assert (out.proposer, out.approver, out.published_at) == (ANOUK, NOOR, LATER)
    assert out.seed == "", "what rounded it is forgotten"


def test_published_twice_it_is_out_once(company: Settings) -> None:
    proposal = proposed(company)
    approvals.approve(proposal.digest, NOOR, MONDAY)
    first = approvals.publish(company, LATER, ANOUK, digest=proposal.digest)
    again = approvals.publish(company, LATER, ANOUK, digest=proposal.digest)
    assert first.document == again.document
    assert len(read_releases(company.releases_folder)) == 1
    assert AuditEntry.select().where(AuditEntry.what == "published").count() == 1


def test_a_publish_that_was_killed_when_it_was_recorded_is_put_in_place_by_the_next(
    company: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = proposed(company)
    approvals.approve(proposal.digest, NOOR, MONDAY)

    def killed(_: Staged) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(Staged, "put_in_place", killed)
        with pytest.raises(KeyboardInterrupt):
            approvals.publish(company, LATER, ANOUK, digest=proposal.digest)
    assert read_releases(company.releases_folder) == ()
    done = approvals.publish(company, LATER, ANOUK, digest=proposal.digest)
    assert done.document
    assert [one.number for one in read_releases(company.releases_folder)] == [1]


def test_what_is_new_is_told_by_count_and_by_group(company: Settings) -> None:
    proposal = proposed(company)
    news = proposal.news
    assert (news["customers"], news["gone"], news["moved"]) == (48, 0, [])
    assert ["project", "", "", ""] in news["first_shown"]


def test_nothing_new_is_no_proposal(company: Settings) -> None:
    proposal = proposed(company)
    approvals.approve(proposal.digest, NOOR, MONDAY)
    approvals.publish(company, LATER, ANOUK, digest=proposal.digest)
    assert preview.make(company, LATER, ANOUK) is None
