"""What the columns of a file are called for people, and what those of a company's own file may be."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from kloof.domain.deals.files import FileKind
from kloof.domain.deals.reading.titles import as_title
from kloof.domain.deals.uploads import UploadState
from kloof.domain.text import LANGUAGES
from kloof.web.app.language import say
from kloof.wording import Translate, translator


def kinds() -> Mapping[FileKind, str]:
    """What is in a file."""
    return {
        FileKind.DEALS: say("New deals"),
        FileKind.DELIVERIES: say("Deals that were delivered"),
        FileKind.CANCELLATIONS: say("Deals that were cancelled"),
    }


def states() -> Mapping[UploadState, str]:
    """How a file stands."""
    return {
        UploadState.UNCLEAR: say("Columns still to choose"),
        UploadState.CHECKING: say("Being checked"),
        UploadState.CHECKED: say("Checked, not loaded"),
        UploadState.LOADING: say("Being loaded"),
        UploadState.LOADED: say("Loaded"),
        UploadState.DROPPED: say("Not loaded"),
    }


def columns(say: Translate = say) -> Mapping[str, str]:
    """What each of our columns holds."""
    return {
        "deal_id": say("Deal number"),
        "customer_name": say("Name of the customer"),
        "customer_email": say("E-mail of the customer"),
        "language": say("Language of the customer (nl or en)"),
        "salesperson_email": say("E-mail of the salesperson"),
        "team": say("Team"),
        "region": say("Region"),
        "product": say("Product"),
        "survey": say("Survey"),
        "sold_on": say("Sold on"),
        "account": say("Organisation of the customer"),
        "customer_number": say("Customer number"),
        "customer_time_zone": say("Time zone of the customer"),
        "delivery_planned_on": say("Delivery planned on"),
        "joint_visit_on": say("Visited together on"),
        "quote_checked_on": say("Quote checked on"),
        "exclusions_listed_on": say("Told what is not included on"),
        "seller_on_site_on": say("Salesperson there on the first day on"),
        "handover_document_on": say("Handover document made on"),
        "aftercare_call_on": say("Called after delivery on"),
        "complaint_on": say("Complaint on"),
        "delivered_on": say("Delivered on"),
        "cancelled_on": say("Cancelled on"),
    }


_ALSO_CALLED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "deal_id": (
            "dealnr",
            "ordernummer",
            "ordernr",
            "order",
            "opdrachtnummer",
            "offertenummer",
            "order number",
        ),
        "customer_name": ("klant", "klantnaam", "naam", "customer", "name"),
        "customer_email": (
            "e-mail",
            "email",
            "e-mailadres",
            "e-mail klant",
            "e-mailadres klant",
            "mailadres",
        ),
        "language": ("taal", "taalcode"),
        "salesperson_email": (
            *("verkoper", "verkoper e-mail", "e-mail verkoper", "adviseur", "accountmanager"),
            *("salesperson", "owner", "sales rep"),
        ),
        "team": ("vestiging", "filiaal", "afdeling", "branch"),
        "region": ("gebied", "provincie", "area"),
        "product": ("artikel", "omschrijving", "article", "item"),
        "sold_on": ("datum akkoord", "verkoopdatum", "orderdatum", "akkoord", "close date", "order date"),
        "account": ("bedrijf", "bedrijfsnaam", "organisatie", "company", "organisation"),
        "customer_number": ("klantnr", "debiteurnummer", "debiteur", "relatienummer"),
        "delivery_planned_on": ("leverdatum", "geplande leverdatum", "plandatum", "delivery date"),
        "delivered_on": ("leverdatum", "opgeleverd op", "opleverdatum", "geleverd"),
        "cancelled_on": ("annuleringsdatum", "geannuleerd", "vervallen op"),
    }
)
"""What CRMs call our columns; somebody looks at what comes of it before a file is read so."""


def likely(titles: Sequence[str], names: Sequence[str]) -> dict[str, int]:
    """Which title is probably which of our columns, as a proposal in a form: by our names for it in either language."""
    found: dict[str, int] = {}
    free = {as_title(title): at for at, title in reversed([*enumerate(titles)]) if title}
    spoken = [columns(translator(language)) for language in LANGUAGES]
    for name in names:
        also = _ALSO_CALLED.get(name, ())
        called = [
            name,
            name.replace("_", " "),
            *also,
            *(as_title(words[name]).partition(" (")[0] for words in spoken),
        ]
        near = (one for word in called for one in get_close_matches(word, free, n=1, cutoff=0.75))
        if title := next(near, ""):
            found[name] = free.pop(title)
    return found
