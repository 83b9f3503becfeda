"""The sentences, read as sentences, in both languages."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.deals.deals import PRACTICES
from kloof.domain.findings import (
    AskingFound,
    Basis,
    ClaimFound,
    EffectFound,
    EndFound,
    Evidence,
    GapFound,
    MovementFound,
    NotEnough,
    PracticeFound,
    PromisesFound,
    SplitFound,
    StayedFound,
    Withheld,
    sentence,
    wording,
)
from kloof.domain.releases.document import WithheldReason
from kloof.domain.statistics import (
    Difference,
    EffectSize,
    Gap,
    Interval,
    Mean,
    Movement,
    PracticeEffect,
    Promises,
    Split,
    TooFew,
    wilson,
)
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import LANGUAGES, Text

LEAD_TIME = Text(nl="levertijd", en="lead time")
SHOWN, MANY, NONE = Evidence.DEMONSTRABLE, Evidence.AMONG_MANY, Evidence.NONE
BASIS = Basis(deals=63, customers=55, response=0.41)


def mean_of(value, low, high, n=55):
    return Mean(value, Interval(low, high), 1.0, 0.5, n)


def difference(value, low, high, n=55, n_other=40):
    return Difference(value, Interval(low, high), 0.5, n, n_other)


def gap(value=0.9, low=0.4, high=1.4, n=55):
    return Gap(mean_of(value, low, high, n), expectation=8.1, reality=8.1 - value)


def both(finding):
    return sentence(finding, "nl"), sentence(finding, "en")


def test_a_gap_is_said_with_both_sides_interval_numbers_response_and_what_it_does_not_say():
    nl, en = both(GapFound(gap(), BASIS, SHOWN))
    assert nl == (
        "Klanten verwachtten bij verkoop gemiddeld 8,1 en gaven na levering 7,2: kloof 0,9 "
        "(95%-interval 0,4 tot 1,4; 63 deals, 55 klanten; 41% van de gestarte deals). Dit zegt niet waardoor."
    )
    assert en == (
        "Customers expected 8.1 on average at sale and gave 7.2 after delivery: gap 0.9 "
        "(95% interval 0.4 to 1.4; 63 deals, 55 customers; 41% of deals started). This does not say why."
    )


def test_the_aspect_stands_in_front():
    nl, en = both(GapFound(gap(), BASIS, SHOWN, LEAD_TIME))
    assert nl.startswith("Levertijd: klanten verwachtten bij verkoop gemiddeld 8,1")
    assert en.startswith("Lead time: customers expected 8.1 on average")


def test_a_response_that_is_not_known_is_left_out():
    nl, en = both(GapFound(gap(), Basis(63, 55), SHOWN))
    assert "63 deals, 55 klanten). Dit" in nl
    assert "63 deals, 55 customers). This" in en


def test_a_gap_the_other_way_says_that_it_was_more_than_expected():
    nl, en = both(GapFound(gap(-0.9, -1.4, -0.4), BASIS, SHOWN))
    assert "kloof −0,9, dus meer dan verwacht (95%-interval −1,4 tot −0,4;" in nl
    assert "gap −0.9, so more than expected (95% interval −1.4 to −0.4;" in en


def test_an_interval_that_holds_zero_shows_no_demonstrable_difference():
    nl, en = both(GapFound(gap(0.2, -0.3, 0.7), BASIS, NONE))
    assert nl == (
        "Klanten verwachtten bij verkoop gemiddeld 8,1 en gaven na levering 7,9. Geen aantoonbaar verschil: kloof "
        "0,2 (95%-interval −0,3 tot 0,7; 63 deals, 55 klanten; 41% van de gestarte deals). Er kan een verschil "
        "zijn; met deze aantallen is het niet te zien."
    )
    assert en == (
        "Customers expected 8.1 on average at sale and gave 7.9 after delivery. No demonstrable difference: gap "
        "0.2 (95% interval −0.3 to 0.7; 63 deals, 55 customers; 41% of deals started). There may be a "
        "difference; these numbers cannot show it."
    )


def test_a_difference_that_does_not_stand_among_many_tests_is_not_demonstrable_either():
    nl, en = both(GapFound(gap(), BASIS, MANY))
    assert "Geen aantoonbaar verschil: kloof 0,9" in nl
    assert nl.endswith("maar wie veel cijfers tegelijk bekijkt, ziet altijd wel iets.")
    assert "No demonstrable difference: gap 0.9" in en
    assert en.endswith("but who looks at many figures at once always sees something.")


def test_under_thirty_customers_a_gap_is_called_indicative():
    nl, en = both(GapFound(gap(n=29), BASIS, SHOWN))
    assert nl.endswith("Dit zegt niet waardoor. Indicatief: minder dan 30 klanten.")
    assert en.endswith("This does not say why. Indicative: fewer than 30 customers.")


def test_the_split_says_on_which_side_of_the_norm_each_lies():
    split = Split(overpromise=mean_of(0.6, 0.2, 1.0), underdelivery=mean_of(0.3, 0.1, 0.5))
    nl, en = both(SplitFound(split, SHOWN, SHOWN))
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
    nl, en = both(SplitFound(split, SHOWN, SHOWN))
    assert "0,6 onder onze norm (95%-interval 0,2 tot 1,0) en de levering 0,3 boven onze norm" in nl
    assert "delivery 0.3 above our norm (95% interval 0.1 to 0.5)" in en


def test_a_side_that_is_not_demonstrably_off_the_norm_has_its_sign_and_interval():
    split = Split(overpromise=mean_of(0.6, 0.2, 1.0), underdelivery=mean_of(0.3, -0.1, 0.7))
    nl, en = both(SplitFound(split, SHOWN, NONE))
    assert "de levering niet aantoonbaar boven of onder onze norm (−0,3; 95%-interval −0,7 tot 0,1)" in nl
    assert "delivery not demonstrably above or below our norm (−0.3; 95% interval −0.7 to 0.1)" in en


def test_the_founding_claim_counts_who_got_the_norm_and_expected_more():
    nl, en = both(ClaimFound(wilson(22, 40)))
    assert nl == (
        "Bij 40 klanten viel het tegen. Bij 22 van hen (55%; 40–69%) haalden we wél onze norm; daar lag de "
        "verwachting boven de norm."
    )
    assert en == (
        "40 customers got less than they expected. With 22 of them (55%; 40–69%) we did meet our norm; there the "
        "expectation was above the norm."
    )


def test_what_moves_the_gap_is_said_as_going_together():
    nl, en = both(MovementFound(Movement(0.62, 0.1, 0.4, 55)))
    assert "gaat voor 62% samen met verschil in verwachting en voor 38% met verschil in wat zij kregen" in nl
    assert "62% of that goes with differences in what they expected and 38% with differences in what" in en


@pytest.mark.parametrize(
    ("share", "nl_part", "en_part"),
    [
        (-0.2, "samen met verschil in wat zij kregen, niet", "with differences in what they got, not"),
        (1.3, "samen met verschil in verwachting, niet", "with differences in what they expected, not"),
        (None, "bij alle klanten even groot", "equally large for all customers"),
    ],
)
def test_shares_of_movement_beyond_all_or_nothing_are_said_without_percentages(share, nl_part, en_part):
    nl, en = both(MovementFound(Movement(share, 0.1, 0.4, 55)))
    assert nl_part in nl
    assert en_part in en
    assert "%" not in nl + en


def test_how_often_expectation_was_higher_is_said_per_hundred_customers():
    nl, en = both(EffectFound(EffectSize(0.5, 0.4, 0.39, 0.655, 55)))
    assert (
        nl
        == "Van elke 100 klanten verwachtten er ongeveer 66 meer dan zij kregen; gelijk telt voor de helft."
    )
    assert en == "About 66 of every 100 customers expected more than they got; a tie counts for half."


def test_the_end_of_the_scale_is_said_per_wave():
    nl, en = both(EndFound(0.2, "highest", Wave.SALE))
    assert nl == "20% van de klanten koos bij verkoop het hoogste cijfer. Hoger kan de schaal niet meten."
    assert en == "20% of customers chose the highest mark at sale. The scale cannot measure higher."
    nl, en = both(EndFound(0.2, "lowest", Wave.DELIVERY))
    assert "na levering het laagste" in nl
    assert "the lowest mark after delivery" in en


def test_who_stayed_is_said_with_what_the_others_could_have_made_of_it():
    stayed = StayedFound(difference(0.3, -0.1, 0.7), Interval(-2.1, 4.3), NONE)
    nl, en = both(stayed)
    assert nl == (
        "We vergelijken 55 klanten die twee keer antwoordden met 40 klanten die na levering niet antwoordden. Wat "
        "zij bij verkoop verwachtten, verschilde niet aantoonbaar (+0,3; 95%-interval −0,1 tot 0,7). Wat de "
        "anderen ook hadden gegeven, de kloof van allen samen ligt tussen −2,1 en 4,3. Waarom de anderen niet "
        "antwoordden, weten we niet."
    )
    assert en == (
        "We compare 55 customers who answered twice with 40 customers who did not answer after delivery. What "
        "they expected at sale did not demonstrably differ (+0.3; 95% interval −0.1 to 0.7). "
        "Whatever the others would have given, the gap of all together lies between −2.1 and 4.3. We do not know "
        "why the others did not answer."
    )


@pytest.mark.parametrize(
    ("value", "nl_part", "en_part"),
    [
        (0.5, "gemiddeld 0,5 meer (95%-interval 0,2 tot 0,8)", "0.5 more on average at sale"),
        (-0.5, "gemiddeld 0,5 minder (95%-interval 0,2 tot 0,8)", "0.5 less on average at sale"),
    ],
)
def test_who_stayed_and_differed_is_said_in_which_direction(value, nl_part, en_part):
    low, high = sorted((value - 0.3, value + 0.3))
    nl, en = both(StayedFound(difference(value, low, high), Interval(-2.1, 4.3), SHOWN))
    assert nl_part in nl
    assert en_part in en


def test_the_effect_of_asking_says_that_a_draw_decided():
    nl, en = both(AskingFound(difference(-0.4, -0.7, -0.1), SHOWN))
    assert nl == (
        "Een loting bepaalde wie bij verkoop is gevraagd en wie niet. We vergelijken 55 klanten die wel zijn "
        "gevraagd met 40 klanten die niet zijn gevraagd. Wie wel is gevraagd, gaf na levering gemiddeld 0,4 minder "
        "(95%-interval 0,1 tot 0,7). De loting bepaalde wie werd gevraagd, niet wie antwoordde: wie wel is "
        "gevraagd, telt hier pas mee na twee antwoorden."
    )
    assert en == (
        "A draw decided who was asked at sale and who was not. We compare 55 customers who were asked with 40 "
        "customers who were not. Those who were asked gave 0.4 less on average after delivery (95% interval 0.1 "
        "to 0.7). The draw decided who was asked, not who answered: those who were asked count here only after "
        "two answers."
    )


def promises(kept, partly, broken, unknown):
    known = kept + partly + broken
    return PromisesFound(Promises(wilson(kept, known), wilson(partly, known), wilson(broken, known), unknown))


def test_promises_are_counted_by_outcome():
    nl, en = both(promises(96, 15, 9, 14))
    assert nl == (
        "Van 120 beloften met een bekende uitkomst: 96 nagekomen (80%; 72–86%), 15 deels en 9 niet. Nog niet "
        "bekend: 14."
    )
    assert en == (
        "Of 120 promises with a known outcome: 96 kept (80%; 72–86%), 15 partly and 9 not. Not known yet: 14."
    )


def test_when_every_outcome_is_known_nothing_is_said_of_the_unknown():
    nl, en = both(promises(96, 15, 9, 0))
    assert nl.endswith("9 niet.")
    assert en.endswith("9 not.")


def practice(value, low, high, evidence, v=-0.4, r=0.2, n=55):
    figure = PracticeEffect(
        difference(value, low, high, n), difference(v, v - 1, v + 1), difference(r, r - 1, r + 1)
    )
    return PracticeFound("joint_visit", figure, evidence)


def test_a_practice_is_said_without_naming_a_cause():
    nl, en = both(practice(-0.6, -1.1, -0.1, SHOWN))
    assert nl == (
        "In deals met een gezamenlijk bezoek vóór de offerte was de kloof 0,6 kleiner (0,1–1,1): de verwachting "
        "lag 0,4 lager en de levering 0,2 hoger. Deze deals verschilden ook op andere punten; dit toont geen "
        "oorzaak."
    )
    assert en == (
        "In deals with a joint visit before the quote the gap was 0.6 smaller (0.1–1.1): expectation was 0.4 "
        "lower and delivery 0.2 higher. These deals differed in other ways too; this shows no cause."
    )


def test_a_practice_with_a_larger_gap_is_said_as_plainly():
    nl, en = both(practice(0.6, 0.1, 1.1, SHOWN, v=0.6, r=0.0))
    assert "0,6 groter (0,1–1,1): de verwachting lag 0,6 hoger en de levering gelijk." in nl
    assert "0.6 larger (0.1–1.1): expectation was 0.6 higher and delivery the same." in en


def test_a_practice_that_shows_nothing_says_so():
    nl, en = both(practice(-0.3, -0.8, 0.2, NONE, n=25))
    assert nl == (
        "Geen aantoonbaar verschil in kloof tussen deals met en zonder een gezamenlijk bezoek vóór de offerte "
        "(−0,3; 95%-interval −0,8 tot 0,2). Deze deals verschilden ook op andere punten; dit toont geen oorzaak. "
        "Indicatief: minder dan 30 klanten."
    )
    assert en.startswith("No demonstrable difference in gap between deals with and without a joint visit")


def test_what_is_withheld_says_why_and_never_a_number():
    assert both(Withheld(WithheldReason.TOO_FEW)) == (
        "Te weinig antwoorden om te publiceren.",
        "Too few answers to publish.",
    )
    for reason in WithheldReason:
        for language in LANGUAGES:
            assert not re.search(r"\d", sentence(Withheld(reason), language))


def test_a_figure_that_needs_more_says_how_many():
    nl, en = both(NotEnough(TooFew(20, 12, "promises")))
    assert nl == "Te weinig beloften voor dit cijfer: 12, en er zijn er 20 nodig."
    assert en == "Too few promises for this figure: 12, and it needs 20."


def test_every_practice_that_is_tracked_has_words():
    assert set(wording.PRACTICES) == set(PRACTICES)


def all_texts():
    for name, value in vars(wording).items():
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
mean = st.builds(Mean, value, interval, st.floats(0, 5), st.floats(0, 1), st.integers(10, 10**7))
arms = st.builds(Difference, value, interval, st.floats(0, 1), st.integers(20, 999), st.integers(20, 999))
share = st.integers(20, 10**6).flatmap(lambda n: st.integers(0, n).map(lambda count: wilson(count, n)))
about = st.none() | st.just(LEAD_TIME)
evidence = st.sampled_from(Evidence)
unit = st.floats(0, 1)
basis = st.builds(Basis, st.integers(10, 10**7), st.integers(10, 10**7), st.none() | unit)
finding = st.one_of(
    st.builds(GapFound, st.builds(Gap, mean, value, value), basis, evidence, about),
    st.builds(SplitFound, st.builds(Split, mean, mean), evidence, evidence, about),
    st.builds(ClaimFound, share, about),
    st.builds(MovementFound, st.builds(Movement, st.none() | value, unit, unit, st.just(50)), about),
    st.builds(EffectFound, st.builds(EffectSize, value, value, value, unit, st.just(50)), about),
    st.builds(EndFound, unit, st.sampled_from(["lowest", "highest"]), st.sampled_from(Wave), about),
    st.builds(StayedFound, arms, interval, evidence, about),
    st.builds(AskingFound, arms, evidence, about),
    st.builds(PromisesFound, st.builds(Promises, share, share, share, st.integers(0, 99))),
    st.builds(
        PracticeFound,
        st.sampled_from(PRACTICES),
        st.builds(PracticeEffect, arms, arms, arms),
        evidence,
        about,
    ),
    st.builds(Withheld, st.sampled_from(WithheldReason)),
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
