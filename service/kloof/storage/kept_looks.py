"""What the worker saw the last time it looked, for pages that cannot wait for it; nothing of earlier times."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from kloof.domain.jobs.looks import Look, LookKind
from kloof.storage.models import KeptLook


def keep(kind: LookKind, facts: Mapping[str, Any], now: datetime) -> None:
    """Keep what was seen, in place of what was seen before."""
    seen = KeptLook.insert(name=kind.value, looked_at=now, facts=json.dumps(facts, ensure_ascii=False))
    seen.on_conflict(
        conflict_target=(KeptLook.name,), preserve=(KeptLook.looked_at, KeptLook.facts)
    ).execute()


def kept(kinds: Collection[LookKind] = tuple(LookKind)) -> dict[LookKind, Look]:
    """What was last seen of these, in one query."""
    found = KeptLook.select().where(KeptLook.name.in_([kind.value for kind in kinds]))
    return {LookKind(row.name): Look(row.looked_at, json.loads(row.facts)) for row in found}


def forget(*kinds: LookKind) -> None:
    """Forget what was seen of these: it may tell of somebody who is erased, or of what may not be counted any more."""
    KeptLook.delete().where(KeptLook.name.in_([kind.value for kind in kinds])).execute()
