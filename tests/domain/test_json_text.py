"""JSON as we write it for whoever reads a release."""

import json

from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.json_text import indented

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(SCALARS, lambda part: st.lists(part) | st.dictionaries(st.text(), part), max_leaves=30)


@given(VALUES)
def test_what_is_indented_is_letter_for_letter_what_pythons_own_indents(value):
    assert indented(value) == json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
