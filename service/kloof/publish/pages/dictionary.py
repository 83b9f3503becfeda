"""What columns, files and figures mean, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from kloof.domain.text import Text


class Formula(NamedTuple):
    """A figure of the site: what it is called, how it is computed, and from how many it is shown."""

    name: Text
    how: Text
    least: Text


def _two(nl: str, en: str) -> Text:
    return Text(nl=nl, en=en)


MEANINGS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "cell": _two(
            "De naam van de groep, in elke publicatie dezelfde.",
            "The name of the group, the same in every release.",
        ),
        "survey": _two("De vragenlijst.", "The survey."),
        "version": _two("De versie van de vragenlijst.", "The version of the survey."),
        "level": _two(
            "Hoe breed de groep is: bedrijf, product, regio of team.",
            "How wide the group is: company, product, region or team.",
        ),
        "product": _two(
            "Het product; leeg als de groep breder is.", "The product; empty where the group is wider."
        ),
        "region": _two(
            "De regio; leeg als de groep er geen noemt.", "The region; empty where the group names none."
        ),
        "team": _two("Het team; leeg als de groep breder is.", "The team; empty where the group is wider."),
        "as_of_release": _two(
            "De publicatie waarin de groep het laatst veranderde.",
            "The release in which the group last changed.",
        ),
        "as_of_date": _two("De dag van die publicatie.", "The day of that release."),
        "deals": _two("Deals in de groep.", "Deals in the group."),
        "aspect": _two(
            "Het aspect; de vragen staan in release.json.", "The aspect; its questions are in release.json."
        ),
        "n": _two(
            "Klanten; meer deals van één klant in een blok tellen als één gemiddelde.",
            "Customers; several deals of one customer in a block count as one mean.",
        ),
        "v": _two("Som van V, wat bij verkoop werd verwacht.", "Sum of V, what was expected at sale."),
        "r": _two("Som van R, wat na levering werd gekregen.", "Sum of R, what was received after delivery."),
        "vv": _two("Som van de kwadraten van V.", "Sum of the squares of V."),
        "rr": _two("Som van de kwadraten van R.", "Sum of the squares of R."),
        "vr": _two("Som van de producten van V en R.", "Sum of the products of V and R."),
        "v_lowest": _two(
            "Klanten met V op het laagste punt van de schaal.",
            "Customers with V at the lowest point of the scale.",
        ),
        "v_highest": _two(
            "Klanten met V op het hoogste punt van de schaal.",
            "Customers with V at the highest point of the scale.",
        ),
        "r_lowest": _two(
            "Klanten met R op het laagste punt van de schaal.",
            "Customers with R at the lowest point of the scale.",
        ),
        "r_highest": _two(
            "Klanten met R op het hoogste punt van de schaal.",
            "Customers with R at the highest point of the scale.",
        ),
        "higher": _two(
            "Klanten die meer verwachtten dan zij kregen.", "Customers who expected more than they received."
        ),
        "equal": _two(
            "Klanten die precies kregen wat zij verwachtten.",
            "Customers who received exactly what they expected.",
        ),
        "disappointed_at_norm": _two(
            "Van hen die minder kregen: zij die wel de norm kregen, en meer hadden verwacht.",
            "Of those who received less: those who did get the norm, and had expected more.",
        ),
        "good": _two(
            "Klanten met een goede R: een 7 of meer op 0 tot 10, even hoog op een andere schaal. Van elk blok "
            "tellen er hooguit negen op de tien mee.",
            "Customers with a good R: 7 or more on 0 to 10, at the same height on another scale. Of each block "
            "at most nine in ten are counted.",
        ),
        "practice": _two(
            "Wat er gedaan is: de naam van de kolom in het dealbestand, zonder _on.",
            "What was done: the name of its column in the deals file, without _on.",
        ),
        "done": _two(
            "true: de deals waarin het gedaan is. false: de andere deals van dezelfde blokken.",
            "true: the deals in which it was done. false: the other deals of the same blocks.",
        ),
        "arm": _two(
            "left: alleen bij verkoop geantwoord. not_asked: door loting bij verkoop niet gevraagd.",
            "left: answered at sale only. not_asked: not asked at sale, by a draw.",
        ),
        "side": _two(
            "v: wat bij verkoop werd verwacht. r: wat na levering werd gekregen.",
            "v: what was expected at sale. r: what was received after delivery.",
        ),
        "total": _two("Som van wat zij antwoordden.", "Sum of what they answered."),
        "squares": _two("Som van de kwadraten daarvan.", "Sum of the squares of it."),
    }
)
"""Of a column: in every table that has it, it means the same."""

FILES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "release.json": _two(
            "Alles in één bestand, met de vragen", "Everything in one file, with the questions"
        ),
        "cells.csv": _two("Dezelfde sommen als tabel", "The same sums as a table"),
        "practices.csv": _two(
            "Sommen van deals met en zonder een werkwijze, als tabel",
            "Sums of deals with and without a practice, as a table",
        ),
        "arms.csv": _two(
            "Sommen van wie één keer antwoordde, als tabel", "Sums of who answered once, as a table"
        ),
        "release.jsonschema.json": _two(
            "De vorm van release.json, voor programma's", "The shape of release.json, for programs"
        ),
        "datapackage.json": _two("Beschrijving en controlegetallen", "Description and checksums"),
    }
)

FORMULAS: Final = (
    Formula(
        _two("Kloof", "Gap"),
        _two(
            "S = V − R, gemiddeld over klanten; Student-t-interval",
            "S = V − R, mean over customers; Student's t interval",
        ),
        _two("10 klanten", "10 customers"),
    ),
    Formula(
        _two("Twee kanten van de kloof", "Two sides of the gap"),
        _two("(V − N) + (N − R) = S; t-interval per kant", "(V − N) + (N − R) = S; t interval for each"),
        _two("10 klanten", "10 customers"),
    ),
    Formula(
        _two("Tegenvaller terwijl de norm gehaald is", "Disappointment although the norm was met"),
        _two(
            "Van wie S > 0: deel met R ≥ N en V > N; Wilson-interval",
            "Of those with S > 0: share with R ≥ N and V > N; Wilson interval",
        ),
        _two("20 klanten met S > 0", "20 customers with S > 0"),
    ),
    Formula(
        _two("Wat met de kloof meebeweegt", "What moves with the gap"),
        _two(
            "(s²V − sVR) / s²S; 50% als V en R even sterk wisselen",
            "(s²V − sVR) / s²S; 50% where V and R vary equally",
        ),
        _two("30 klanten", "30 customers"),
    ),
    Formula(
        _two("Kans op meer verwacht dan gekregen", "Chance of expecting more than was received"),
        _two("P(V > R) + ½ P(V = R)", "P(V > R) + ½ P(V = R)"),
        _two("10 klanten", "10 customers"),
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
        _two("Respons", "Response"),
        _two(
            "Antwoord na levering, van wie bij verkoop antwoordde en wiens tweede vragenlijst is gesloten; "
            "Wilson-interval",
            "Answered after delivery, of those who answered at sale and whose second survey has closed; "
            "Wilson interval",
        ),
        _two("20 deals", "20 deals"),
    ),
    Formula(
        _two("Wie afhaakte", "Who left"),
        _two(
            "V van wie twee keer antwoordde min V van wie na levering niet antwoordde; Welch. Grenzen voor S als "
            "ieder van hen het laagste of hoogste cijfer had gegeven",
            "V of who answered twice minus V of who did not answer after delivery; Welch. Bounds for S, had each "
            "of them given the lowest or the highest mark",
        ),
        _two("20 klanten per groep", "20 customers in each group"),
    ),
    Formula(
        _two("Verandert vragen het cijfer?", "Does asking change the mark?"),
        _two(
            "R van wie bij verkoop is gevraagd min R van wie door loting niet is gevraagd; Welch",
            "R of who was asked at sale minus R of who, by a draw, was not; Welch",
        ),
        _two("30 klanten per groep", "30 customers in each group"),
    ),
    Formula(
        _two("Beloften nagekomen", "Promises kept"),
        _two(
            "Deel van de beloften met bekende uitkomst; Wilson-interval",
            "Share of promises with a known outcome; Wilson interval",
        ),
        _two("20 beloften", "20 promises"),
    ),
    Formula(
        _two("Werkwijzen", "Practices"),
        _two(
            "Verschil in kloof tussen deals met en zonder; Welch",
            "Difference in gap between deals with and without; Welch",
        ),
        _two("20 klanten en 3 verkopers per kant", "20 customers and 3 salespeople on each side"),
    ),
)
