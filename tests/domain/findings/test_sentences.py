"""The sentences, read as sentences, in both languages."""

import re
import string
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.deals.deals import PRACTICES
from kloof.domain.findings import (
    AskingFound,
    AspectsFound,
    Basis,
    ChangeFound,
    ClaimFound,
    EndFound,
    Evidence,
    Extreme,
    GapFound,
    NotEnough,
    OrderFound,
    PracticeFound,
    PromisesFound,
    SplitFound,
    StayedFound,
    Withheld,
    arm_words,
    practice_words,
    sentence,
    wording,
)
from kloof.domain.releases.document import PromiseShares
from kloof.domain.releases.practice_tables import TABLES
from kloof.domain.statistics import (
    CoarseClaim,
    CoarseShare,
    Difference,
    Estimate,
    Gap,
    Interval,
    Mean,
    PracticeEffect,
    Split,
    TooFew,
    WorstCase,
    coarse_claim,
    printed_gap,
)
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import LANGUAGES, Text

LEAD_TIME = Text(nl="levertijd", en="lead time")
SHOWN, MANY, NONE, UNKNOWN = (
    Evidence.DEMONSTRABLE,
    Evidence.AMONG_MANY,
    Evidence.NONE,
    Evidence.UNKNOWN,
)
BOUNDS = WorstCase(Interval(-2.0, 4.2), Interval(-2.1, 4.3), 95)
BASIS = Basis(deals=63, customers=55, response=0.41)


def estimate(value, low, high, n=55):
    return Estimate(value, 0.2, n - 1, Interval(low, high), 0.5, n)


def mean_of(value, low, high, n=55):
    return Mean(value, n, estimate(value, low, high, n))


def difference(value, low, high, n=55, n_other=40):
    return Difference(estimate(value, low, high, n), n, n_other)


def gap(value=0.9, low=0.4, high=1.4, n=55):
    return Gap(mean_of(value, low, high, n), expectation=8.1, reality=8.1 - value)


def both(finding):
    return sentence(finding, "nl"), sentence(finding, "en")


def test_a_gap_is_said_with_both_sides_interval_numbers_response_and_what_it_does_not_show():
    nl, en = both(GapFound(gap(), BASIS, SHOWN))
    assert nl == (
        "Klanten verwachtten bij verkoop gemiddeld 8,1 en gaven na levering 7,2: kloof 0,9 "
        "(95%-interval 0,4 tot 1,4; 63 deals van minstens 55 klanten; ongeveer 41% van de gestarte deals). "
        "Waardoor dat komt, laten deze cijfers niet zien."
    )
    assert en == (
        "Customers expected 8.1 on average at sale and gave 7.2 after delivery: gap 0.9 "
        "(95% interval 0.4 to 1.4; 63 deals of at least 55 customers; about 41% of deals started). "
        "These figures do not show why."
    )


def test_the_aspect_stands_in_front():
    nl, en = both(GapFound(gap(), BASIS, SHOWN, LEAD_TIME))
    assert nl.startswith("Levertijd: klanten verwachtten bij verkoop gemiddeld 8,1")
    assert en.startswith("Lead time: customers expected 8.1 on average")


def test_a_response_that_is_not_known_is_left_out():
    nl, en = both(GapFound(gap(), Basis(63, 55), SHOWN))
    assert "63 deals van minstens 55 klanten). Waardoor" in nl
    assert "63 deals of at least 55 customers). These" in en


def test_one_deal_is_one_and_customers_that_round_to_none_are_not_counted():
    nl, en = both(GapFound(gap(), Basis(1, 0), SHOWN))
    assert "; 1 deal). " in nl
    assert "; 1 deal). " in en


def test_a_gap_the_other_way_says_that_it_was_more_than_expected():
    nl, en = both(GapFound(gap(-0.9, -1.4, -0.4), BASIS, SHOWN))
    assert "kloof −0,9, dus meer dan verwacht (95%-interval −1,4 tot −0,4;" in nl
    assert "gap −0.9, so more than expected (95% interval −1.4 to −0.4;" in en


