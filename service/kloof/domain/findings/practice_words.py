"""What is said of deals with a practice beside deals without, and what each practice is called in a sentence."""

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

SMALLER: Final = Text(
    nl="In deals met {practice} was de kloof {distance} kleiner dan in andere deals van hetzelfde product "
    "({interval}). Wat klanten verwachtten, lag {v}; wat zij kregen, lag {r}.",
    en="In deals with {practice} the gap was {distance} smaller than in other deals of the same product "
    "({interval}). What customers expected was {v}; what they got was {r}.",
)
LARGER: Final = Text(
    nl="In deals met {practice} was de kloof {distance} groter dan in andere deals van hetzelfde product "
    "({interval}). Wat klanten verwachtten, lag {v}; wat zij kregen, lag {r}.",
    en="In deals with {practice} the gap was {distance} larger than in other deals of the same product "
    "({interval}). What customers expected was {v}; what they got was {r}.",
)
NOT_SHOWN: Final = Text(
    nl="Geen aantoonbaar verschil in kloof tussen deals van hetzelfde product met en zonder {practice} "
    "({distance}; {interval}).",
    en="No demonstrable difference in gap between deals of the same product with and without {practice} "
    "({distance}; {interval}).",
)
UNKNOWN: Final = Text(
    nl="Het verschil in kloof tussen deals van hetzelfde product met en zonder {practice} was {distance}. Of dat "
    "meer is dan toeval, is niet te zeggen: daarvoor moeten minstens {least} verkopers meetellen.",
    en="The difference in gap between deals of the same product with and without {practice} was {distance}. Whether "
    "that is more than chance cannot be said: that takes at least {least} salespeople.",
)
TAIL: Final = Text(
    nl="Deze deals verschilden ook op andere punten; dit toont geen oorzaak.",
    en="These deals differed in other ways too; this shows no cause.",
)
HIGHER: Final = Text(nl="{distance} hoger", en="{distance} higher")
LOWER: Final = Text(nl="{distance} lager", en="{distance} lower")
EQUAL: Final = Text(nl="even hoog", en="the same")
