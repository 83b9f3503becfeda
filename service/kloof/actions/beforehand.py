"""What the worker looks at beforehand for the desk's first page."""

from datetime import datetime
from typing import Final

from kloof.actions import doctor
from kloof.actions.staff import accounts
from kloof.config import Settings
from kloof.domain.deals.steps import DealStep
from kloof.domain.jobs.looks import LookKind
from kloof.storage import kept_looks
from kloof.storage.deals import deals, funnel

LOOKED_AT: Final = 2_000
"""The newest deals, of which a page looks at whether their customers need an account.
Among some 100,000 deals that takes
seconds: all of them are the worker's.
"""
MOST_DOMAINS: Final = 5


def count_steps(settings: Settings, now: datetime) -> int:
    """Count how far the deals of the last weeks have come, for the page to show; gives of how many."""
    found = funnel.lately(settings.today(now))
    kept_looks.keep(LookKind.STEPS, found.as_facts(), now)
    return found.reached[DealStep.SOLD]


def check_up(settings: Settings, now: datetime) -> int:
    """Look for everything that is wrong with the installation, for the page to show; gives how much that is."""
    releases, others = doctor.wrong_at_length(settings)
    shared = accounts.shared_domains(settings) if deals.more_than(LOOKED_AT) else ()
    facts = {
        "releases": releases,
        "others": others,
        "shared": [[one.domain, one.customers] for one in shared[:MOST_DOMAINS]],
    }
    kept_looks.keep(LookKind.CHECK_UP, facts, now)
    return len(releases) + len(others) + len(shared)