def test_an_interval_that_holds_zero_shows_no_demonstrable_difference():
    nl, en = both(GapFound(gap(0.2, -0.3, 0.7), BASIS, NONE))
    assert nl == (
        "Klanten verwachtten bij verkoop gemiddeld 8,1 en gaven na levering 7,9. Geen aantoonbaar verschil: kloof "
        "0,2 (95%-interval −0,3 tot 0,7; 63 deals van minstens 55 klanten; ongeveer 41% van de gestarte deals). "
        "Er kan een verschil zijn; met deze aantallen is het niet te zien."
    )
    assert en == (
        "Customers expected 8.1 on average at sale and gave 7.9 after delivery. No demonstrable difference: gap "
        "0.2 (95% interval −0.3 to 0.7; 63 deals of at least 55 customers; about 41% of deals started). There may "
        "be a difference; these numbers cannot show it."
    )


def test_an_end_that_would_read_as_zero_gets_a_decimal_more():
    nl, en = both(GapFound(gap(0.4, 0.03, 0.8), BASIS, SHOWN))
    assert "95%-interval 0,03 tot 0,80;" in nl
    assert "95% interval 0.03 to 0.80;" in en


def test_a_difference_that_does_not_stand_among_many_tests_is_not_demonstrable_either():
    nl, en = both(GapFound(gap(), BASIS, MANY))
    assert "Geen aantoonbaar verschil: kloof 0,9" in nl
    assert nl.endswith("maar wie vaak kijkt, en naar veel cijfers, ziet altijd wel iets.")
    assert "No demonstrable difference: gap 0.9" in en
    assert en.endswith("but anyone who looks often, and at many figures, always sees something.")


@pytest.mark.parametrize("evidence", [NONE, MANY])
def test_only_a_gap_that_is_surely_small_is_called_no_difference_that_matters(evidence):
    nl, en = both(GapFound(gap(0.1, -0.1, 0.3), BASIS, evidence, small=True))
    assert "Geen verschil dat ertoe doet (kleiner dan 0,5): kloof 0,1 (" in nl
    assert "No difference that matters (less than 0.5): gap 0.1 (" in en
    assert nl.endswith("gestarte deals).")


def test_a_gap_that_is_certain_and_small_says_both():
    nl, en = both(GapFound(gap(0.2, 0.1, 0.3), BASIS, SHOWN, small=True))
    assert "kloof 0,2 (" in nl
    assert "De kloof is wel aan te tonen, maar klein: minder dan 0,5." in nl
    assert "The gap can be demonstrated, but it is small: less than 0.5." in en


def test_a_mean_over_aspects_that_differ_names_their_ends_and_never_says_no_difference():
    ends = Extreme(Text(nl="Nazorg", en="Aftercare"), -0.8), Extreme(LEAD_TIME, 1.2)
    nl, en = both(GapFound(gap(0.1, -0.1, 0.3), BASIS, NONE, small=True, apart=ends))
    assert nl.endswith("Dat gemiddelde verbergt verschillen: van −0,8 (Nazorg) tot +1,2 (levertijd).")
    assert en.endswith("That average hides differences: from −0.8 (Aftercare) to +1.2 (lead time).")
    assert "Geen" not in nl
    assert "No " not in en


def test_as_long_as_the_spread_is_not_known_a_gap_has_no_interval_and_says_what_it_takes():
    bare = Gap(Mean(0.9, 24, None), 8.1, 7.2)
    nl, en = both(GapFound(bare, Basis(24, 20), UNKNOWN))
    assert nl == (
        "Klanten verwachtten bij verkoop gemiddeld 8,1 en gaven na levering 7,2: kloof 0,9 (24 deals van minstens "
        "20 klanten). Hoe zeker dit is, is nog niet te zeggen: daarvoor zijn minstens 30 deals met twee antwoorden "
        "nodig. Indicatief: minder dan 30 klanten."
    )
    assert "How certain this is cannot be said yet: that takes at least 30 deals with two answers." in en


def test_below_ten_salespeople_the_whole_says_for_whom_its_interval_holds():
    sellers = Basis(63, 55, these_sellers=True)
    nl, en = both(GapFound(gap(), sellers, SHOWN))
    assert nl.endswith("Het interval geldt alleen voor klanten van deze verkopers.")
    assert en.endswith("The interval holds only for customers of these salespeople.")
    assert "verkopers" not in sentence(GapFound(gap(), sellers, SHOWN, LEAD_TIME), "nl")


def test_under_thirty_customers_a_gap_is_called_indicative():
    nl, en = both(GapFound(gap(n=29), BASIS, SHOWN))
    assert nl.endswith("laten deze cijfers niet zien. Indicatief: minder dan 30 klanten.")
    assert en.endswith("do not show why. Indicative: fewer than 30 customers.")


