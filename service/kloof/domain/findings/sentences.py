"""A finding in plain words, with its figures and what they cannot say."""

from functools import singledispatch

from kloof.domain import notation
from kloof.domain.findings import values, wording
from kloof.domain.findings.values import Evidence, Finding
from kloof.domain.findings.writer import Writer
from kloof.domain.statistics import Interval
from kloof.domain.text import Language, Text


def sentence(finding: Finding, language: Language) -> str:
    """One to four sentences; the aspect's name stands in front where the finding is about one."""
    words = " ".join(_words(finding, Writer(language)))
    about: Text | None = getattr(finding, "about", None)
    if about is None:
        return words
    name = about[language]
    return f"{name[0].upper()}{name[1:]}: {words[0].lower()}{words[1:]}"


@singledispatch
def _words(finding: Finding, write: Writer) -> list[str]:
    raise TypeError(f"no words for {type(finding).__name__}")


@_words.register
def _gap(finding: values.GapFound, write: Writer) -> list[str]:
    figure, shown = finding.figure, finding.evidence is Evidence.DEMONSTRABLE
    text = wording.NO_GAP_SHOWN
    if shown:
        text = wording.GAP if figure.difference.mean > 0 else wording.GAP_BETTER
    first = write.fill(
        text,
        v=write.number(figure.expectation),
        r=write.number(figure.reality),
        s=write.number(figure.difference.mean),
        basis=write.basis(finding.basis, figure.difference.interval),
    )
    tails = {Evidence.NONE: [wording.MAY_EXIST], Evidence.AMONG_MANY: [wording.AMONG_MANY]}
    tail = [write.fill(text) for text in tails.get(finding.evidence, [])]
    return [first, *tail, *write.caution(figure.difference)]


@_words.register
def _split(finding: values.SplitFound, write: Writer) -> list[str]:
    over, under = finding.figure.overpromise, finding.figure.underdelivery
    return [
        write.fill(
            wording.SPLIT,
            v=_beside_norm(over.mean, over.interval, finding.overpromise, write),
            r=_beside_norm(-under.mean, -under.interval, finding.underdelivery, write),
        ),
        *write.caution(over),
    ]


def _beside_norm(above: float, interval: Interval, evidence: Evidence, write: Writer) -> str:
    if evidence is not Evidence.DEMONSTRABLE:
        signed = notation.signed(above, write.language)
        return write.fill(wording.NEAR_NORM, distance=signed, interval=write.interval(interval))
    text = wording.ABOVE_NORM if above > 0 else wording.BELOW_NORM
    outward = interval if above > 0 else -interval
    return write.fill(text, distance=write.number(abs(above)), interval=write.interval(outward))


@_words.register
def _claim(finding: values.ClaimFound, write: Writer) -> list[str]:
    figure = finding.figure
    return [
        write.fill(
            wording.CLAIM,
            n=write.count(figure.n),
            count=write.count(figure.count),
            share=write.percent(figure.share),
            interval=write.shares(figure.interval),
        )
    ]


@_words.register
def _movement(finding: values.MovementFound, write: Writer) -> list[str]:
    expectation, reality = finding.figure.expectation, finding.figure.reality
    if expectation is None or reality is None:
        return [write.fill(wording.MOVES_NOWHERE)]
    if expectation < 0:
        return [write.fill(wording.MOVES_WITH_REALITY)]
    if reality < 0:
        return [write.fill(wording.MOVES_WITH_EXPECTATION)]
    return [write.fill(wording.MOVEMENT, v=write.percent(expectation), r=write.percent(reality))]


@_words.register
def _effect(finding: values.EffectFound, write: Writer) -> list[str]:
    return [write.fill(wording.SUPERIORITY, customers=write.count(100 * finding.figure.superiority))]


@_words.register
def _end(finding: values.EndFound, write: Writer) -> list[str]:
    return [write.fill(wording.ENDS[finding.wave, finding.end], share=write.percent(finding.share))]


@_words.register
def _stayed(finding: values.StayedFound, write: Writer) -> list[str]:
    figure = finding.figure
    return [
        write.fill(wording.STAYED, stayed=write.count(figure.n), left=write.count(figure.n_other)),
        write.direction(
            figure,
            finding.evidence,
            wording.STAYED_HIGHER,
            wording.STAYED_LOWER,
            wording.STAYED_ALIKE,
        ),
        write.fill(
            wording.STAYED_BOUNDS,
            low=write.number(finding.bounds.low),
            high=write.number(finding.bounds.high),
        ),
        write.fill(wording.STAYED_TAIL),
        *write.caution(figure),
    ]


@_words.register
def _asking(finding: values.AskingFound, write: Writer) -> list[str]:
    figure = finding.figure
    compared = write.direction(
        figure, finding.evidence, wording.ASKED_HIGHER, wording.ASKED_LOWER, wording.ASKED_ALIKE
    )
    first = write.fill(wording.ASKING, asked=write.count(figure.n), not_asked=write.count(figure.n_other))
    return [first, compared, write.fill(wording.ASKING_TAIL)]


@_words.register
def _promises(finding: values.PromisesFound, write: Writer) -> list[str]:
    figure = finding.figure
    known = write.fill(
        wording.PROMISES,
        known=write.count(figure.kept.n),
        kept=write.count(figure.kept.count),
        share=write.percent(figure.kept.share),
        interval=write.shares(figure.kept.interval),
        partly=write.count(figure.partly.count),
        broken=write.count(figure.broken.count),
    )
    if not figure.unknown:
        return [known]
    return [known, write.fill(wording.PROMISES_OPEN, unknown=write.count(figure.unknown))]


@_words.register
def _practice(finding: values.PracticeFound, write: Writer) -> list[str]:
    gap, practice = finding.figure.gap, wording.PRACTICES[finding.practice][write.language]
    if finding.evidence is Evidence.DEMONSTRABLE:
        larger = gap.value > 0
        outward = gap.interval if larger else -gap.interval
        first = write.fill(
            wording.PRACTICE_LARGER if larger else wording.PRACTICE_SMALLER,
            practice=practice,
            distance=write.number(abs(gap.value)),
            range=f"{write.number(outward.low)}–{write.number(outward.high)}",
            v=_moved(finding.figure.expectation.value, write),
            r=_moved(finding.figure.reality.value, write),
        )
    else:
        signed = notation.signed(gap.value, write.language)
        interval = write.interval(gap.interval)
        first = write.fill(wording.PRACTICE_ALIKE, practice=practice, distance=signed, interval=interval)
    return [first, write.fill(wording.PRACTICE_TAIL), *write.caution(gap)]


def _moved(value: float, write: Writer) -> str:
    distance = write.number(abs(value))
    if distance == write.number(0):
        return write.fill(wording.ALIKE)
    return write.fill(wording.HIGHER if value > 0 else wording.LOWER, distance=distance)


@_words.register
def _withheld(finding: values.Withheld, write: Writer) -> list[str]:
    return [write.fill(wording.WITHHELD[finding.reason])]


@_words.register
def _not_enough(finding: values.NotEnough, write: Writer) -> list[str]:
    return [
        write.fill(
            wording.NOT_ENOUGH,
            unit=wording.UNITS[finding.figure.unit][write.language],
            have=write.count(finding.figure.have),
            needed=write.count(finding.figure.needed),
        )
    ]
