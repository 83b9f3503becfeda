"""The words of the findings, Dutch and English side by side, with the same places to fill in.

B1 level. No word that blames, and none that says why: nothing here was decided by lot, except who was asked.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from kloof.domain.statistics.values import Unit
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Text

DEALS: Final = Text(nl="{deals} deals", en="{deals} deals")
ONE_DEAL: Final = Text(nl="1 deal", en="1 deal")
BASIS: Final = Text(
    nl="{deals} van minstens {customers} klanten", en="{deals} of at least {customers} customers"
)
RESPONSE: Final = Text(nl="ongeveer {share} van de gestarte deals", en="about {share} of deals started")
INTERVAL: Final = Text(nl="95%-interval {interval}", en="95% interval {interval}")

GAP: Final = Text(
    nl="Klanten verwachtten bij verkoop gemiddeld {v} en gaven na levering {r}: kloof {s} ({basis}).",
    en="Customers expected {v} on average at sale and gave {r} after delivery: gap {s} ({basis}).",
)
GAP_BETTER: Final = Text(
    nl="Klanten verwachtten bij verkoop gemiddeld {v} en gaven na levering {r}: kloof {s}, "
    "dus meer dan verwacht ({basis}).",
    en="Customers expected {v} on average at sale and gave {r} after delivery: gap {s}, "
    "so more than expected ({basis}).",
)
NO_GAP_SHOWN: Final = Text(
    nl="Klanten verwachtten bij verkoop gemiddeld {v} en gaven na levering {r}. "
    "Geen aantoonbaar verschil: kloof {s} ({basis}).",
    en="Customers expected {v} on average at sale and gave {r} after delivery. "
    "No demonstrable difference: gap {s} ({basis}).",
)
GAP_TOO_SMALL: Final = Text(
    nl="Klanten verwachtten bij verkoop gemiddeld {v} en gaven na levering {r}. "
    "Geen verschil dat ertoe doet (kleiner dan {margin}): kloof {s} ({basis}).",
    en="Customers expected {v} on average at sale and gave {r} after delivery. "
    "No difference that matters (less than {margin}): gap {s} ({basis}).",
)
NO_CAUSE: Final = Text(
    nl="Waardoor dat komt, laten deze cijfers niet zien.", en="These figures do not show why."
)
SMALL: Final = Text(
    nl="De kloof is wel aan te tonen, maar klein: minder dan {margin}.",
    en="The gap can be demonstrated, but it is small: less than {margin}.",
)
APART: Final = Text(
    nl="Dat gemiddelde verbergt verschillen: van {low} ({lowest}) tot {high} ({highest}).",
    en="That average hides differences: from {low} ({lowest}) to {high} ({highest}).",
)
UNKNOWN: Final = Text(
    nl="Hoe zeker dit is, is nog niet te zeggen: daarvoor zijn minstens 30 deals met twee antwoorden nodig.",
    en="How certain this is cannot be said yet: that takes at least 30 deals with two answers.",
)
THESE_SELLERS: Final = Text(
    nl="Het interval geldt alleen voor klanten van deze verkopers.",
    en="The interval holds only for customers of these salespeople.",
)
MAY_EXIST: Final = Text(
    nl="Er kan een verschil zijn; met deze aantallen is het niet te zien.",
    en="There may be a difference; these numbers cannot show it.",
)
AMONG_MANY: Final = Text(
    nl="Los bekeken lijkt er een verschil, maar wie vaak kijkt, en naar veel cijfers, ziet altijd wel iets.",
    en="On its own there seems to be a difference, but who looks often, and at many figures, always sees something.",
)
INDICATIVE: Final = Text(
    nl="Indicatief: minder dan {least} klanten.", en="Indicative: fewer than {least} customers."
)

SPLIT: Final = Text(
    nl="De verwachting lag gemiddeld {v} en de levering {r}. Dit zijn de twee delen van de kloof.",
    en="Expectation was on average {v} and delivery {r}. These are the two parts of the gap.",
)
ABOVE_NORM: Final = Text(nl="{distance} boven onze norm{interval}", en="{distance} above our norm{interval}")
BELOW_NORM: Final = Text(nl="{distance} onder onze norm{interval}", en="{distance} below our norm{interval}")
NEAR_NORM: Final = Text(
    nl="niet aantoonbaar boven of onder onze norm ({distance}; {interval})",
    en="not demonstrably above or below our norm ({distance}; {interval})",
)

ALL_SHORT: Final = Text(
    nl="Op alle {n} aspecten kregen klanten aantoonbaar minder dan zij verwachtten.",
    en="On all {n} aspects customers demonstrably received less than they expected.",
)
ALL_BETTER: Final = Text(
    nl="Op alle {n} aspecten kregen klanten aantoonbaar meer dan zij verwachtten.",
    en="On all {n} aspects customers demonstrably received more than they expected.",
)
SOME_SHORT: Final = Text(
    nl="Op {short} van de {n} aspecten kregen klanten aantoonbaar minder dan zij verwachtten.",
    en="On {short} of {n} aspects customers demonstrably received less than they expected.",
)
SOME_BETTER: Final = Text(
    nl="Op {better} van de {n} aspecten kregen klanten aantoonbaar meer dan zij verwachtten.",
    en="On {better} of {n} aspects customers demonstrably received more than they expected.",
)
NONE_SHOWN: Final = Text(
    nl="Op geen van de {n} aspecten is een verschil aan te tonen.",
    en="No difference can be demonstrated on any of the {n} aspects.",
)
REST_UNCLEAR: Final = Text(
    nl="Op de andere {unclear} is geen verschil aan te tonen.",
    en="On the other {unclear} no difference can be demonstrated.",
)
LAST_UNCLEAR: Final = Text(
    nl="Op het andere aspect is geen verschil aan te tonen.",
    en="On the other aspect no difference can be demonstrated.",
)
ONE_SHORT: Final = Text(
    nl="Op het ene aspect kregen klanten aantoonbaar minder dan zij verwachtten.",
    en="On the one aspect customers demonstrably received less than they expected.",
)
ONE_BETTER: Final = Text(
    nl="Op het ene aspect kregen klanten aantoonbaar meer dan zij verwachtten.",
    en="On the one aspect customers demonstrably received more than they expected.",
)
ONE_UNCLEAR: Final = Text(
    nl="Op het ene aspect is geen verschil aan te tonen.",
    en="On the one aspect no difference can be demonstrated.",
)

CLAIM: Final = Text(
    nl="Van de klanten die minstens onze norm kregen, was {met} teleurgesteld; van wie minder kreeg {missed}.",
    en="Of customers who got at least our norm {met} were disappointed; of those who got less {missed}.",
)
CLAIM_MORE: Final = Text(
    nl="Dat verschil is aan te tonen: ongeveer {more} procentpunt ({interval}).",
    en="That difference can be demonstrated: about {more} percentage points ({interval}).",
)
CLAIM_UNSURE: Final = Text(
    nl="Een verschil is daarmee niet aan te tonen ({interval} procentpunt).",
    en="That does not demonstrate a difference ({interval} percentage points).",
)
CLAIM_AT_NORM: Final = Text(
    nl="Had iedereen onze norm verwacht, en hetzelfde gekregen, dan was {all} teleurgesteld.",
    en="Had everybody expected our norm, and got the same, {all} would have been disappointed.",
)
ABOUT: Final = Text(nl="ongeveer {share}", en="about {share}")
UNDER: Final = Text(nl="minder dan 10%", en="fewer than 10%")
OVER: Final = Text(nl="meer dan 90%", en="over 90%")

ORDER: Final = Text(
    nl="Van elke 100 klanten kregen er {higher} minder dan zij verwachtten, {equal} evenveel en {lower} meer.",
    en="Of every 100 customers {higher} got less than they expected, {equal} as much and {lower} more.",
)
UNDER_TEN: Final = Text(nl="minder dan 10", en="fewer than 10")
OVER_NINETY: Final = Text(nl="meer dan 90", en="over 90")

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
    nl="We vergelijken {stayed} deals met twee antwoorden met {left} deals waarin de klant na levering niet "
    "antwoordde.",
    en="We compare {stayed} deals with two answers with {left} deals in which the customer did not answer after "
    "delivery.",
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
    nl="Wat de anderen ook hadden gegeven: de kloof van al deze deals samen ligt tussen {low} en {high}, toeval "
    "meegerekend.",
    en="Whatever the others would have given: the gap of all these deals together lies between {low} and {high}, "
    "chance included.",
)
STAYED_TAIL: Final = Text(
    nl="Waarom de anderen niet antwoordden, weten we niet.",
    en="We do not know why the others did not answer.",
)

ASKING: Final = Text(
    nl="Een loting bepaalde wie bij verkoop is gevraagd en wie niet. We vergelijken {asked} deals waarin dat wel is "
    "gevraagd met {not_asked} deals waarin dat niet is gevraagd.",
    en="A draw decided who was asked at sale and who was not. We compare {asked} deals in which the customer was "
    "asked with {not_asked} deals in which the customer was not.",
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
    nl="Van de beloften waarvan de uitkomst bekend is, is {kept} nagekomen, {partly} deels en {broken} niet.",
    en="Of the promises with a known outcome {kept} were kept, {partly} partly and {broken} not.",
)

CHANGE: Final = Text(
    nl="Sinds {day} kwamen er {new} bij: verwacht {v}, gekregen {r}, kloof {s}. In de {before} daarvoor was "
    "dat {v_old}, {r_old} en {s_old}.",
    en="Since {day} {new} came in: expected {v}, received {r}, gap {s}. In the {before} before that it was "
    "{v_old}, {r_old} and {s_old}.",
)
CHANGE_LARGER: Final = Text(
    nl="De kloof is aantoonbaar groter geworden: {distance} ({interval}).",
    en="The gap has demonstrably grown: {distance} ({interval}).",
)
CHANGE_SMALLER: Final = Text(
    nl="De kloof is aantoonbaar kleiner geworden: {distance} ({interval}).",
    en="The gap has demonstrably shrunk: {distance} ({interval}).",
)
CHANGE_ALIKE: Final = Text(
    nl="Een verandering is niet aan te tonen ({distance}; {interval}).",
    en="A change cannot be demonstrated ({distance}; {interval}).",
)
CHANGE_UNKNOWN: Final = Text(
    nl="Of dat meer is dan toeval, is nog niet te zeggen.",
    en="Whether that is more than chance cannot be said yet.",
)

PRACTICE_SMALLER: Final = Text(
    nl="In deals met {practice} was de kloof {distance} kleiner ({interval}): de verwachting lag {v} en de "
    "levering {r}.",
    en="In deals with {practice} the gap was {distance} smaller ({interval}): expectation was {v} and "
    "delivery {r}.",
)
PRACTICE_LARGER: Final = Text(
    nl="In deals met {practice} was de kloof {distance} groter ({interval}): de verwachting lag {v} en de "
    "levering {r}.",
    en="In deals with {practice} the gap was {distance} larger ({interval}): expectation was {v} and "
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

WITHHELD: Final = Text(nl="Te weinig antwoorden om te publiceren.", en="Too few answers to publish.")
NOT_ENOUGH: Final = Text(
    nl="Te weinig {unit} voor dit cijfer: {have}, en er zijn er {needed} nodig.",
    en="Too few {unit} for this figure: {have}, and it needs {needed}.",
)
UNITS: Final[Mapping[Unit, Text]] = MappingProxyType(
    {
        "customers": Text(nl="klanten", en="customers"),
        "deals": Text(nl="deals", en="deals"),
        "promises": Text(nl="beloften", en="promises"),
        "salespeople": Text(nl="verkopers", en="salespeople"),
    }
)
