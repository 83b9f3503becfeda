"""Fair play: what differs so much from how it goes with others that somebody should ask why; never a judgement.

Per signal and salesperson a share is compared with that of all others together: Fisher's exact test, two-sided, over
all salespeople and signals at once (Benjamini & Hochberg 1995). Chance alone, a list of bad addresses or a region with
other customers can be the reason, so what comes out is a question.

Addresses are counted as they are, since customers who were made up would let a salesperson look into a closed group:
seven of eight are enough. What was made up at public providers, a few at each, looks like anybody's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from kloof.domain.addresses import domain_of
from kloof.domain.statistics.many import adjusted

FALSE_DISCOVERIES: Final = 0.05
LEAST_OWN: Final = 20
LEAST_OTHERS: Final = 40
LEAST_DIFFERENCE: Final = 0.10
"""Difference between the two shares from which on one would ask at all."""


class Signal(StrEnum):
    """What is counted."""

    LOW_EXPECTATION = "low_expectation"  # closed groups in the lowest third of expectations
    NOT_ASKED = "not_asked"  # deals whose first survey never went out
    ADDRESS_CHANGED = "address_changed"  # deals whose customer got another address after they were loaded
    ANSWERED = "answered"  # first surveys that were answered
    REPORTED_LATE = "reported_late"  # deliveries that were reported long after the day


class Trace(StrEnum):
    """What addresses and networks may show of customers who were made up."""

    OWN_DOMAIN = "own_domain"  # customers at the company's own mail domain
    MANY_NAMES = "many_names"  # mailboxes that stand for several names
    ONE_DOMAIN = "one_domain"  # customers at one mail domain that hardly anybody else sells to
    ONE_NETWORK = "one_network"  # quarters of an hour in which several customers answered from one network


LEAST_AT_ONCE: Final = 4
"""Customers of one salesperson who send in from one network: half of what a closed group needs."""
MINUTES_AT_ONCE: Final = 15
"""What "at one time" is: a quarter of an hour by the clock."""
LEAST_NAMES: Final = 3
LEAST_AT_ONE_DOMAIN: Final = 4
PUBLIC_PROVIDERS: Final = (
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.nl", "hotmail.be", "live.com", "live.nl",
    "live.be", "msn.com", "icloud.com", "me.com", "mac.com", "yahoo.com", "ymail.com", "aol.com", "proton.me",
    "protonmail.com", "gmx.net", "gmx.de", "gmx.com", "web.de", "t-online.de", "zoho.com", "fastmail.com", "mail.com",
    "ziggo.nl", "kpnmail.nl", "kpnplanet.nl", "planet.nl", "hetnet.nl", "home.nl", "casema.nl", "upcmail.nl",
    "chello.nl", "quicknet.nl", "telfort.nl", "tele2.nl", "zeelandnet.nl", "solcon.nl", "online.nl", "xs4all.nl",
    "freedom.nl", "caiway.nl", "zonnet.nl", "wxs.nl", "versatel.nl", "onsbrabantnet.nl", "delta.nl", "odido.nl",
    "telenet.be", "skynet.be", "proximus.be", "scarlet.be",
)  # fmt: skip
"""Mail domains at which anybody may have an address."""

BOTH_WAYS: Final = frozenset({Signal.ANSWERED})
"""Signals of which a low share is as telling as a high one."""


@dataclass(frozen=True, slots=True)
class Count:
    """`hits` of `units` of one salesperson (a number) under one signal, over `deals` deals or customers."""

    person: int
    signal: Signal
    hits: int
    units: int
    deals: int


@dataclass(frozen=True, slots=True)
class Question:
    """A share that stands apart: own `hits` of `units`, and those of all others together."""

    person: int
    signal: Signal
    hits: int
    units: int
    other_hits: int
    other_units: int


def questions(counts: Sequence[Count]) -> tuple[Question, ...]:
    """What to ask about, in no order that means anything: by person and signal. At most one count for each pair.

    Only with at least 20 own deals, 40 of others, and 10 percentage points between the shares. What lies closer
    together counts as a test that found nothing, which makes the others harder to pass, never easier.
    """
    tested = [question for signal in Signal for question in _compared(signal, counts)]
    p_values = adjusted([_p_value(one) if _is_worth_asking(one) else 1.0 for one in tested])
    found = [question for question, p in zip(tested, p_values, strict=True) if p <= FALSE_DISCOVERIES]
    return tuple(sorted(found, key=lambda one: (one.person, one.signal)))


@dataclass(frozen=True, slots=True)
class Address:
    """A customer of one salesperson (a number) by their address, and under how many names their deals stand."""

    person: int
    email: str
    names: int


@dataclass(frozen=True, slots=True)
class TraceQuestion:
    """What one salesperson's customers leave behind, and how often; `domain` only where it is about one."""

    person: int
    trace: Trace
    hits: int
    domain: str = ""


