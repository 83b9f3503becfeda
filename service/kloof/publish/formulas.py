"""How each figure of the site is computed, in both languages."""

from typing import Final, NamedTuple

from kloof.domain.text import Text


class Formula(NamedTuple):
    """A figure of the site: what it is called, how it is computed, and from how many it is shown."""

    name: Text
    how: Text
    least: Text


def _two(nl: str, en: str) -> Text:
    return Text(nl=nl, en=en)


FORMULAS: Final = (
    Formula(
        _two("Kloof", "Gap"),
        _two(
            "S = V − R, uit afgeronde sommen. Interval: t × √(s²/n + 2 × blokken × afrondvariantie / n²)",
            "S = V − R, from rounded sums. Interval: t × √(s²/n + 2 × blocks × rounding variance / n²)",
        ),
        _two("10 deals; interval zodra er 30 zijn gepubliceerd", "10 deals; interval once 30 are published"),
    ),
    Formula(
        _two("Kloof van het hele bedrijf", "Gap of the whole company"),
        _two(
            "Als er tien verkopers zijn of meer, is s vermenigvuldigd met de clusterfactor, en telt t de "
            "verkopers in plaats van de klanten",
            "With ten salespeople or more, s is multiplied by the clustering factor, and t counts the salespeople "
            "in place of the customers",
        ),
        _two("10 verkopers", "10 salespeople"),
    ),
    Formula(
        _two("Geen verschil dat ertoe doet", "No difference that matters"),
        _two(
            "Twee eenzijdige toetsen van 5%: de kloof ligt tussen −0,5 en +0,5 op een schaal van tien punten",
            "Two one-sided tests of 5%: the gap lies between −0.5 and +0.5 on a scale of ten points",
        ),
        _two("30 deals", "30 deals"),
    ),
    Formula(
        _two("Twee kanten van de kloof", "Two sides of the gap"),
        _two(
            "(V − N) + (N − R) = S; een interval per kant, met de clusterfactor van V en van R",
            "(V − N) + (N − R) = S; an interval for each, with the clustering factors of V and of R",
        ),
        _two("10 deals", "10 deals"),
    ),
    Formula(
        _two("Meer, evenveel of minder verwacht", "Expected more, as much or less"),
        _two(
            "Deel van de klanten, afgerond op 5%; aan de randen alleen ‘minder dan 10%’ en ‘meer dan 90%’",
            "Share of customers, rounded to 5%; at the ends only ‘under 10%’ and ‘over 90%’",
        ),
        _two("30 klanten", "30 customers"),
    ),
    Formula(
        _two("Teleurgesteld, met en zonder de norm", "Disappointed, with the norm and without"),
        _two(
            "Deel met V > R van wie R ≥ N kreeg, en van wie R < N kreeg. Verschil: Newcombe-interval, zo breed "
            "als de afgeronde delen toelaten; voor het hele bedrijf met de clusterfactor",
            "Share with V > R of those with R ≥ N, and of those with R < N. Difference: Newcombe interval, as wide "
            "as the rounded shares allow; for the whole company with the clustering factor",
        ),
        _two("30 klanten; interval vanaf 20 per kant", "30 customers; interval from 20 on each side"),
    ),
    Formula(
        _two("Rand van de schaal", "End of the scale"),
        _two(
            "Deel op het laagste en hoogste punt; gemeld vanaf 15%",
            "Share at the lowest and highest point; flagged from 15%",
        ),
        _two("30 klanten", "30 customers"),
    ),
    Formula(
        _two("Wat veranderde", "What changed"),
        _two(
            "Kloof van de deals die erbij kwamen min kloof van de deals ervoor; die twee hebben geen antwoord gemeen",
            "Gap of the deals that came in minus gap of the deals before; the two share no answer",
        ),
        _two("10 deals aan elke kant", "10 deals on each side"),
    ),
    Formula(
        _two("Respons", "Response"),
        _two(
            "Antwoord na levering, van wie bij verkoop antwoordde en wiens tweede vragenlijst is gesloten; "
            "Wilson-interval",
            "Answered after delivery, of those who answered at sale and whose second survey has closed; "
            "Wilson interval",
        ),
        _two("100 deals", "100 deals"),
    ),
    Formula(
        _two("Wie stopte", "Who stopped"),
        _two(
            "V van wie twee keer antwoordde min V van wie na levering niet antwoordde. Grenzen voor S van al deze "
            "deals samen, als ieder van hen het laagste of hoogste cijfer had gegeven, met toeval erbij (Imbens en "
            "Manski)",
            "V of those who answered twice minus V of those who did not answer after delivery. Bounds for S of all "
            "these deals together, had each of them given the lowest or the highest mark, with chance included (Imbens "
            "and Manski)",
        ),
        _two("20 deals per groep", "20 deals in each group"),
    ),
    Formula(
        _two("Verandert vragen het cijfer?", "Does asking change the mark?"),
        _two(
            "R van wie bij verkoop is gevraagd min R van wie door loting niet is gevraagd",
            "R of those asked at sale minus R of those whom a draw left out",
        ),
        _two("30 deals per groep", "30 deals in each group"),
    ),
    Formula(
        _two("Beloften nagekomen", "Promises kept"),
        _two(
            "Deel van de beloften met bekende uitkomst, afgerond op 5%. Interval: Wilson, met de klant en de verkoper "
            "als eenheid, zo breed als de afronding toelaat",
            "Share of promises with a known outcome, rounded to 5%. Interval: Wilson, with the customer and the "
            "salesperson for the unit, as wide as rounding allows",
        ),
        _two("20 beloften van 12 klanten", "20 promises of 12 customers"),
    ),
    Formula(
        _two("Werkwijzen", "Practices"),
        _two(
            "Verschil in kloof tussen deals van hetzelfde product met en zonder (Mantel en Haenszel). Elke werkwijze "
            "heeft een eigen clusterfactor; t telt verkopers",
            "Difference in gap between deals of the same product with and without (Mantel and Haenszel). Each practice "
            "has a clustering factor of its own; t counts salespeople",
        ),
        _two(
            "20 deals en 3 verkopers per kant; interval vanaf 10 verkopers",
            "20 deals and 3 salespeople on each side; interval from 10 salespeople",
        ),
    ),
)
