"""Keys that the database had before: kept under the present one, for whom only a hash under a former key is left."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from kloof.config import Settings
from kloof.domain.mailing.suppression import address_hash, erased_hash, former_hash
from kloof.storage.access import former_keys
from kloof.storage.mailing import opt_outs

if TYPE_CHECKING:
    from joserfc.jwk import OctKey


def former_of(settings: Settings) -> list[str]:
    """Every former key of the open database that is not lost."""
    return [unsealed(settings.secret_key, one) for one in former_keys.sealed()]


def heed_earlier(key: str, former: list[str], address: str, now: datetime) -> None:
    """Who was erased before addresses had one form, or under one of these former keys, is remembered by another hash:
    note it under the present key. Call it where an address is new.
    """
    heed_earlier_of(key, former, [address], now)


def heed_earlier_of(key: str, former: list[str], addresses: Iterable[str], now: datetime) -> None:
    """The same for many addresses."""
    known_as: dict[str, str] = {}
    for address in addresses:
        known_as |= dict.fromkeys(_earlier(key, former, address), address)
    for earlier, reason in opt_outs.reasons(known_as).items():
        if reason == opt_outs.ASKED:
            opt_outs.remember(address_hash(key, known_as[earlier]), opt_outs.ASKED, now)


def erased_of(key: str, former: list[str], known_as: Iterable[str]) -> frozenset[str]:
    """Those of these addresses and numbers by which somebody was known who was erased, under whatever key."""
    hashes = {erased_hash(one, each): each for each in known_as for one in (key, *former)}
    return frozenset(
        hashes[found] for found, why in opt_outs.reasons(hashes).items() if why == opt_outs.ERASED
    )


def allow_again(key: str, former: list[str], known_as: str) -> bool:
    """Somebody of this address or number who was erased may come back; False where nobody was. In a transaction."""
    return opt_outs.forget([erased_hash(one, known_as) for one in (key, *former)]) > 0


def _earlier(key: str, former: list[str], address: str) -> set[str]:
    spelled = (former_hash(one, address) for one in (key, *former))
    return {*filter(None, spelled), *(address_hash(one, address) for one in former)}


def sealed(key: str, text: str) -> str:
    """The text as only this key opens it (JWE, AES-256-GCM)."""
    from joserfc import jwe

    return str(jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, text, _sealing(key)))


def unsealed(key: str, text: str) -> str:
    """What was sealed under this key."""
    from joserfc import jwe

    return (jwe.decrypt_compact(text, _sealing(key)).plaintext or b"").decode()


def _sealing(key: str) -> "OctKey":
    # It brings a library for cryptography along, and only a database that had another key needs it.
    from joserfc.jwk import OctKey

    return OctKey.import_key(hashlib.sha256(b"seal:" + key.encode()).digest())
