"""The calls of Warmtehuis, made by the week: what came of them is made up by seeded chance."""

import random
from datetime import datetime

from kloof.actions.staff import calls
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.people import Person
from kloof.domain.staff.calls import CallOutcome
from kloof.storage.access import people
from kloof.storage.staff import call_records
from kloof.storage.staff import calls as calls_store

MOST_A_WEEK = 100
NOTES = {
    CallOutcome.SOLVED: ("Monteur teruggestuurd, nu in orde.", "Uitgelegd wat er wel en niet bij zat.", ""),
    CallOutcome.NOT_SOLVED: ("De datum is niet meer te halen. Excuses gemaakt.", ""),
    CallOutcome.NOT_REACHED: ("Voicemail ingesproken.", ""),
}
WORDS = {True: ("Netjes opgelost.", ""), False: ("Er is nog niemand geweest.",)}


def make(settings: Settings, chance: random.Random, now: datetime) -> None:
    """Everybody makes the calls that are due, and most customers answer whether it is solved."""
    owners = {person.name: person for person in people.salespeople().values()}
    for late in calls_store.overdue(settings.today(now), MOST_A_WEEK):
        _make(settings, owners[late.owner_name], late.deal_id, chance, now)


def _make(settings: Settings, owner: Person, deal_id: str, chance: random.Random, now: datetime) -> None:
    (outcome,) = chance.choices(list(NOTES), weights=(6, 2, 2))
    calls.record(settings, owner, deal_id, outcome, chance.choice(NOTES[outcome]), now)
    if outcome is CallOutcome.SOLVED and chance.random() < 0.6:
        token = tokens.token(settings.secret_key, tokens.Purpose.SOLVED, call_records.link_salt(deal_id))
        is_solved = chance.random() < 0.9
        calls.answer(settings, token, is_solved=is_solved, words=chance.choice(WORDS[is_solved]), now=now)
