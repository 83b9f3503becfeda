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
    en="On its own there seems to be a difference, but anyone who looks often, and at many figures, always sees "
    "something.",
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
BOTH_NEAR_NORM: Final = Text(
    nl="Verwachting en levering lagen allebei niet aantoonbaar boven of onder onze norm ({v}; levering {r}). Dit zijn "
    "de twee delen van de kloof.",
    en="Neither expectation nor delivery was demonstrably above or below our norm ({v}; delivery {r}). These are the "
    "two parts of the gap.",
)
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
    en="On {short} of the {n} aspects customers demonstrably received less than they expected.",
)
SOME_BETTER: Final = Text(
    nl="Op {better} van de {n} aspecten kregen klanten aantoonbaar meer dan zij verwachtten.",
    en="On {better} of the {n} aspects customers demonstrably received more than they expected.",
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
    nl="Op het enige aspect kregen klanten aantoonbaar minder dan zij verwachtten.",
    en="On the only aspect customers demonstrably received less than they expected.",
)
ONE_BETTER: Final = Text(
    nl="Op het enige aspect kregen klanten aantoonbaar meer dan zij verwachtten.",
    en="On the only aspect customers demonstrably received more than they expected.",
)
ONE_UNCLEAR: Final = Text(
    nl="Op het enige aspect is geen verschil aan te tonen.",
    en="On the only aspect no difference can be demonstrated.",
)
ONE_OUTSIDE: Final = Text(
    nl="Bij 1 aspect laat het interval nul er wel buiten. Maar wie vaak kijkt, en naar veel cijfers, ziet altijd wel "
    "iets.",
    en="On 1 aspect the interval does leave out zero. But anyone who looks often, and at many figures, always sees "
    "something.",
)
SOME_OUTSIDE: Final = Text(
    nl="Bij {many} aspecten laat het interval nul er wel buiten. Maar wie vaak kijkt, en naar veel cijfers, ziet "
    "altijd wel iets.",
    en="On {many} aspects the interval does leave out zero. But anyone who looks often, and at many figures, always "
    "sees something.",
)

CLAIM: Final = Text(
    nl="Van de klanten die minstens onze norm kregen, was {met} teleurgesteld; van wie minder kreeg, was dat "
    "{missed}.",
    en="Of customers who got at least our norm, {met} were disappointed; of those who got less, {missed} were.",
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
    nl="Had iedereen precies onze norm verwacht, en evenveel gekregen als nu, dan was {all} teleurgesteld.",
    en="Had everybody expected exactly our norm, and got as much as now, {all} would have been disappointed.",
)
ABOUT: Final = Text(nl="ongeveer {share}", en="about {share}")
UNDER: Final = Text(nl="minder dan 10%", en="under 10%")
OVER: Final = Text(nl="meer dan 90%", en="over 90%")

ORDER: Final = Text(
    nl="Van elke 100 klanten kregen er {higher} minder dan zij verwachtten, {equal} evenveel en {lower} meer.",
    en="Of every 100 customers {higher} got less than they expected, {equal} as much and {lower} more.",
)
UNDER_TEN: Final = Text(nl="nog geen 10", en="fewer than 10")
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

PROMISES: Final = Text(
    nl="Van de beloften waarvan de uitkomst bekend is, is {kept} nagekomen{interval}, {partly} deels en {broken} "
    "niet.",
    en="Of the promises with a known outcome {kept} were kept{interval}, {partly} partly and {broken} not.",
)
PROMISES_BASIS: Final = Text(
    nl="Het gaat om ongeveer {known} beloften aan ongeveer {customers} klanten. Het interval is ruim: delen zijn "
    "afgerond, en beloften aan één klant lijken op elkaar.",
    en="These are about {known} promises to about {customers} customers. The interval is wide: shares are "
    "rounded, and promises to one customer are alike.",
)

CHANGE: Final = Text(
    nl="Sinds {day} kwamen er {new} bij: verwacht {v}; gekregen {r}; kloof {s}. In de {before} daarvoor: verwacht "
    "{v_old}; gekregen {r_old}; kloof {s_old}.",
    en="Since {day}, {new} came in: expected {v}; received {r}; gap {s}. In the {before} before that: expected "
    "{v_old}; received {r_old}; gap {s_old}.",
)
CHANGE_SINCE: Final = Text(
    nl="Sinds {day} kwamen er {new} bij: verwacht {v}; gekregen {r}; kloof {s}. In de {before} die er bij de "
    "publicatie daarvoor bijkwamen: verwacht {v_old}; gekregen {r_old}; kloof {s_old}.",
    en="Since {day}, {new} came in: expected {v}; received {r}; gap {s}. In the {before} that came in with the release "
    "before it: expected {v_old}; received {r_old}; gap {s_old}.",
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
