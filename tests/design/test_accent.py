"""Any accent that a company picks stays readable."""

import re

from hypothesis import given
from hypothesis import strategies as st

from kloof.design.accent import stylesheet
from kloof.domain.colour import READABLE, contrast, parsed

accents = st.binary(min_size=3, max_size=3).map(lambda rgb: "#" + rgb.hex())


def shades(css: str) -> list[dict[str, str]]:
    return [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in css.split("@media")]


@given(accents)
def test_text_on_a_button_is_readable_for_any_accent_by_day_and_by_night(accent: str) -> None:
    for tokens in shades(stylesheet(accent)):
        assert contrast(parsed(tokens["on-accent"]), parsed(tokens["accent"])) >= READABLE


@given(accents)
def test_a_link_is_readable_on_the_page_and_on_the_wash_for_any_accent(accent: str) -> None:
    for paper, tokens in zip(("#fbfaf7", "#14191b"), shades(stylesheet(accent)), strict=True):
        for ground in (paper, tokens["accent-wash"]):
            assert contrast(parsed(tokens["accent-text"]), parsed(ground)) >= READABLE - 0.05


def test_an_accent_that_is_readable_by_day_is_left_as_it_is() -> None:
    assert "--accent: #0b6e69;" in stylesheet("#0b6e69")
