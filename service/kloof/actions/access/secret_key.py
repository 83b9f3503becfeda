"""A database and its secret key belong together: links and remembered opt-outs open with that key and no other."""

from datetime import datetime

from kloof import storage
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.secret_key import check_value
from kloof.domain.errors import Reason, Refused
from kloof.storage.access import key_check


def refuse_unless_it_fits(settings: Settings, *, migrated: bool = False) -> None:
    """Raises Refused where the key is not the one of the open database, which may wait for migrations unless it is
    known to be `migrated`.

    One that was made before databases knew their key is asked for the newest link that it holds.
    """
    if opens_with(settings.secret_key, migrated=migrated):
        return
    here = (
        "What stands in KLOOF_SECRET_KEY, or in instance/secret_key, belongs to another one."
        if settings.key_is_lasting
        else "KLOOF_SECRET_KEY is not set here, and there is no instance/secret_key."
    )
    raise Refused(
        Reason.KEY_UNFIT,
        f"The secret key is not the one of this database: every link and who opted out would be lost. {here}",
        remedy="Set KLOOF_SECRET_KEY to what kloof serve runs with, or put the file back from a backup. "
        "Is that key lost, or is it to be replaced? Then: kloof db rekey",
    )


def opens_with(key: str, *, migrated: bool = False) -> bool:
    """Whether this is the key of the open database; `migrated` as above."""
    noted = key_check.noted(migrated=migrated)
    if noted is not None:
        return noted == check_value(key)
    link = key_check.newest_link(migrated=migrated)
    return link is None or _opens(key, *link)


def tie(settings: Settings, now: datetime) -> None:
    """From now on the open database knows the key; nothing where it does. Raises Refused as above."""
    refuse_unless_it_fits(settings)
    if key_check.noted() is None:
        with storage.transaction():
            key_check.note(check_value(settings.secret_key), now)
        refuse_unless_it_fits(settings)


def _opens(key: str, salt: bytes, fingerprint: str) -> bool:
    return tokens.fingerprint(tokens.token(key, tokens.Purpose.SURVEY, salt)) == fingerprint
