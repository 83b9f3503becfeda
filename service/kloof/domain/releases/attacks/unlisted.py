"""The list of what is withheld: whom it names, and why, must not hang on what anybody answered."""

from collections.abc import Iterator, Sequence

from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.document import Place, ReleaseDocument, WithheldReason
from kloof.domain.releases.format_1 import AnyRelease, ExactRelease

NAME = "withheld list"


def attack(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """Groups that are named because they answered, or alike; and groups with deals that are left out of the list."""
    for release in releases:
        if isinstance(release, ExactRelease):
            yield from _for_a_reason(release)
        elif release.response:
            yield from _by_their_deals(release)


def _for_a_reason(release: ExactRelease) -> Iterator[Breach]:
    for group in release.withheld:
        yield Breach(NAME, release.number, _name(group), "it is named only since somebody of it has answered")
        if group.reason is WithheldReason.HOMOGENEOUS:
            yield Breach(NAME, release.number, _name(group), "its reason says that they answered alike")


def _by_their_deals(release: ReleaseDocument) -> Iterator[Breach]:
    """Whoever has deals is published or withheld, and nobody else is: so neither tells of an answer."""
    deals = {_where(group) for group in release.response}
    told = {_where(cell) for cell in release.cells}
    withheld = {_where(group): group for group in release.withheld}
    for group in release.response:
        if _where(group) not in told and _where(group) not in withheld:
            yield Breach(
                NAME, release.number, _name(group), "it has deals, and is neither published nor withheld"
            )
    for where, withheld_group in withheld.items():
        if where in told:
            yield Breach(NAME, release.number, _name(withheld_group), "it is published and withheld")
        elif where not in deals:
            what = "it is named without deals: what it is named for may be an answer"
            yield Breach(NAME, release.number, _name(withheld_group), what)


def _where(place: Place) -> tuple[object, ...]:
    return place.survey, place.version, place.level, place.product, place.region, place.team


def _name(place: Place) -> str:
    names = (part for part in (place.product, place.region, place.team) if part)
    return f"{place.survey}-{place.version}/{'/'.join([place.level.value, *names])}"
