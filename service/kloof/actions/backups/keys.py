"""The keys of a kloof in its backup: locked away under a passphrase (JWE, PBES2 with SHA-512 and AES-256-GCM)."""

import json
from collections.abc import Mapping
from typing import Final

from kloof.domain.errors import Reason, Refused

_ALGORITHMS: Final = ["PBES2-HS512+A256KW", "A256GCM"]
_ROUNDS: Final = 210_000
"""Of PBKDF2, for every guess: OWASP's password storage cheat sheet asks for as many with SHA-512."""
SHORTEST: Final = 12
"""Letters of a passphrase."""


def locked(keys: Mapping[str, str], passphrase: str) -> str:
    """These keys as only the passphrase opens them. Raises Refused where that is too short to keep anything."""
    # It brings a library for cryptography along.
    from joserfc import jwe
    from joserfc.jwk import OctKey

    if len(passphrase) < SHORTEST:
        raise Refused(
            Reason.BACKUP_UNUSABLE,
            f"The passphrase has {len(passphrase)} letters.",
            remedy=f"Take one of at least {SHORTEST}, such as five words.",
        )
    header = {"alg": _ALGORITHMS[0], "enc": _ALGORITHMS[1], "p2c": _ROUNDS}
    key = OctKey.import_key(passphrase)
    return str(jwe.encrypt_compact(header, json.dumps(dict(keys)), key, algorithms=_ALGORITHMS))


def unlocked(text: str, passphrase: str) -> dict[str, str]:
    """What was locked under this passphrase. Raises Refused where it is another one."""
    from joserfc import jwe
    from joserfc.errors import JoseError
    from joserfc.jwk import OctKey

    try:
        opened = jwe.decrypt_compact(text, OctKey.import_key(passphrase), algorithms=_ALGORITHMS)
    except (JoseError, ValueError):
        raise Refused(
            Reason.BACKUP_UNUSABLE,
            "The passphrase does not open the keys in this backup.",
            remedy="Nothing was changed. Take the passphrase with which it was made.",
        ) from None
    found: dict[str, str] = json.loads(opened.plaintext or b"{}")
    return found
