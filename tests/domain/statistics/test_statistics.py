"""What holds for every figure."""

import pkgutil
import subprocess
import sys
import warnings

from hypothesis import given
from hypothesis import strategies as st

from kloof.domain import statistics as figures
from kloof.domain.statistics import Clustering, PracticeArm, PublishedSums, Rounding, Spread

total = st.floats(0, 2000)
sd = st.floats(0, 5)
spread = st.none() | st.builds(Spread, sd, sd, sd, st.none() | st.floats(1, 3), st.sampled_from([0, 10, 15]))
sums = st.builds(
    PublishedSums, st.integers(1, 200), total, total, st.integers(1, 9), st.just(Rounding(4.0)), spread
)


def arm(sums):
    return PracticeArm(sums, {"": sums.n})


@given(
    sums,
    sums,
    st.none() | st.builds(Clustering, st.floats(1, 4), st.integers(0, 40)),
    st.sampled_from(range(5, 100, 5)),
    st.floats(1, 4),
)
def test_no_sums_whatsoever_give_a_warning_or_a_number_that_is_none(one, other, clustering, percent, factor):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [
            figures.gap(one),
            figures.split_by_norm(one, 7),
            figures.practice(arm(one), arm(other), {"": one}, clustering, salespeople=3),
            figures.coarse_share(percent, one.n, factor=factor, clusters=12, added=0.01 / one.n),
            figures.who_stayed(one.expectation, other.expectation),
            figures.difference(one.gap, other.gap),
        ]
    assert "nan" not in repr(found)
    assert "inf" not in repr(found)


def test_scipy_and_numpy_are_not_loaded_until_a_figure_needs_them():
    rooms = ", ".join(
        f"kloof.domain.statistics.{room.name}" for room in pkgutil.iter_modules(figures.__path__)
    )
    code = f"import sys, {rooms}, kloof.domain.surveys.gap; print({{'scipy', 'numpy'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