@pytest.mark.parametrize(
    ("n", "short", "better", "nl", "en"),
    [
        (
            24, 24, 0,
            "Op alle 24 aspecten kregen klanten aantoonbaar minder dan zij verwachtten.",
            "On all 24 aspects customers demonstrably received less than they expected.",
        ),
        (
            8, 0, 8,
            "Op alle 8 aspecten kregen klanten aantoonbaar meer dan zij verwachtten.",
            "On all 8 aspects customers demonstrably received more than they expected.",
        ),
        (
            8, 0, 0,
            "Op geen van de 8 aspecten is een verschil aan te tonen.",
            "No difference can be demonstrated on any of the 8 aspects.",
        ),
        (
            8, 5, 2,
            "Op 5 van de 8 aspecten kregen klanten aantoonbaar minder dan zij verwachtten. Op 2 van de 8 aspecten "
            "kregen klanten aantoonbaar meer dan zij verwachtten. Op het andere aspect is geen verschil aan te tonen.",
            "On 5 of the 8 aspects customers demonstrably received less than they expected. On 2 of the 8 aspects "
            "customers demonstrably received more than they expected. On the other aspect no difference can be "
            "demonstrated.",
        ),
        (
            8, 1, 0,
            "Op 1 van de 8 aspecten kregen klanten aantoonbaar minder dan zij verwachtten. Op de andere 7 is geen "
            "verschil aan te tonen.",
            "On 1 of the 8 aspects customers demonstrably received less than they expected. On the other 7 no "
            "difference can be demonstrated.",
        ),
        (
            2, 1, 1,
            "Op 1 van de 2 aspecten kregen klanten aantoonbaar minder dan zij verwachtten. Op 1 van de 2 aspecten "
            "kregen klanten aantoonbaar meer dan zij verwachtten.",
            "On 1 of the 2 aspects customers demonstrably received less than they expected. On 1 of the 2 aspects "
            "customers demonstrably received more than they expected.",
        ),
        (
            1, 0, 0,
            "Op het enige aspect is geen verschil aan te tonen.",
            "On the only aspect no difference can be demonstrated.",
        ),
    ],
)  # fmt: skip
def test_how_many_aspects_fell_short_is_said_as_a_person_would(n, short, better, nl, en):
    assert both(AspectsFound(n, short, better)) == (nl, en)


def test_aspects_that_are_not_called_different_though_their_interval_leaves_out_zero_are_counted():
    """A reader who looks at the table would take it for a mistake."""
    nl, en = both(AspectsFound(8, 5, 0, many=2))
    assert nl.endswith(
        "Op de andere 3 is geen verschil aan te tonen. Bij 2 aspecten laat het interval nul er wel buiten. Maar wie "
        "vaak kijkt, en naar veel cijfers, ziet altijd wel iets."
    )
    assert en.endswith(
        "On the other 3 no difference can be demonstrated. On 2 aspects the interval does leave out zero. But anyone "
        "who looks often, and at many figures, always sees something."
    )
    nl, en = both(AspectsFound(8, 0, 0, many=1))
    assert "Bij 1 aspect laat het interval nul er wel buiten." in nl
    assert "On 1 aspect the interval does leave out zero." in en


def test_two_sides_that_are_both_near_the_norm_are_said_together():
    split = Split(overpromise=mean_of(0.2, -0.02, 0.34), underdelivery=mean_of(0.1, -0.1, 0.3))
    nl, en = both(SplitFound(split, printed_gap(9.2, 8.9, 9.0), NONE, NONE))
    assert nl == (
        "Verwachting en levering lagen allebei niet aantoonbaar boven of onder onze norm (+0,2; 95%-interval −0,02 "
        "tot 0,34; levering −0,1; 95%-interval −0,3 tot 0,1). Dit zijn de twee delen van de kloof."
    )
    assert en == (
        "Neither expectation nor delivery was demonstrably above or below our norm (+0.2; 95% interval −0.02 to 0.34; "
        "delivery −0.1; 95% interval −0.3 to 0.1). These are the two parts of the gap."
    )


def test_the_split_says_on_which_side_of_the_norm_each_lies():
    split = Split(overpromise=mean_of(0.6, 0.2, 1.0), underdelivery=mean_of(0.3, 0.1, 0.5))
    nl, en = both(SplitFound(split, printed_gap(8.1, 7.2, 7.5), SHOWN, SHOWN))
    assert nl == (
        "De verwachting lag gemiddeld 0,6 boven onze norm (95%-interval 0,2 tot 1,0) en de levering 0,3 onder "
        "onze norm (95%-interval 0,1 tot 0,5). Dit zijn de twee delen van de kloof."
    )
    assert en == (
        "Expectation was on average 0.6 above our norm (95% interval 0.2 to 1.0) and delivery 0.3 below our norm "
        "(95% interval 0.1 to 0.5). These are the two parts of the gap."
    )


