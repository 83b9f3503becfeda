"""Many looks at one aspect: how strict each release has to be, so that all together are wrong no oftener than one.

Two ways. `looks` spends the 5% over the releases: it needs the sizes so far, no plan of how many will come, and is
the narrower for years. `always_valid_p` needs nothing but the size: it holds at any moment, for ever, and costs more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from kloof.domain.statistics.equivalence import ALPHA

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TUNED_FOR: Final = 150
"""Customers at which `always_valid_p` is sharpest."""

_LEAST_NEW: Final = 1e-3
"""Of all customers; with fewer new ones a look is the same look as the one before."""

_NODES, _FEWEST_PANELS, _MOST_PANELS = 16, 8, 125


def spent(alpha: float, information: float) -> float:
    """What of a two-sided `alpha` is spent at a share `information` in (0, 1] of the last size, much as O'Brien and
    Fleming spend it.

    4 − 4Φ(z/√t), z of alpha/4: each side spends its half (Lan & DeMets 1983). Only where the last size is known.
    """
    from scipy import special

    return 4 * float(special.ndtr(special.ndtri(alpha / 4) / math.sqrt(information)))


def open_ended(looks: int, alpha: float = ALPHA) -> tuple[float, ...]:
    """What each of the first `looks` releases spends where nobody knows how many come: alpha/(k(k + 1)).

    Half at the first look, and over all that may ever come alpha together.
    """
    return tuple(alpha / (look * (look + 1)) for look in range(1, looks + 1))


def levels(sizes: Sequence[float], spending: Sequence[float]) -> tuple[float, ...]:
    """The two-sided level of each look at the data so far, `sizes` of them, that makes the k-th look the first to be
    wrong with probability `spending[k]`.

    By recursive integration of the density of the sum that no earlier look called (Armitage, McPherson & Rowe 1969;
    Jennison & Turnbull 1999, ch. 19). A p, also one of t, is held against the level of its look. A look at hardly any
    new data is the same look as before; one at fewer (a block was retired) spends its share by itself, which holds
    however the data hang together. Raises ValueError where a size or a share is
    not above 0.
    """
    if min(sizes, default=1) <= 0 or min(spending, default=1) <= 0:
        raise ValueError("a look needs at least one customer and something to spend")
    finest = math.sqrt(min((later - size for size, later in pairwise(sizes) if later > size), default=1.0))
    found: list[float] = []
    state: _Uncalled | None = None
    for size, share in zip(sizes, spending, strict=True):
        if state is None:
            state = _first(size, share, finest)
        elif size < state.size:
            found.append(share)
            continue
        elif size - state.size > size * _LEAST_NEW:
            state = _next(state, size, _level(state, size, share), finest)
        found.append(state.level)
    return tuple(found)


def always_valid_p(mean: float, sd: float, n: int) -> float:
    """A p that may be looked at as often as one likes: where the mean is 0, it ever falls to alpha with chance alpha.

    Robbins' normal mixture (Robbins 1970; Howard, Ramdas, McAuliffe & Sekhon 2021): √((n + ρ)/ρ) ·
    exp(−n²(mean/sd)²/(2(n + ρ))), with ρ that makes it sharpest at `TUNED_FOR`. With an estimated sd it holds for
    large n (Waudby-Smith et al. 2024).
    """
    rho = _mixture()
    if sd == 0:
        return 1.0 if mean == 0 else 0.0
    exponent = 0.5 * math.log((n + rho) / rho) - (n * mean / sd) ** 2 / (2 * (n + rho))
    return math.exp(min(0.0, exponent))


def always_valid_reach(sd: float, n: int) -> float:
    """The half-width of the interval that holds the mean at all looks together in 95%."""
    rho = _mixture()
    return sd / n * math.sqrt((n + rho) * math.log((n + rho) / (ALPHA * ALPHA * rho)))


def _mixture() -> float:
    """ρ = n/(−W₋₁(−α²/e) − 1), which makes the reach at `TUNED_FOR` least (Howard et al. 2021)."""
    from scipy import special

    return float(TUNED_FOR / (-special.lambertw(-ALPHA * ALPHA / math.e, -1).real - 1))


@dataclass(frozen=True, slots=True)
class _Uncalled:
    """The density of the sum at a look, times the weight of each node, where no look so far called a difference."""

    size: float
    level: float
    nodes: "Floats"
    mass: "Floats"


def _first(size: float, level: float, finest: float) -> _Uncalled:
    import numpy as np

    nodes, weights = _between(_edge(size, level), finest)
    density = np.exp(-nodes * nodes / (2 * size)) / math.sqrt(2 * math.pi * size)
    return _Uncalled(size, level, nodes, weights * density)


def _level(state: _Uncalled, size: float, share: float) -> float:
    from scipy import special
    from scipy.optimize import brentq

    spread = math.sqrt(size - state.size)

    def too_many(z: float) -> float:
        edge = z * math.sqrt(size)
        beyond = special.ndtr((-edge - state.nodes) / spread) + special.ndtr((state.nodes - edge) / spread)
        return float(state.mass @ beyond) - share

    z = brentq(too_many, 0.0, 38.0, xtol=1e-12, rtol=1e-12)
    return 2 * float(special.ndtr(-z))


def _next(state: _Uncalled, size: float, level: float, finest: float) -> _Uncalled:
    import numpy as np

    nodes, weights = _between(_edge(size, level), finest)
    spread = math.sqrt(size - state.size)
    steps = (nodes[:, None] - state.nodes) / spread
    arrived = np.exp(-steps * steps / 2) @ state.mass / (spread * math.sqrt(2 * math.pi))
    return _Uncalled(size, level, nodes, weights * arrived)


def _edge(size: float, level: float) -> float:
    from scipy import special

    return -float(special.ndtri(level / 2)) * math.sqrt(size)


def _between(edge: float, finest: float) -> "tuple[Floats, Floats]":
    """Nodes and weights from −edge to edge, in panels of Gauss and Legendre at most two of the `finest` steps wide."""
    import numpy as np

    panels = min(_MOST_PANELS, max(_FEWEST_PANELS, math.ceil(edge / finest)))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = edge / panels
    centres = half * (2 * np.arange(panels) + 1) - edge
    return (centres[:, None] + half * nodes).ravel(), np.tile(half * weights, panels)
