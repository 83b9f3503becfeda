"""A refusal as plain values and back, so that it can be told by another process than the one that refused."""

from collections.abc import Mapping
from typing import Any

from kloof.domain.errors import BadInput, KloofError, Reason, Refused


def as_values(refusal: KloofError) -> dict[str, Any]:
    """What is wrong, as JSON can hold it; a fact that is no plain value becomes its words."""
    values: dict[str, Any] = {
        "reason": refusal.reason.value,
        "what": refusal.what,
        "where": refusal.where,
        "remedy": refusal.remedy,
        "facts": {name: _plain(value) for name, value in refusal.facts.items()},
    }
    if isinstance(refusal, BadInput):
        values["parts"] = [as_values(part) for part in refusal.parts]
        values["problems"] = refusal.problems
    return values


def from_values(values: Mapping[str, Any]) -> KloofError:
    """The refusal that `as_values` was given; one with places in an input comes back as BadInput, others as Refused."""
    reason = Reason(values["reason"])
    if "problems" not in values:
        return Refused(
            reason, values["what"], where=values["where"], remedy=values["remedy"], **values["facts"]
        )
    parts = [from_values(part) for part in values["parts"]]
    return BadInput(reason, values["problems"], remedy=values["remedy"], parts=parts, **values["facts"])


def _plain(value: object) -> bool | int | float | str | None:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