def test_delivery_above_the_norm_is_said_as_such():
    split = Split(overpromise=mean_of(-0.6, -1.0, -0.2), underdelivery=mean_of(-0.3, -0.5, -0.1))
    nl, en = both(SplitFound(split, printed_gap(6.9, 7.8, 7.5), SHOWN, SHOWN))
    assert "0,6 onder onze norm (95%-interval 0,2 tot 1,0) en de levering 0,3 boven onze norm" in nl
    assert "delivery 0.3 above our norm (95% interval 0.1 to 0.5)" in en


def test_a_side_that_is_not_demonstrably_off_the_norm_has_its_sign_and_interval():
    split = Split(overpromise=mean_of(0.6, 0.2, 1.0), underdelivery=mean_of(0.3, -0.1, 0.7))
    nl, en = both(SplitFound(split, printed_gap(8.1, 7.2, 7.5), SHOWN, NONE))
    assert "de levering niet aantoonbaar boven of onder onze norm (−0,3; 95%-interval −0,7 tot 0,1)" in nl
    assert "delivery not demonstrably above or below our norm (−0.3; 95% interval −0.7 to 0.1)" in en


def test_a_split_without_known_spread_has_distances_and_no_intervals():
    split = Split(overpromise=Mean(0.6, 24, None), underdelivery=Mean(0.3, 24, None))
    nl, en = both(SplitFound(split, printed_gap(8.1, 7.2, 7.5), UNKNOWN, UNKNOWN))
    assert "gemiddeld 0,6 boven onze norm en de levering 0,3 onder onze norm." in nl
    assert "on average 0.6 above our norm and delivery 0.3 below our norm." in en


def test_the_founding_claim_compares_who_got_the_norm_with_who_did_not():
    nl, en = both(ClaimFound(coarse_claim(200, 60, 20, 70)))
    assert nl == (
        "Van de klanten die minstens onze norm kregen, was ongeveer 20% teleurgesteld; van wie minder kreeg, was dat "
        "ongeveer 70%. Dat verschil is aan te tonen: ongeveer 50 procentpunt (95%-interval 31 tot 66). Had iedereen "
        "precies onze norm verwacht, en evenveel gekregen als nu, dan was ongeveer 40% teleurgesteld. Waardoor dat "
        "komt, laten deze cijfers niet zien."
    )
    assert en == (
        "Of customers who got at least our norm, about 20% were disappointed; of those who got less, about 70% were. "
        "That difference can be demonstrated: about 50 percentage points (95% interval 31 to 66). Had everybody "
        "expected exactly our norm, and got as much as now, about 40% would have been disappointed. These figures do "
        "not show why."
    )


def test_a_claim_that_the_shares_cannot_carry_says_so_or_gives_no_interval():
    nl, en = both(ClaimFound(coarse_claim(60, 50, 40, 50)))
    assert "Een verschil is daarmee niet aan te tonen (95%-interval −" in nl
    assert "That does not demonstrate a difference (95% interval −" in en
    nl, _ = both(ClaimFound(coarse_claim(30, 95, 5, 95)))
    assert "minder dan 10% teleurgesteld; van wie minder kreeg, was dat meer dan 90%. Had iedereen" in nl


def test_the_plain_counts_are_said_per_hundred_customers():
    nl, en = both(OrderFound(45, 30, 25))
    assert nl == (
        "Van elke 100 klanten kregen er ongeveer 45 minder dan zij verwachtten, 30 evenveel en 25 meer."
    )
    assert en == "Of every 100 customers about 45 got less than they expected, 30 as much and 25 more."


def test_shares_at_the_ends_are_said_as_no_more_than_that():
    nl, en = both(OrderFound(5, 95, 5))
    assert "er nog geen 10 minder dan zij verwachtten, meer dan 90 evenveel en nog geen 10 meer" in nl
    assert "customers fewer than 10 got less than they expected, over 90 as much and fewer than 10 more" in en
    nl, _ = both(OrderFound(5, 30, 65))
    assert "nog geen 10 minder dan zij verwachtten, ongeveer 30 evenveel en 65 meer" in nl


