"""Where in a nested value something stands."""

Place = tuple[str | int, ...]
"""Names of fields and numbers in lists, from the outside in: `("aspects", 2, "norm")`."""


def path(place: Place) -> str:
    """A place as people read it: `aspects[2].norm`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{_readable(part)}" for part in place)
    return "".join(parts).removeprefix(".")


def _readable(name: str) -> str:
    return name if name.replace("-", "_").isidentifier() else repr(name)