def question_of(facts: Mapping[str, Any]) -> Question | TraceQuestion:
    """The question of which these are the fields, as JSON keeps them."""
    if "signal" in facts:
        return Question(**{**facts, "signal": Signal(facts["signal"])})
    return TraceQuestion(**{**facts, "trace": Trace(facts["trace"])})


def address_questions(
    addresses: Iterable[Address], company_domains: Collection[str]
) -> tuple[TraceQuestion, ...]:
    """What to ask about addresses, by person.

    Asked is about a customer at the company's own mail domain or below it, a mailbox under three names, and four
    customers (half of what a closed group needs) at one mail domain. What most others sell to as well is no such
    domain, whether it is in the list of public providers or not.
    """
    own = {domain.lower() for domain in company_domains} - set(PUBLIC_PROVIDERS)
    ours, names = defaultdict[int, int](int), defaultdict[tuple[int, str], int](int)
    at: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for one in addresses:
        domain = domain_of(one.email)
        names[one.person, _mailbox(one.email)] += one.names
        if any(domain == of or domain.endswith(f".{of}") for of in own):
            ours[one.person] += 1
        elif domain not in PUBLIC_PROVIDERS:
            at[domain][one.person] += 1
    aliases = [person for (person, _), count in names.items() if count >= LEAST_NAMES]
    found = [
        *(TraceQuestion(person, Trace.OWN_DOMAIN, hits) for person, hits in ours.items()),
        *(TraceQuestion(person, Trace.MANY_NAMES, aliases.count(person)) for person in set(aliases)),
        *_crowds(at),
    ]
    return tuple(sorted(found, key=lambda one: (one.person, one.trace, one.domain)))


def low_groups(means: Sequence[float]) -> tuple[bool, ...]:
    """Which of these closed groups lie in the lowest third of mean V; ties with the first above it do not."""
    if not means:
        return ()
    edge = sorted(means)[len(means) // 3]
    return tuple(mean < edge for mean in means)


def _crowds(at: dict[str, defaultdict[int, int]]) -> Iterator[TraceQuestion]:
    for domain, customers in at.items():
        for person, hits in customers.items():
            if hits >= LEAST_AT_ONE_DOMAIN and 2 * hits > sum(customers.values()):
                yield TraceQuestion(person, Trace.ONE_DOMAIN, hits, domain)


def _mailbox(address: str) -> str:
    """Where mail to this address arrives: what stands behind a plus is only a label."""
    name, _, domain = address.lower().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def _compared(signal: Signal, counts: Iterable[Count]) -> Iterable[Question]:
    own = [count for count in counts if count.signal is signal]
    hits, units, deals = (
        sum(count.hits for count in own),
        sum(count.units for count in own),
        sum(count.deals for count in own),
    )
    for count in own:
        if count.deals >= LEAST_OWN and deals - count.deals >= LEAST_OTHERS:
            yield Question(
                count.person, signal, count.hits, count.units, hits - count.hits, units - count.units
            )


def _is_worth_asking(question: Question) -> bool:
    difference = question.hits / question.units - question.other_hits / question.other_units
    return (abs(difference) if question.signal in BOTH_WAYS else difference) >= LEAST_DIFFERENCE


def _p_value(question: Question) -> float:
    from scipy.stats import fisher_exact  # a second to load: only for a page that needs it

    own = [question.hits, question.units - question.hits]
    others = [question.other_hits, question.other_units - question.other_hits]
    return float(fisher_exact([own, others]).pvalue)
