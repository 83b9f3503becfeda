"""Sessions, links and the check of the key are the same on both engines."""

from datetime import timedelta

from cast.builders import NOW, person
from kloof.domain.access.people import Role
from kloof.storage.access import key_check, people, sessions, sign_ins

LONG_AGO = NOW - timedelta(hours=12)


def test_a_session_is_of_its_person_until_it_ends(either_database: str) -> None:
    sanne, noor = person(), person("Noor Desk", Role.DESK)
    for number, fingerprint in ((sanne, "a" * 64), (sanne, "b" * 64), (noor, "c" * 64)):
        sessions.begin(number, fingerprint, NOW, forgotten=LONG_AGO)
    found = sessions.person_of("a" * 64, since=LONG_AGO)
    assert found == people.by_id(sanne)
    sessions.end("a" * 64)
    assert sessions.person_of("a" * 64, since=LONG_AGO) is None
    assert sessions.person_of("b" * 64, since=LONG_AGO) == found
    sessions.end_all(sanne)
    assert sessions.person_of("b" * 64, since=LONG_AGO) is None
    assert sessions.person_of("c" * 64, since=LONG_AGO) == people.by_id(noor)


def test_a_session_is_over_when_it_began_too_long_ago_and_when_its_person_has_left(
    either_database: str,
) -> None:
    number = person()
    sessions.begin(number, "a" * 64, NOW, forgotten=LONG_AGO)
    assert sessions.person_of("a" * 64, since=NOW) is None
    assert sessions.person_of("a" * 64, since=NOW - timedelta(microseconds=1))
    people.leave(number)
    assert sessions.person_of("a" * 64, since=LONG_AGO) is None


def test_links_that_nobody_used_are_known_the_newest_first_and_last_when_they_are_renewed(
    either_database: str,
) -> None:
    number, later = person(), NOW + timedelta(hours=1)
    first = sign_ins.create(number, b"1" * 32, "1" * 64, "", NOW, NOW + timedelta(minutes=15))
    second = sign_ins.create(number, b"2" * 32, "2" * 64, "", later, later + timedelta(minutes=15))
    assert sign_ins.unused(number, NOW - timedelta(days=1), 10) == [(second, later), (first, NOW)]
    assert sign_ins.unused(number, NOW, 10) == [(second, later)]
    sign_ins.renew(first, later + timedelta(hours=1))
    found = sign_ins.usable("1" * 64, later + timedelta(minutes=30))
    assert found
    assert sign_ins.usable("2" * 64, later + timedelta(minutes=30)) is None
    sign_ins.renew(None, later)
    assert sign_ins.use(found, later)
    assert sign_ins.unused(number, NOW - timedelta(days=1), 10) == []
    assert not sign_ins.use(found, later)


def test_the_check_of_the_key_is_noted_once(either_database: str) -> None:
    assert key_check.noted() is None
    assert key_check.newest_link() is None
    key_check.note("a" * 64, NOW)
    key_check.note("b" * 64, NOW)
    assert key_check.noted() == "a" * 64