def test_the_end_of_the_scale_is_said_per_wave():
    nl, en = both(EndFound(20, "highest", Wave.SALE))
    assert nl == (
        "Ongeveer 20% van de klanten koos bij verkoop het hoogste cijfer. Hoger kan de schaal niet meten."
    )
    assert en == "About 20% of customers chose the highest mark at sale. The scale cannot measure higher."
    nl, en = both(EndFound(95, "lowest", Wave.DELIVERY))
    assert nl.startswith("Meer dan 90% van de klanten koos na levering het laagste")
    assert "the lowest mark after delivery" in en


def changed(value, low, high, evidence, new=56):
    before = Gap(mean_of(1.2, 0.9, 1.5, 112), 8.0, 6.8)
    came = Gap(mean_of(1.2 + value, 0.5, 1.5, new), 8.1, 6.9 - value)
    return ChangeFound(date(2026, 5, 4), before, came, difference(value, low, high, new, 112), evidence)


def test_what_changed_is_said_of_the_deals_that_came_in_beside_those_before():
    nl, en = both(changed(-0.3, -0.9, 0.3, NONE))
    assert nl == (
        "Sinds 4 mei 2026 kwamen er 56 deals bij: verwacht 8,1; gekregen 7,2; kloof 0,9. In de 112 deals "
        "daarvoor: verwacht 8,0; gekregen 6,8; kloof 1,2. Een verandering is niet aan te tonen (−0,3; 95%-interval "
        "−0,9 tot 0,3)."
    )
    assert en == (
        "Since 4 May 2026, 56 deals came in: expected 8.1; received 7.2; gap 0.9. In the 112 deals before that: "
        "expected 8.0; received 6.8; gap 1.2. A change cannot be demonstrated (−0.3; 95% interval −0.9 to 0.3)."
    )
    nl, en = both(replace(changed(-0.3, -0.9, 0.3, NONE), before_since=date(2026, 2, 1)))
    assert "In de 112 deals die er bij de publicatie daarvoor bijkwamen: verwacht 8,0" in nl
    assert "In the 112 deals that came in with the release before it: expected 8.0" in en
    nl, en = both(changed(-0.5, -0.8, -0.2, SHOWN))
    assert nl.endswith("De kloof is aantoonbaar kleiner geworden: 0,5 (95%-interval 0,2 tot 0,8).")
    assert en.endswith("The gap has demonstrably shrunk: 0.5 (95% interval 0.2 to 0.8).")
    assert "aantoonbaar groter geworden: 0,5" in both(changed(0.5, 0.2, 0.8, SHOWN))[0]


def test_a_change_is_what_is_left_of_the_gaps_as_they_are_printed():
    """1.04 and 0.75 are printed 1.0 and 0.8; their difference of 0.29 would be 0.3, and a reader finds 0.2."""
    before, came = (Gap(mean_of(one, one - 0.3, one + 0.3), 8.0, 8.0 - one) for one in (1.04, 0.75))
    found = ChangeFound(date(2026, 5, 4), before, came, difference(-0.29, -0.9, 0.3), NONE)
    assert "kloof 0,8. In de" in sentence(found, "nl")
    assert "kloof 1,0. Een verandering is niet aan te tonen (−0,2;" in sentence(found, "nl")
    shown = ChangeFound(date(2026, 5, 4), before, came, difference(-0.29, -0.5, -0.1), SHOWN)
    assert "De kloof is aantoonbaar kleiner geworden: 0,2 (" in sentence(shown, "nl")


def test_a_change_without_known_spread_says_that_it_may_be_chance():
    nl, en = both(
        ChangeFound(date(2026, 5, 4), gap(n=24), gap(n=12), TooFew(30, 29), UNKNOWN),
    )
    assert nl.endswith("Of dat meer is dan toeval, is nog niet te zeggen.")
    assert en.endswith("Whether that is more than chance cannot be said yet.")


