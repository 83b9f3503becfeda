"""What came of promises: of all of them, and by group."""

from collections.abc import Iterator

from kloof.domain.findings import PromisesFound
from kloof.domain.notation import number
from kloof.domain.text import Language
from kloof.publish.charts.shares import Piece, cut_bar
from kloof.publish.pages.figures import coarse, pick_all, share_ends
from kloof.publish.pages.markup import capital, table
from kloof.publish.pages.section_pages import LEVELS, about, titled
from kloof.publish.pages.site_data import SurveySection, named
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


def write_promises(writer: SiteWriter, section: SurveySection) -> None:
    """What came of what was promised."""
    if section.company is None:
        return
    language, path = writer.language, f"{section.slug}/promises"
    found = section.company.promises
    values: dict[str, object] = {"picture": None}
    if isinstance(found, PromisesFound):
        values = _promises(PageRef(writer, path), section, found)
    title = pick(language, "Beloften nagekomen", "Promises kept")
    groups = list(_promise_groups(section, language))
    writer.page(path, "promises", titled(section, title, language), "", found=found, groups=groups, **values)


def _promises(here: PageRef, section: SurveySection, found: PromisesFound) -> dict[str, object]:
    language = here.writer.language
    names = pick_all(language, ["nagekomen", "deels", "niet"], ["kept", "partly", "not"])
    shares = (found.figure.kept, found.figure.partly, found.figure.broken)
    kept = percent_kept(found, language)
    title = pick(
        language, f"{capital(kept)} van de beloften is nagekomen", f"{capital(kept)} of promises were kept"
    )
    caption = pick(language, "Wat er van beloften kwam", "What came of promises")
    words = [coarse(share, language) for share in shares]
    pieces = [
        Piece(name, share / sum(shares), said) for name, share, said in zip(names, shares, words, strict=True)
    ]
    head = pick_all(language, ["Uitkomst", "Deel", "95%-interval"], ["Outcome", "Share", "95% interval"])
    within = [share_ends(one, language) for one in (found.kept, found.partly, found.broken)]
    rows = [list(row) for row in zip(names, words, within, strict=True)]
    picture = here.picture(
        cut_bar(pieces, title),
        f"{section.slug}-promises",
        about(here.writer, section, _promised(found, language), marks=False),
    )
    return {"picture": picture, "table": table(caption, head, rows)}


def percent_kept(found: PromisesFound, language: Language) -> str:
    """The share that was kept, as it is published: `60%`, at the ends `under 10%` and `over 90%`."""
    return coarse(found.figure.kept, language)


def _promised(found: PromisesFound, language: Language) -> str:
    known, promisers = found.figure.known, found.figure.promisers
    if known is None or promisers is None:
        return pick(language, "beloften waarvan de uitkomst bekend is", "promises whose outcome is known")
    promises, customers = number(known, language, 0), number(promisers, language, 0)
    return pick(
        language,
        f"ongeveer {promises} beloften aan {customers} klanten",
        f"about {promises} promises to {customers} customers",
    )


def _promise_groups(section: SurveySection, language: Language) -> Iterator[dict[str, object]]:
    head = pick_all(
        language,
        ["Groep", "Nagekomen", "95%-interval", "Deels", "Niet", "Beloften"],
        ["Group", "Kept", "95% interval", "Partly", "Not", "Promises"],
    )
    for level, level_name in LEVELS.items():
        rows = [
            [named(part.cell), *_in_table(part.promises, language)]
            for part in section.of_level(level)
            if isinstance(part.promises, PromisesFound)
        ]
        if rows:
            title = level_name.several[language]
            caption = title + pick(language, ": beloften nagekomen", ": promises kept")
            yield {"title": title, "anchor": level.value, "table": table(caption, head, rows)}


def _in_table(found: PromisesFound, language: Language) -> list[str]:
    told = found.figure
    kept, partly, broken = (coarse(share, language) for share in (told.kept, told.partly, told.broken))
    known = "–" if told.known is None else number(told.known, language, 0)
    return [kept, share_ends(found.kept, language), partly, broken, known]
