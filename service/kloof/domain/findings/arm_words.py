"""What is said of customers who told one side only, beside those who answered twice."""

from typing import Final

from kloof.domain.text import Text

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
    en="Whatever the others would have given, the gap of all these deals together lies between {low} and {high}, "
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
ASKING_BY_LOT: Final = Text(
    nl="Wie wel is gevraagd, telt ook mee als die alleen na levering antwoordde: zo vergelijken we wat de loting "
    "maakte.",
    en="Those who were asked count also where they answered only after delivery: what is compared is what the draw "
    "made.",
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
