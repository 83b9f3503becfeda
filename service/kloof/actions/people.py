"""Who of the company can sign in."""

from datetime import datetime

from kloof import storage
from kloof.domain.deal_files import is_address
from kloof.domain.errors import BadInput
from kloof.domain.people import Role
from kloof.storage import people


def add(email: str, name: str, role: Role, team: str, now: datetime) -> bool:
    """Add somebody, or change what is known of them; gives whether they are new. Raises BadInput for a bad address."""
    if not is_address(email.strip()):
        raise BadInput([f"{email!r} is not an e-mail address."], remedy="Write it like name@company.nl.")
    with storage.transaction():
        return people.put(email, name.strip(), role, team.strip(), now)