def test_who_stayed_is_said_with_what_the_others_could_have_made_of_it():
    stayed = StayedFound(difference(0.3, -0.1, 0.7), BOUNDS, NONE)
    nl, en = both(stayed)
    assert nl == (
        "We vergelijken 55 deals met twee antwoorden met 40 deals waarin de klant na levering niet antwoordde. Wat "
        "zij bij verkoop verwachtten, verschilde niet aantoonbaar (+0,3; 95%-interval −0,1 tot 0,7). Wat de "
        "anderen ook hadden gegeven: de kloof van al deze deals samen ligt tussen −2,1 en 4,3, toeval meegerekend. "
        "Waarom de anderen niet antwoordden, weten we niet."
    )
    assert en == (
        "We compare 55 deals with two answers with 40 deals in which the customer did not answer after delivery. "
        "What they expected at sale did not demonstrably differ (+0.3; 95% interval −0.1 to 0.7). Whatever the "
        "others would have given, the gap of all these deals together lies between −2.1 and 4.3, chance included. "
        "We do not know why the others did not answer."
    )


def test_a_bound_that_would_read_as_zero_gets_a_decimal_more():
    stayed = StayedFound(
        difference(0.3, -0.1, 0.7), WorstCase(Interval(0.1, 3.5), Interval(0.013, 3.63), 95), NONE
    )
    assert "ligt tussen 0,01 en 3,63, toeval" in sentence(stayed, "nl")
    assert "lies between 0.01 and 3.63, chance" in sentence(stayed, "en")


@pytest.mark.parametrize(
    ("value", "nl_part", "en_part"),
    [
        (0.5, "gemiddeld 0,5 meer (95%-interval 0,2 tot 0,8)", "0.5 more on average at sale"),
        (-0.5, "gemiddeld 0,5 minder (95%-interval 0,2 tot 0,8)", "0.5 less on average at sale"),
    ],
)
def test_who_stayed_and_differed_is_said_in_which_direction(value, nl_part, en_part):
    low, high = sorted((value - 0.3, value + 0.3))
    nl, en = both(StayedFound(difference(value, low, high), BOUNDS, SHOWN))
    assert nl_part in nl
    assert en_part in en


def test_the_effect_of_asking_says_that_a_draw_decided():
    nl, en = both(AskingFound(difference(-0.4, -0.7, -0.1), SHOWN))
    assert nl == (
        "Een loting bepaalde wie bij verkoop is gevraagd en wie niet. We vergelijken 55 deals waarin dat wel is "
        "gevraagd met 40 deals waarin dat niet is gevraagd. Wie wel is gevraagd, gaf na levering gemiddeld 0,4 minder "
        "(95%-interval 0,1 tot 0,7). De loting bepaalde wie werd gevraagd, niet wie antwoordde: wie wel is "
        "gevraagd, telt hier pas mee na twee antwoorden."
    )
    assert en == (
        "A draw decided who was asked at sale and who was not. We compare 55 deals in which the customer was "
        "asked with 40 deals in which the customer was not. Those who were asked gave 0.4 less on average after "
        "delivery (95% interval 0.1 to 0.7). The draw decided who was asked, not who answered: those "
        "who were asked count here only after two answers."
    )


def test_where_who_skipped_the_first_survey_counts_too_it_is_said_to_be_what_the_draw_made():
    nl, en = both(AskingFound(difference(-0.4, -0.7, -0.1), SHOWN, by_lot=True))
    assert nl.endswith(
        "Wie wel is gevraagd, telt ook mee als die alleen na levering antwoordde: zo vergelijken we wat de loting "
        "maakte."
    )
    assert en.endswith(
        "Those who were asked count also where they answered only after delivery: what is compared is what the draw "
        "made."
    )


def test_promises_are_said_as_coarse_shares():
    nl, en = both(PromisesFound(PromiseShares(kept=65, partly=25, broken=10)))
    assert nl == (
        "Van de beloften waarvan de uitkomst bekend is, is ongeveer 65% nagekomen, ongeveer 25% deels en ongeveer "
        "10% niet."
    )
    assert (
        en == "Of the promises with a known outcome about 65% were kept, about 25% partly and about 10% not."
    )


def test_promises_of_which_enough_is_told_have_an_interval_and_say_why_it_is_wide():
    told = PromiseShares(kept=65, partly=25, broken=10, known=140, promisers=60)
    kept = CoarseShare(65, Interval(0.524, 0.761))
    nl, en = both(PromisesFound(told, kept, kept, kept))
    assert nl == (
        "Van de beloften waarvan de uitkomst bekend is, is ongeveer 65% nagekomen (95%-interval 52 tot 76%), ongeveer "
        "25% deels en ongeveer 10% niet. Het gaat om ongeveer 140 beloften aan ongeveer 60 klanten. Het interval is "
        "ruim: delen zijn afgerond, en beloften aan één klant lijken op elkaar."
    )
    assert en == (
        "Of the promises with a known outcome about 65% were kept (95% interval 52 to 76%), about 25% partly and about "
        "10% not. These are about 140 promises to about 60 customers. The interval is wide: shares are rounded, and "
        "promises to one customer are alike."
    )


