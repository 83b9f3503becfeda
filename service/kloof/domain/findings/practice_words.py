"""What each practice is called in the middle of a sentence."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kloof.domain.deals.lateness import LATE, TWO_WEEKS_LATE
from kloof.domain.text import Text

PRACTICES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "joint_visit": Text(nl="een gezamenlijk bezoek vóór de offerte", en="a joint visit before the quote"),
        "quote_checked": Text(
            nl="een offerte die de uitvoering heeft nagekeken", en="a quote that delivery had checked"
        ),
        "exclusions_listed": Text(
            nl="een lijst van wat er niet bij hoort", en="a written list of what is not included"
        ),
        "seller_on_site": Text(
            nl="de verkoper erbij op de eerste ochtend", en="the seller on site the first morning"
        ),
        "handover_document": Text(nl="een overdrachtsdocument", en="a handover document"),
        "aftercare_call": Text(
            nl="een telefoontje van de verkoper na afloop", en="an after-care call by the seller"
        ),
        "complaint": Text(
            nl="een klacht vóór de tweede vragenlijst", en="a complaint before the second survey"
        ),
        LATE: Text(nl="een levering na de geplande dag", en="a delivery after the planned day"),
        TWO_WEEKS_LATE: Text(
            nl="een levering meer dan twee weken na de geplande dag",
            en="a delivery more than two weeks after the planned day",
        ),
    }
)
