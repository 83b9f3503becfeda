"""What holds for every figure."""

import pkgutil
import subprocess
import sys
import warnings

from hypothesis import given

from cast.random_answers import TEN, customers
from kloof.domain import statistics as figures
from kloof.domain.statistics.sums import PairedSums


@given(customers(0), customers(0))
def test_no_answers_whatsoever_give_a_warning_or_a_number_that_is_none(one, other):
    a = PairedSums.of(*one, TEN, norm=7)
    b = PairedSums.of(*other, TEN, norm=7)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [
            figures.gap(a),
            figures.split_by_norm(a, 7),
            figures.founding_claim(a),
            figures.movement(a),
            figures.effect_size(a),
            figures.ceiling(a),
            figures.practice(a, b, salespeople=3, salespeople_other=3),
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