def practice(value, low, high, evidence, v=-0.4, r=0.2, n=55):
    gap = Mean(value, n, estimate(value, low, high, n) if low is not None else None)
    return PracticeFound("joint_visit", PracticeEffect(v, r, gap, n, 40), evidence)


def test_a_practice_is_said_without_naming_a_cause():
    nl, en = both(practice(-0.6, -1.1, -0.1, SHOWN))
    assert nl == (
        "In deals met een gezamenlijk bezoek vóór de offerte was de kloof 0,6 kleiner dan in andere deals van "
        "hetzelfde product (95%-interval 0,1 tot 1,1). Wat klanten verwachtten, lag 0,4 lager; wat zij kregen, lag "
        "0,2 hoger. Deze deals verschilden ook op andere punten; dit toont geen oorzaak."
    )
    assert en == (
        "In deals with a joint visit before the quote the gap was 0.6 smaller than in other deals of the same product "
        "(95% interval 0.1 to 1.1). What customers expected was 0.4 lower; what they got was 0.2 higher. These deals "
        "differed in other ways too; this shows no cause."
    )


def test_a_practice_with_a_larger_gap_is_said_as_plainly():
    nl, en = both(practice(0.6, 0.1, 1.1, SHOWN, v=0.6, r=0.0))
    assert "0,6 groter dan in andere deals van hetzelfde product (95%-interval 0,1 tot 1,1)." in nl
    assert "Wat klanten verwachtten, lag 0,6 hoger; wat zij kregen, lag even hoog." in nl
    assert "0.6 larger than in other deals of the same product (95% interval 0.1 to 1.1)." in en
    assert "What customers expected was 0.6 higher; what they got was the same." in en


def test_a_practice_that_shows_nothing_says_so():
    nl, en = both(practice(-0.3, -0.8, 0.2, NONE, v=-0.2, r=0.1, n=25))
    assert nl == (
        "Geen aantoonbaar verschil in kloof tussen deals van hetzelfde product met en zonder een gezamenlijk bezoek "
        "vóór de offerte (−0,3; 95%-interval −0,8 tot 0,2). Deze deals verschilden ook op andere punten; dit toont "
        "geen oorzaak. Indicatief: minder dan 30 klanten."
    )
    assert en.startswith(
        "No demonstrable difference in gap between deals of the same product with and without a"
    )


def test_below_ten_salespeople_a_practice_has_a_difference_and_no_claim():
    nl, en = both(practice(-0.6, None, None, UNKNOWN))
    assert nl == (
        "Het verschil in kloof tussen deals van hetzelfde product met en zonder een gezamenlijk bezoek vóór de offerte "
        "was −0,6. Of dat meer is dan toeval, is niet te zeggen: daarvoor moeten minstens 10 verkopers meetellen. Deze "
        "deals verschilden ook op andere punten; dit toont geen oorzaak."
    )
    assert en == (
        "The difference in gap between deals of the same product with and without a joint visit before the quote was "
        "−0.6. Whether that is more than chance cannot be said: that takes at least 10 salespeople. These deals "
        "differed in other ways too; this shows no cause."
    )


def test_what_is_withheld_gives_one_reason_and_no_number():
    assert both(Withheld()) == ("Te weinig antwoorden om te publiceren.", "Too few answers to publish.")


def test_a_figure_that_needs_more_says_how_many():
    nl, en = both(NotEnough(TooFew(20, 12, "promises")))
    assert nl == "Te weinig beloften voor dit cijfer: 12, en er zijn er 20 nodig."
    assert en == "Too few promises for this figure: 12, and it needs 20."


def test_every_practice_that_is_tracked_has_words():
    assert set(practice_words.PRACTICES) == set(TABLES)


def all_texts():
    for name, value in (vars(wording) | vars(arm_words) | vars(practice_words)).items():
        if isinstance(value, Text):
            yield name, value
        elif hasattr(value, "values") and name.isupper():
            for key, text in value.items():
                yield f"{name} {key}", text


def places(text):
    return sorted(field for _, field, _, _ in string.Formatter().parse(text) if field)


@pytest.mark.parametrize(("name", "text"), list(all_texts()))
def test_dutch_and_english_have_the_same_places_to_fill_in(name, text):
    assert places(text.nl) == places(text.en), name


