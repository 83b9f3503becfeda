"""The words of the findings, Dutch and English side by side, with the same places to fill in.

B1 level. No word that blames, and none that says why: nothing here was decided by lot, except who was asked.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from kloof.domain.releases.document import WithheldReason
from kloof.domain.statistics.values import Unit
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Text

BASIS: Final = Text(nl="{deals} deals, {customers} klanten", en="{deals} deals, {customers} customers")
RESPONSE: Final = Text(nl="{share} van de gestarte deals", en="{share} of deals started")
INTERVAL: Final = Text(nl="95%-interval {interval}", en="95% interval {interval}")

GAP: Final = Text(
    nl="Klanten verwachtten bij verkoop gemiddeld {v} en gaven na levering {r}: kloof {s} ({basis}). "
    "Dit zegt niet waardoor.",
    en="Customers expected {v} on average at sale and gave {r} after delivery: gap {s} ({basis}). "
    "This does not say why.",
)
GAP_BETTER: Final = Text(
    nl="Klanten verwachtten bij verkoop gemiddeld {v} en gaven na levering {r}: kloof {s}, "
    "dus meer dan verwacht ({basis}). Dit zegt niet waardoor.",
    en="Customers expected {v} on average at sale and gave {r} after delivery: gap {s}, "
    "so more than expected ({basis}). This does not say why.",
)
NO_GAP_SHOWN: Final = Text(
    nl="Klanten verwachtten bij verkoop gemiddeld {v} en gaven na levering {r}. "
    "Geen aantoonbaar verschil: kloof {s} ({basis}).",
    en="Customers expected {v} on average at sale and gave {r} after delivery. "
    "No demonstrable difference: gap {s} ({basis}).",
)
MAY_EXIST: Final = Text(
    nl="Er kan een verschil zijn; met deze aantallen is het niet te zien.",
    en="There may be a difference; these numbers cannot show it.",
)
AMONG_MANY: Final = Text(
    nl="Los bekeken lijkt er een verschil, maar wie veel cijfers tegelijk bekijkt, ziet altijd wel iets.",
    en="On its own there seems to be a difference, but who looks at many figures at once always sees something.",
)
INDICATIVE: Final = Text(
    nl="Indicatief: minder dan {least} klanten.", en="Indicative: fewer than {least} customers."
)

SPLIT: Final = Text(
    nl="De verwachting lag gemiddeld {v} en de levering {r}. Dit zijn de twee delen van de kloof.",
    en="Expectation was on average {v} and delivery {r}. These are the two parts of the gap.",
)
ABOVE_NORM: Final = Text(
    nl="{distance} boven onze norm ({interval})", en="{distance} above our norm ({interval})"
)
BELOW_NORM: Final = Text(
    nl="{distance} onder onze norm ({interval})", en="{distance} below our norm ({interval})"
)
NEAR_NORM: Final = Text(
    nl="niet aantoonbaar boven of onder onze norm ({distance}; {interval})",
    en="not demonstrably above or below our norm ({distance}; {interval})",
)

CLAIM: Final = Text(
    nl="Bij {n} klanten viel het tegen. Bij {count} van hen ({share}; {interval}) haalden we wél onze norm; "
    "daar lag de verwachting boven de norm.",
    en="{n} customers got less than they expected. With {count} of them ({share}; {interval}) we did meet "
    "our norm; there the expectation was above the norm.",
)

MOVEMENT: Final = Text(
    nl="De kloof verschilt per klant. Dat gaat voor {v} samen met verschil in verwachting en voor {r} met "
    "verschil in wat zij kregen. Lopen beide evenveel uiteen, dan komt hier vanzelf 50% uit.",
    en="The gap differs between customers. {v} of that goes with differences in what they expected and {r} "
    "with differences in what they got. Where both differ equally, this is 50% by construction.",
)
MOVES_WITH_EXPECTATION: Final = Text(
    nl="De kloof verschilt per klant. Dat gaat samen met verschil in verwachting, niet met verschil in wat "
    "zij kregen.",
    en="The gap differs between customers. That goes with differences in what they expected, not with "
    "differences in what they got.",
)
MOVES_WITH_REALITY: Final = Text(
    nl="De kloof verschilt per klant. Dat gaat samen met verschil in wat zij kregen, niet met verschil in "
    "verwachting.",
    en="The gap differs between customers. That goes with differences in what they got, not with differences "
    "in what they expected.",
)
MOVES_NOWHERE: Final = Text(
    nl="De kloof was bij alle klanten even groot.", en="The gap was equally large for all customers."
)
SUPERIORITY: Final = Text(
    nl="Van elke 100 klanten verwachtten er ongeveer {customers} meer dan zij kregen; "
    "gelijk telt voor de helft.",
    en="About {customers} of every 100 customers expected more than they got; a tie counts for half.",
)

End = Literal["lowest", "highest"]
ENDS: Final[Mapping[tuple[Wave, End], Text]] = MappingProxyType(
    {
        (Wave.SALE, "highest"): Text(
            nl="{share} van de klanten koos bij verkoop het hoogste cijfer. Hoger kan de schaal niet meten.",
            en="{share} of customers chose the highest mark at sale. The scale cannot measure higher.",
        ),
        (Wave.SALE, "lowest"): Text(
            nl="{share} van de klanten koos bij verkoop het laagste cijfer. Lager kan de schaal niet meten.",
            en="{share} of customers chose the lowest mark at sale. The scale cannot measure lower.",
        ),
        (Wave.DELIVERY, "highest"): Text(
            nl="{share} van de klanten koos na levering het hoogste cijfer. Hoger kan de schaal niet meten.",
            en="{share} of customers chose the highest mark after delivery. The scale cannot measure higher.",
        ),
        (Wave.DELIVERY, "lowest"): Text(
            nl="{share} van de klanten koos na levering het laagste cijfer. Lager kan de schaal niet meten.",
            en="{share} of customers chose the lowest mark after delivery. The scale cannot measure lower.",
        ),
    }
)

STAYED: Final = Text(
    nl="We vergelijken {stayed} klanten die twee keer antwoordden met {left} klanten die na levering niet antwoordden.",
    en="We compare {stayed} customers who answered twice with {left} customers who did not answer after delivery.",
)
STAYED_HIGHER: Final = Text(
    nl="Wie twee keer antwoordde, verwachtte bij verkoop gemiddeld {distance} meer ({interval}).",
    en="Those who answered twice expected {distance} more on average at sale ({interval}).",
)
STAYED_LOWER: Final = Text(
    nl="Wie twee keer antwoordde, verwachtte bij verkoop gemiddeld {distance} minder ({interval}).",
    en="Those who answered twice expected {distance} less on average at sale ({interval}).",
)
STAYED_ALIKE: Final = Text(
    nl="Wat zij bij verkoop verwachtten, verschilde niet aantoonbaar ({distance}; {interval}).",
    en="What they expected at sale did not demonstrably differ ({distance}; {interval}).",
)
STAYED_BOUNDS: Final = Text(
    nl="Wat de anderen ook hadden gegeven, de kloof van allen samen ligt tussen {low} en {high}.",
    en="Whatever the others would have given, the gap of all together lies between {low} and {high}.",
)

STAYED_TAIL: Final = Text(
    nl="Waarom de anderen niet antwoordden, weten we niet.",
    en="We do not know why the others did not answer.",
)

ASKING: Final = Text(
    nl="Een loting bepaalde wie bij verkoop is gevraagd en wie niet. We vergelijken {asked} klanten die wel zijn "
    "gevraagd met {not_asked} klanten die niet zijn gevraagd.",
    en="A draw decided who was asked at sale and who was not. We compare {asked} customers who were asked with "
    "{not_asked} customers who were not.",
)
ASKING_TAIL: Final = Text(
    nl="De loting bepaalde wie werd gevraagd, niet wie antwoordde: wie wel is gevraagd, telt hier pas mee na twee "
    "antwoorden.",
    en="The draw decided who was asked, not who answered: those who were asked count here only after two answers.",
)
ASKED_HIGHER: Final = Text(
    nl="Wie wel is gevraagd, gaf na levering gemiddeld {distance} meer ({interval}).",
    en="Those who were asked gave {distance} more on average after delivery ({interval}).",
)
ASKED_LOWER: Final = Text(
    nl="Wie wel is gevraagd, gaf na levering gemiddeld {distance} minder ({interval}).",
    en="Those who were asked gave {distance} less on average after delivery ({interval}).",
)
ASKED_ALIKE: Final = Text(
    nl="Wat zij na levering gaven, verschilde niet aantoonbaar ({distance}; {interval}).",
    en="What they gave after delivery did not demonstrably differ ({distance}; {interval}).",
)

PROMISES: Final = Text(
    nl="Van {known} beloften met een bekende uitkomst: {kept} nagekomen ({share}; {interval}), {partly} deels "
    "en {broken} niet.",
    en="Of {known} promises with a known outcome: {kept} kept ({share}; {interval}), {partly} partly and "
    "{broken} not.",
)
PROMISES_OPEN: Final = Text(nl="Nog niet bekend: {unknown}.", en="Not known yet: {unknown}.")

PRACTICE_SMALLER: Final = Text(
    nl="In deals met {practice} was de kloof {distance} kleiner ({range}): de verwachting lag {v} en de "
    "levering {r}.",
    en="In deals with {practice} the gap was {distance} smaller ({range}): expectation was {v} and "
    "delivery {r}.",
)
PRACTICE_LARGER: Final = Text(
    nl="In deals met {practice} was de kloof {distance} groter ({range}): de verwachting lag {v} en de "
    "levering {r}.",
    en="In deals with {practice} the gap was {distance} larger ({range}): expectation was {v} and "
    "delivery {r}.",
)
PRACTICE_ALIKE: Final = Text(
    nl="Geen aantoonbaar verschil in kloof tussen deals met en zonder {practice} ({distance}; {interval}).",
    en="No demonstrable difference in gap between deals with and without {practice} "
    "({distance}; {interval}).",
)
PRACTICE_TAIL: Final = Text(
    nl="Deze deals verschilden ook op andere punten; dit toont geen oorzaak.",
    en="These deals differed in other ways too; this shows no cause.",
)
HIGHER: Final = Text(nl="{distance} hoger", en="{distance} higher")
LOWER: Final = Text(nl="{distance} lager", en="{distance} lower")
ALIKE: Final = Text(nl="gelijk", en="the same")
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
    }
)

WITHHELD: Final[Mapping[WithheldReason, Text]] = MappingProxyType(
    {
        WithheldReason.TOO_FEW: Text(
            nl="Te weinig antwoorden om te publiceren.", en="Too few answers to publish."
        ),
        WithheldReason.TOO_FEW_SALESPEOPLE: Text(
            nl="Te weinig verkopers om te publiceren: iemand zou te herkennen zijn.",
            en="Too few salespeople to publish: someone could be recognised.",
        ),
        WithheldReason.HOMOGENEOUS: Text(
            nl="De antwoorden lijken te veel op elkaar: wie het cijfer ziet, weet wat ieder antwoordde.",
            en="The answers are too much alike: whoever sees the figure knows what each person answered.",
        ),
        WithheldReason.WAITING: Text(
            nl="Er zijn antwoorden. Ze wachten tot ze samen met andere gepubliceerd kunnen worden.",
            en="There are answers. They wait until they can be published together with others.",
        ),
        WithheldReason.CERTIFICATE: Text(
            nl="Samen met eerdere publicaties zou dit te veel over mensen laten zien.",
            en="Together with earlier publications this would show too much about people.",
        ),
    }
)
NOT_ENOUGH: Final = Text(
    nl="Te weinig {unit} voor dit cijfer: {have}, en er zijn er {needed} nodig.",
    en="Too few {unit} for this figure: {have}, and it needs {needed}.",
)
UNITS: Final[Mapping[Unit, Text]] = MappingProxyType(
    {
        "customers": Text(nl="klanten", en="customers"),
        "promises": Text(nl="beloften", en="promises"),
        "salespeople": Text(nl="verkopers", en="salespeople"),
        "groups": Text(nl="groepen", en="groups"),
    }
)
