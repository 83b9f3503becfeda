"""Whose a thing is: who may see it, in one place."""

from kloof.domain.access.people import Person
from kloof.domain.deals.deals import Deal


def owns(person: Person, deal: Deal) -> bool:
    """A salesperson sees the deals that they sold or took over, and nobody else's.

    Of the answers each sees what the customer let them see by name: `storage.staff.own_deals`.
    """
    return person.is_salesperson and person.id in {deal.salesperson, deal.successor}


def leads(person: Person, deal: Deal) -> bool:
    """A delivery lead sees the deals of their own team; who is in no team sees none."""
    return person.is_lead and bool(person.team) and person.team == deal.team


def makes_call(person: Person, owner: int | None) -> bool:
    """A call is made by its owner, and by the desk where it has none; nobody else sees what it is about."""
    if owner is None:
        return person.is_desk
    return person.is_salesperson and person.id == owner