CAUSE_OR_BLAME = re.compile(
    r"omdat|doordat|dankzij|veroorza|leidt tot|schuld|fout|slecht|te veel beloofd"
    r"|because|due to|caused|leads? to|thanks to|blame|fault|fail|overpromis|underdeliver",
    re.IGNORECASE,
)


@pytest.mark.parametrize(("name", "text"), list(all_texts()))
def test_no_sentence_blames_or_names_a_cause(name, text):
    assert not CAUSE_OR_BLAME.search(text.nl), name
    assert not CAUSE_OR_BLAME.search(text.en), name


@pytest.mark.parametrize(("name", "text"), list(all_texts()))
def test_no_sentence_says_that_there_is_no_gap(name, text):
    assert "geen kloof" not in text.nl.lower(), name
    assert "no gap" not in text.en.lower(), name


value = st.floats(-10, 10)
interval = st.tuples(value, value).map(lambda ends: Interval(min(ends), max(ends)))
estimates = st.builds(
    Estimate, value, st.floats(0, 5), st.floats(1, 1000), interval, st.floats(0, 1), st.integers(10, 10**7)
)
mean = st.builds(Mean, value, st.integers(10, 10**7), st.none() | estimates)
gaps = st.builds(Gap, mean, value, value, st.sampled_from([Decimal("0.1"), Decimal("0.5")]))
arms = st.builds(Difference, estimates, st.integers(20, 999), st.integers(20, 999))
percent = st.sampled_from(range(5, 100, 5))
about = st.none() | st.just(LEAD_TIME)
evidence = st.sampled_from(Evidence)
unit = st.floats(0, 1)
basis = st.builds(Basis, st.integers(10, 10**7), st.integers(0, 10**7), st.none() | unit, st.booleans())
extreme = st.builds(Extreme, st.just(LEAD_TIME), value)
counted = st.integers(2, 24).flatmap(
    lambda n: st.integers(0, n).flatmap(
        lambda short: st.builds(
            AspectsFound,
            st.just(n),
            st.just(short),
            st.integers(0, n - short),
            st.booleans(),
            st.integers(0, n),
        )
    )
)
finding = st.one_of(
    st.builds(
        GapFound,
        gaps,
        basis,
        evidence,
        about,
        st.just(0.5),
        st.booleans(),
        st.none() | st.tuples(extreme, extreme),
    ),
    counted,
    st.builds(
        SplitFound,
        st.builds(Split, mean, mean),
        st.builds(printed_gap, value, value, value),
        evidence,
        evidence,
        about,
    ),
    st.builds(ClaimFound, st.builds(CoarseClaim, percent, percent, percent, interval), about),
    st.builds(OrderFound, percent, percent, percent, about),
    st.builds(EndFound, percent, st.sampled_from(["lowest", "highest"]), st.sampled_from(Wave), about),
    st.builds(ChangeFound, st.dates(), gaps, gaps, st.just(TooFew(30, 29)) | arms, evidence),
    st.builds(
        StayedFound, arms, st.builds(WorstCase, interval, interval, st.integers(40, 999)), evidence, about
    ),
    st.builds(AskingFound, arms, evidence, about),
    st.builds(
        PromisesFound,
        st.builds(
            PromiseShares,
            kept=percent,
            partly=percent,
            broken=percent,
            known=st.none() | st.integers(20, 9999),
            promisers=st.none() | st.integers(10, 9999),
        ),
        *([st.none() | st.builds(CoarseShare, percent, st.builds(Interval, unit, unit))] * 3),
    ),
    st.builds(
        PracticeFound,
        st.sampled_from(PRACTICES),
        st.builds(PracticeEffect, value, value, mean, st.integers(20, 999), st.integers(20, 999)),
        evidence,
        about,
    ),
    st.just(Withheld()),
)


@given(finding, st.sampled_from(LANGUAGES))
def test_every_sentence_is_whole(found, language):
    written = sentence(found, language)
    assert re.fullmatch(r"[A-Z0-9].*\.", written)
    assert not re.search(r"[{}]|  |nan|None|\binf\b", written)
    assert "-" not in re.sub(r"95%-interval|after-care", "", written), "a hyphen where a minus sign belongs"
    assert written.count("(") == written.count(")")
    for part in re.split(r"(?<=\.) (?=[A-Z])", written):
        assert len(re.sub(r"\(.*?\)", "", part).split()) <= 32, f"too long for B1: {part}"
