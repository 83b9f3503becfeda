"""Practice tables from the database to the release files, and what becomes of them afterwards."""

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from cast.builders import SECRET
from cast.respondents import MONDAY, answered_deals, customer_of, month, settings
from kloof.actions.releases.attack import audit
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.cli import main
from kloof.domain.access.secret_key import check_value
from kloof.publish.release_files import read_releases
from kloof.storage import counted_queries
from kloof.storage.access import key_check
from kloof.storage.models import Deal, PracticePart
from kloof.storage.releases import freezing, practice_parts, queueing

pytestmark = pytest.mark.slow


@pytest.fixture
def company(database, tmp_path):
    """A company with a hundred and twenty closed pairs; in about half of the deals there was a joint visit."""
    made = settings(tmp_path)
    made_deals = answered_deals(120, joint_visit=None)
    freeze(made, MONDAY)
    return made, made_deals


def test_a_practice_is_published_as_two_arms_that_together_are_their_blocks(company):
    document = publish(company[0], MONDAY).document
    whole = document.cells[0]
    assert [(arm.practice, arm.done) for arm in document.practices] == [
        ("joint_visit", True),
        ("joint_visit", False),
    ]
    assert sum(arm.n for arm in document.practices) == whole.n == 120
    # Each arm is rounded by itself, and so is each of four blocks: they agree, and not to the point.
    both = sum(arm.aspects["a1"].v for arm in document.practices)
    assert abs(both - whole.aspects["a1"].v) < 5 * (2 + len(whole.blocks))
    assert not both % 5
    assert document.guarantee.max_leverage <= 0.1
    assert audit(company[0].releases_folder).breaches == ()


def test_a_published_part_is_remembered_and_a_dry_run_remembers_nothing(company):
    publish(company[0], MONDAY, dry_run=True)
    assert practice_parts.standing() == ()
    publish(company[0], MONDAY)
    (part,) = practice_parts.standing()
    assert PracticePart.get().release == 1
    blocks = freezing.membership()
    known = {*zip(blocks.row.tolist(), blocks.person.tolist(), strict=True)}
    assert {*zip(part.members.row.tolist(), part.members.person.tolist(), strict=True)} <= known
    (members,) = practice_parts.membership()
    assert members.person.tolist() == part.members.person.tolist()


def test_a_withdrawn_answer_retires_the_part_and_wipes_its_sums(company):
    made, made_deals = company
    publish(made, MONDAY)
    queueing.withdraw_pair(made_deals[0], month(1))
    row = PracticePart.get()
    assert (bytes(row.done), bytes(row.not_done)) == (b"", b"")
    assert len(row.members) > 0
    gone = {block.id for block in read_releases(made.releases_folder)[0].document.blocks}
    document = publish(made, month(1)).document
    gone -= {block.id for block in document.blocks}
    assert gone
    assert not any(gone & set(arm.blocks) for arm in document.practices)
    assert audit(made.releases_folder).breaches == ()


def test_an_erased_customer_is_forgotten_in_practice_tables_too(company):
    made, made_deals = company
    publish(made, MONDAY)
    (part,) = practice_parts.membership()
    inside = part.person.tolist()
    customer = next(customer_of(deal) for deal in made_deals if customer_of(deal) in inside)
    freezing.forget_customer(customer)
    after = freezing.membership()
    assert customer not in after.person
    (part,) = practice_parts.membership()
    assert part.person.min() == after.person.min() == -1
    assert part.row.min() > 0


def test_deals_delivered_late_are_a_table_too(company):
    made, deals = company
    planned = date(2026, 2, 1)
    for number, deal in enumerate(deals):
        late = timedelta(days=(0, 5, 30)[number // 3 % 3])
        Deal.update(delivery_planned_on=planned, delivered_on=planned + late).where(Deal.id == deal).execute()
    document = publish(made, MONDAY).document
    sizes = {(arm.practice, arm.done): arm.n for arm in document.practices if "late" in arm.practice}
    assert sizes == {
        ("late", True): 78,
        ("late", False): 42,
        ("two_weeks_late", True): 39,
        ("two_weeks_late", False): 81,
    }
    assert audit(made.releases_folder).breaches == ()


def test_blocks_with_a_day_that_is_not_known_stand_in_no_table_of_late_deals(company):
    made, deals = company
    Deal.update(delivery_planned_on=date(2026, 2, 1), delivered_on=date(2026, 2, 9)).execute()
    Deal.update(delivery_planned_on=None).where(Deal.id.in_(deals[::2])).execute()
    assert {arm.practice for arm in publish(made, MONDAY).document.practices} == {"joint_visit"}


def test_a_table_grows_with_new_blocks_and_keeps_its_date_while_it_does_not(company):
    made, _ = company
    publish(made, MONDAY)
    answered_deals(15, seed=1, now=month(1))
    freeze(made, month(1))
    second = publish(made, month(1)).document
    assert {arm.as_of.release for arm in second.practices} == {1}
    answered_deals(120, seed=2, now=month(2), joint_visit=None)
    freeze(made, month(2))
    third = publish(made, month(2)).document
    assert {arm.as_of.release for arm in third.practices} == {3}
    assert sum(arm.n for arm in third.practices) > 200
    assert audit(made.releases_folder).breaches == ()


def test_publish_says_which_table_it_dropped(database, tmp_path, monkeypatch):
    """Blocks of twelve leave no room to be cut by sixty customers."""
    made = settings(tmp_path, url=database)
    sellers = ("Noor", "Joris", "Sanne", "Daan", "Emma")
    for number in range(5):
        product = f"product {number}"
        answered_deals(5, seed=20 + number, product=product, sellers=sellers, joint_visit=True)
        answered_deals(7, seed=30 + number, product=product, sellers=sellers)
    freeze(made, MONDAY)
    (tmp_path / "kloof.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KLOOF_DATABASE_URL", database)
    monkeypatch.setenv("KLOOF_SECRET_KEY", SECRET)
    key_check.note(check_value(SECRET), MONDAY)
    from kloof import storage

    storage.close_database()
    said = CliRunner().invoke(main, ["publish", "--json"])
    storage.open_database(database)
    assert json.loads(said.output)["dropped"] == ["project-1/practice/joint_visit"]
    assert practice_parts.standing() == ()


def test_no_query_per_pair_or_per_practice(company):
    with counted_queries() as few:
        publish(company[0], MONDAY, dry_run=True)
    answered_deals(120, seed=5, joint_visit=None)
    freeze(company[0], month(1))
    with counted_queries() as more:
        publish(company[0], month(1), dry_run=True)
    assert len(more) == len(few)
