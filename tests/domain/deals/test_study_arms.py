"""The draw: which deals get no first survey."""

from kloof.domain.deals.study_arms import Arm, drawn

KEY = "a secret key for tests, and nothing else"


def test_without_a_share_everybody_is_asked():
    assert {drawn(KEY, f"D-{number}", 0) for number in range(1000)} == {Arm.ASKED}


def test_about_the_share_of_deals_is_not_asked():
    left_out = sum(drawn(KEY, f"D-{number}", 0.15) is Arm.NOT_ASKED for number in range(20_000))
    assert 0.14 < left_out / 20_000 < 0.16


def test_the_same_deal_draws_the_same_and_a_larger_share_only_adds_deals():
    deals = [f"D-{number}" for number in range(2000)]
    few = {deal for deal in deals if drawn(KEY, deal, 0.1) is Arm.NOT_ASKED}
    assert few == {deal for deal in deals if drawn(KEY, deal, 0.1) is Arm.NOT_ASKED}
    assert few < {deal for deal in deals if drawn(KEY, deal, 0.2) is Arm.NOT_ASKED}


def test_another_key_draws_otherwise():
    deals = [f"D-{number}" for number in range(500)]
    assert [drawn(KEY, deal, 0.2) for deal in deals] != [drawn(KEY + "!", deal, 0.2) for deal in deals]
