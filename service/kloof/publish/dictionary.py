"""What columns and files mean, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kloof.domain.text import Text


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
        "parts": _two(
            "Uit hoeveel afgeronde sommen elke som is opgeteld.",
            "From how many rounded sums each sum is added up.",
        ),
        "n": _two(
            "Deals: paren van antwoorden, of bij wie één keer antwoordde: antwoorden.",
            "Deals: pairs of answers, or of those who answered once: answers.",
        ),
        "customers": _two(
            "Verschillende klanten, naar beneden afgerond op vijf.",
            "Different customers, rounded down to a multiple of five.",
        ),
        "aspect": _two(
            "Het aspect; de vragen staan in release.json.", "The aspect; its questions are in release.json."
        ),
        "v": _two(
            "Som van V, wat bij verkoop werd verwacht; per blok afgerond.",
            "Sum of V, what was expected at sale; rounded block by block.",
        ),
        "r": _two(
            "Som van R, wat na levering werd gekregen; per blok afgerond.",
            "Sum of R, what was received after delivery; rounded block by block.",
        ),
        "higher": _two(
            "Procent van de klanten dat minder kreeg dan verwacht. Procenten zijn afgerond op vijf; 5 is minder "
            "dan 10, 95 is meer dan 90.",
            "Per cent of customers who received less than they expected. Per cents are rounded to five; 5 is under "
            "10, 95 is over 90.",
        ),
        "equal": _two(
            "Procent dat precies kreeg wat die verwachtte.",
            "Per cent who received exactly what they expected.",
        ),
        "lower": _two(
            "Procent dat meer kreeg dan verwacht.", "Per cent who received more than they expected."
        ),
        "good": _two(
            "Procent met een goede R: een 7 of meer op 0 tot 10, even hoog op een andere schaal.",
            "Per cent with a good R: 7 or more on 0 to 10, at the same height on another scale.",
        ),
        "v_lowest": _two(
            "Procent met V op het laagste punt van de schaal.",
            "Per cent with V at the lowest point of the scale.",
        ),
        "v_highest": _two(
            "Procent met V op het hoogste punt van de schaal.",
            "Per cent with V at the highest point of the scale.",
        ),
        "r_lowest": _two(
            "Procent met R op het laagste punt van de schaal.",
            "Per cent with R at the lowest point of the scale.",
        ),
        "r_highest": _two(
            "Procent met R op het hoogste punt van de schaal.",
            "Per cent with R at the highest point of the scale.",
        ),
        "at_norm": _two("Procent met R op of boven de norm.", "Per cent with R at or above the norm."),
        "disappointed_at_norm": _two(
            "Van wie de norm kreeg, of meer: procent dat minder kreeg dan verwacht.",
            "Of those who got the norm or more: per cent who received less than they expected.",
        ),
        "disappointed_below_norm": _two(
            "Van wie minder kreeg dan de norm: procent dat minder kreeg dan verwacht.",
            "Of those who got less than the norm: per cent who received less than they expected.",
        ),
        "kept": _two(
            "Procent van de beloften met bekende uitkomst dat is nagekomen.",
            "Per cent of the promises with a known outcome that was kept.",
        ),
        "partly": _two("Procent dat deels is nagekomen.", "Per cent that was kept in part."),
        "broken": _two("Procent dat niet is nagekomen.", "Per cent that was not kept."),
        "known": _two(
            "Beloften met bekende uitkomst, afgerond op vijf.",
            "Promises with a known outcome, to the nearest five.",
        ),
        "promisers": _two(
            "Klanten aan wie zij zijn gedaan, afgerond op vijf.",
            "Customers that they were made to, to the nearest five.",
        ),
        "by_customer": _two(
            "Hoeveel breder een interval wordt omdat één klant meer beloften kan hebben.",
            "How much wider an interval gets since one customer can have several promises.",
        ),
        "by_salesperson": _two(
            "Hetzelfde voor één verkoper; alleen voor het hele bedrijf, vanaf tien verkopers.",
            "The same for one salesperson; only for the whole company, from ten salespeople.",
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
            "left: alleen bij verkoop geantwoord. not_asked: door loting bij verkoop niet gevraagd. skipped: door "
            "loting wel gevraagd, en alleen na levering geantwoord.",
            "left: answered at sale only. not_asked: not asked at sale, by a draw. skipped: asked by the draw, and "
            "answered after delivery only.",
        ),
        "side": _two(
            "v: wat bij verkoop werd verwacht. r: wat na levering werd gekregen.",
            "v: what was expected at sale. r: what was received after delivery.",
        ),
        "total": _two(
            "Som van wat zij antwoordden; per blok afgerond.",
            "Sum of what they answered; rounded block by block.",
        ),
        "sd_v": _two(
            "Spreiding van V tussen klanten (standaardafwijking).",
            "Spread of V between customers (standard deviation).",
        ),
        "sd_r": _two(
            "Spreiding van R tussen klanten (standaardafwijking).",
            "Spread of R between customers (standard deviation).",
        ),
        "sd_s": _two(
            "Spreiding van S = V − R tussen klanten (standaardafwijking).",
            "Spread of S = V − R between customers (standard deviation).",
        ),
        "clustering": _two(
            "Hoeveel breder het interval wordt als klanten van één verkoper op elkaar lijken; leeg onder de "
            "tien verkopers.",
            "How much wider the interval gets since customers of one salesperson are alike; empty below ten "
            "salespeople.",
        ),
        "clustering_v": _two("Hetzelfde voor V.", "The same for V."),
        "clustering_r": _two("Hetzelfde voor R.", "The same for R."),
        "clusters": _two(
            "Verkopers waarop dat berust, naar beneden afgerond.",
            "Salespeople that this rests on, rounded down.",
        ),
        "own_clustering": _two(
            "Hoeveel breder een interval van alleen deze deals wordt; leeg onder de tien verkopers.",
            "How much wider an interval of these deals alone gets; empty below ten salespeople.",
        ),
        "own_clusters": _two(
            "Verkopers van deze deals, naar beneden afgerond op vijf; 0 onder de tien.",
            "Salespeople of these deals, rounded down to five; 0 below ten.",
        ),
        "deals": _two(
            "Deals van dit product, afgerond op vijf.", "Deals of this product, to the nearest five."
        ),
        "deals_started": _two(
            "Deals waarvoor de eerste vragenlijst is verstuurd. Aantallen zijn afgerond op vijf.",
            "Deals for which the first survey was sent. Counts are rounded to five.",
        ),
        "answered_at_sale": _two("Ingestuurde eerste vragenlijsten.", "First surveys sent in."),
        "answered_after_delivery": _two("Ingestuurde tweede vragenlijsten.", "Second surveys sent in."),
        "pairs": _two("Deals met beide antwoorden, compleet.", "Deals with both answers, complete."),
        "pairs_published": _two("Daarvan gepubliceerd; niet afgerond.", "Of these published; not rounded."),
        "asked_again": _two(
            "Bij verkoop geantwoord, en de tweede vragenlijst is ingestuurd of gesloten.",
            "Answered at sale, and the second survey was sent in or has closed.",
        ),
        "answered_twice": _two("Daarvan ingestuurd.", "Of these sent in."),
        "not_asked": _two(
            "Door loting bij verkoop niet gevraagd, en de tweede vragenlijst is ingestuurd of gesloten.",
            "Not asked at sale, by a draw, and the second survey was sent in or has closed.",
        ),
        "not_asked_answered": _two("Daarvan ingestuurd.", "Of these sent in."),
        "left_out": _two(
            "Van de complete deals: in een blok waarin een antwoord is ingetrokken of verbeterd; nooit meer gebruikt.",
            "Of the complete deals: in a block in which an answer was taken back or corrected; never used again.",
        ),
    }
)
"""Of a column: in every table that has it, it means the same."""

FILES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "release.json": _two(
            "Alles in één bestand, met de vragen", "Everything in one file, with the questions"
        ),
        "cells.csv": _two(
            "Sommen en procenten per groep, als tabel", "Sums and per cents of each group, as a table"
        ),
        "promises.csv": _two("Beloften per groep, als tabel", "Promises of each group, as a table"),
        "practices.csv": _two(
            "Sommen van deals met en zonder een werkwijze, als tabel",
            "Sums of deals with and without a practice, as a table",
        ),
        "practice_products.csv": _two(
            "Van welk product deals met en zonder een werkwijze zijn, als tabel",
            "Of which product deals with and without a practice are, as a table",
        ),
        "arms.csv": _two(
            "Sommen van wie één keer antwoordde, als tabel", "Sums of who answered once, as a table"
        ),
        "spreads.csv": _two(
            "Hoe ver antwoorden uiteenlopen, als tabel", "How far answers lie apart, as a table"
        ),
        "response.csv": _two("Hoe ver deals kwamen, als tabel", "How far deals came, as a table"),
        "release.jsonschema.json": _two(
            "De vorm van release.json, voor programma's", "The shape of release.json, for programs"
        ),
        "datapackage.json": _two("Beschrijving en controlegetallen", "Description and checksums"),
    }
)
