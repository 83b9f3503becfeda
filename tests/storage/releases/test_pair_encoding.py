"""The letters of a pair say who bought, who sold and since when, and are read for many pairs at once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kloof.storage.releases.pair_encoding import HEAD, head, heads

ROW = st.integers(1, 2**31 - 1)


@given(st.lists(st.tuples(ROW, ROW, st.integers(0, 2**16 - 1)), min_size=1))
def test_what_stands_in_front_of_the_answers_is_read_as_it_was_written(who):
    written = [head(*one) for one in who]
    assert {len(one) for one in written} == {HEAD}
    sheets = np.frombuffer("".join(written).encode("ascii"), np.uint8).reshape(-1, HEAD) - ord("a")
    assert list(zip(*(number.tolist() for number in heads(sheets)), strict=True)) == who
