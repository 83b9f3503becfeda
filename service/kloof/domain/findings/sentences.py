"""A finding in plain words, with its figures and what they cannot say."""

from decimal import Decimal
from functools import singledispatch

from kloof.domain import notation
from kloof.domain.findings import arm_words, practice_words, values, wording
from kloof.domain.findings.values import Evidence, Finding
from kloof.domain.findings.writer import Writer
from kloof.domain.statistics import LEAST_CLUSTERS, Difference, Interval
from kloof.domain.text import Language, Text


def sentence(finding: Finding, language: Language) -> str:
    """One to four sentences; the aspect's name stands in front where the finding is about one."""
    words = " ".join(_words(finding, Writer(language)))
    about: Text | None = getattr(finding, "about", None)
    if about is None:
        return words
    return f"{_capital(about[language])}: {words[0].lower()}{words[1:]}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


@singledispatch
def _words(finding: Finding, write: Writer) -> list[str]:
    raise TypeError(f"no words for {type(finding).__name__}")


@_words.register
def _gap(finding: values.GapFound, write: Writer) -> list[str]:
    figure, printed = finding.figure, finding.figure.printed()
    first = write.fill(
        _gap_text(finding),
        v=write.number(printed.expectation),
        r=write.number(printed.reality),
        s=write.number(printed.gap),
        basis=write.basis(finding.basis, figure.difference.interval),
        margin=write.number(finding.margin),
    )
    tail = [*_what_it_says(finding, write), *write.caution(figure.difference)]
    if finding.basis.these_sellers and finding.about is None:
        tail.append(write.fill(wording.THESE_SELLERS))
    return [first, *tail]


def _gap_text(finding: values.GapFound) -> Text:
    if finding.evidence is Evidence.DEMONSTRABLE:
        return wording.GAP if finding.figure.difference.mean > 0 else wording.GAP_BETTER
    if finding.evidence is Evidence.UNKNOWN or finding.apart:
        return wording.GAP
    return wording.GAP_TOO_SMALL if finding.small else wording.NO_GAP_SHOWN


def _what_it_says(finding: values.GapFound, write: Writer) -> list[str]:
    if finding.apart:
        low, high = finding.apart
        return [
            write.fill(
                wording.APART,
                low=write.signed(low.gap),
                lowest=low.aspect[write.language],
                high=write.signed(high.gap),
                highest=high.aspect[write.language],
            )
        ]
    if finding.evidence is Evidence.DEMONSTRABLE:
        small = [write.fill(wording.SMALL, margin=write.number(finding.margin))] if finding.small else []
        return [*small, write.fill(wording.NO_CAUSE)]
    if finding.small:
        return []
    text = {Evidence.AMONG_MANY: wording.AMONG_MANY, Evidence.UNKNOWN: wording.UNKNOWN}
    return [write.fill(text.get(finding.evidence, wording.MAY_EXIST))]


@_words.register
def _aspects(finding: values.AspectsFound, write: Writer) -> list[str]:
    if finding.unknown:
        return [write.fill(wording.UNKNOWN)]
    counts = {
        name: write.count(getattr(finding, name)) for name in ("n", "short", "better", "unclear", "many")
    }
    return [write.fill(text, **counts) for text in (*_aspect_texts(finding), *_outside(finding))]


def _outside(finding: values.AspectsFound) -> list[Text]:
    """That an interval leaves out zero without a difference being claimed, a reader would take for a mistake."""
    if not finding.many:
        return []
    return [wording.ONE_OUTSIDE if finding.many == 1 else wording.SOME_OUTSIDE]


def _aspect_texts(finding: values.AspectsFound) -> list[Text]:
    short, better = finding.short, finding.better
    if finding.n == 1:
        return [wording.ONE_SHORT if short else wording.ONE_BETTER if better else wording.ONE_UNCLEAR]
    if finding.n in (short, better):
        return [wording.ALL_SHORT if short else wording.ALL_BETTER]
    if not short and not better:
        return [wording.NONE_SHOWN]
    shown = [*([wording.SOME_SHORT] if short else []), *([wording.SOME_BETTER] if better else [])]
    if not finding.unclear:
        return shown
    return [*shown, wording.LAST_UNCLEAR if finding.unclear == 1 else wording.REST_UNCLEAR]


@_words.register
def _split(finding: values.SplitFound, write: Writer) -> list[str]:
    over, under = finding.figure.overpromise, finding.figure.underdelivery
    above, below = finding.printed.overpromise or Decimal(0), finding.printed.underdelivery or Decimal(0)
    below_norm = None if under.interval is None else -under.interval
    unsure = Evidence.DEMONSTRABLE not in (finding.overpromise, finding.underdelivery)
    if unsure and over.interval is not None and below_norm is not None:
        v, r = (write.beside(*side) for side in ((above, over.interval), (-below, below_norm)))
        return [write.fill(wording.BOTH_NEAR_NORM, v=v, r=r), *write.caution(over)]
    return [
        write.fill(
            wording.SPLIT,
            v=_beside_norm(above, over.interval, finding.overpromise, write),
            r=_beside_norm(-below, below_norm, finding.underdelivery, write),
        ),
        *write.caution(over),
    ]


def _beside_norm(above: Decimal, interval: Interval | None, evidence: Evidence, write: Writer) -> str:
    if interval is not None and evidence is not Evidence.DEMONSTRABLE:
        return write.fill(wording.NEAR_NORM, distance=write.signed(above), interval=write.interval(interval))
    # What rounds to nothing lies on the side on which its interval does.
    upward = above > 0 or (not above and interval is not None and interval.low > 0)
    outward = interval if interval is None or upward else -interval
    text = wording.ABOVE_NORM if upward else wording.BELOW_NORM
    return write.fill(text, distance=write.number(abs(above)), interval=write.after(outward))


@_words.register
def _claim(finding: values.ClaimFound, write: Writer) -> list[str]:
    figure = finding.figure
    met, missed = write.about(figure.disappointed_at_norm), write.about(figure.disappointed_below_norm)
    said = [write.fill(wording.CLAIM, met=met, missed=missed)]
    if isinstance(figure.interval, Interval):
        low, high = 100 * figure.interval.low, 100 * figure.interval.high
        within = notation.interval(low, high, write.language, 0)
        ends = write.fill(wording.INTERVAL, interval=within)
        text = wording.CLAIM_UNSURE if figure.interval.holds(0) else wording.CLAIM_MORE
        said.append(write.fill(text, more=write.count(figure.more), interval=ends))
    everybody = write.about(figure.if_all_expected_the_norm)
    return [*said, write.fill(wording.CLAIM_AT_NORM, all=everybody), write.fill(wording.NO_CAUSE)]


@_words.register
def _order(finding: values.OrderFound, write: Writer) -> list[str]:
    higher, equal, lower = write.of_hundred((finding.higher, finding.equal, finding.lower))
    return [write.fill(wording.ORDER, higher=higher, equal=equal, lower=lower)]


@_words.register
def _change(finding: values.ChangeFound, write: Writer) -> list[str]:
    new, before = finding.new.printed(), finding.before.printed()
    first = write.fill(
        wording.CHANGE if finding.before_since is None else wording.CHANGE_SINCE,
        day=notation.date(finding.since, write.language),
        new=write.deals(finding.new.difference.n),
        v=write.number(new.expectation),
        r=write.number(new.reality),
        s=write.number(new.gap),
        before=write.deals(finding.before.difference.n),
        v_old=write.number(before.expectation),
        r_old=write.number(before.reality),
        s_old=write.number(before.gap),
    )
    if not isinstance(finding.figure, Difference):
        return [first, write.fill(wording.CHANGE_UNKNOWN)]
    texts = wording.CHANGE_LARGER, wording.CHANGE_SMALLER, wording.CHANGE_ALIKE
    return [first, write.direction(finding.figure, finding.evidence, *texts, shown=new.gap - before.gap)]


@_words.register
def _end(finding: values.EndFound, write: Writer) -> list[str]:
    return [_capital(write.fill(wording.ENDS[finding.wave, finding.end], share=write.about(finding.share)))]


@_words.register
def _stayed(finding: values.StayedFound, write: Writer) -> list[str]:
    figure = finding.figure
    return [
        write.fill(arm_words.STAYED, stayed=write.count(figure.n), left=write.count(figure.n_other)),
        write.direction(
            figure,
            finding.evidence,
            arm_words.STAYED_HIGHER,
            arm_words.STAYED_LOWER,
            arm_words.STAYED_ALIKE,
        ),
        write.fill(
            arm_words.STAYED_BOUNDS,
            **write.ends(finding.bounds.interval),
        ),
        write.fill(arm_words.STAYED_TAIL),
        *write.caution(figure),
    ]


@_words.register
def _asking(finding: values.AskingFound, write: Writer) -> list[str]:
    figure = finding.figure
    compared = write.direction(
        figure, finding.evidence, arm_words.ASKED_HIGHER, arm_words.ASKED_LOWER, arm_words.ASKED_ALIKE
    )
    first = write.fill(arm_words.ASKING, asked=write.count(figure.n), not_asked=write.count(figure.n_other))
    tail = arm_words.ASKING_BY_LOT if finding.by_lot else arm_words.ASKING_TAIL
    return [first, compared, write.fill(tail)]


@_words.register
def _promises(finding: values.PromisesFound, write: Writer) -> list[str]:
    figure, kept = finding.figure, finding.kept
    shares = {name: write.about(getattr(figure, name)) for name in ("kept", "partly", "broken")}
    if kept is None or figure.known is None or figure.promisers is None:
        return [write.fill(wording.PROMISES, **shares, interval="")]
    known, customers = write.count(figure.known), write.count(figure.promisers)
    return [
        write.fill(wording.PROMISES, **shares, interval=f" ({write.share_interval(kept.interval)})"),
        write.fill(wording.PROMISES_BASIS, known=known, customers=customers),
    ]


@_words.register
def _practice(finding: values.PracticeFound, write: Writer) -> list[str]:
    gap = finding.figure.gap
    many = [write.fill(wording.AMONG_MANY)] if finding.evidence is Evidence.AMONG_MANY else []
    return [*_compared(finding, write), *many, write.fill(practice_words.TAIL), *write.caution(gap)]


def _compared(finding: values.PracticeFound, write: Writer) -> list[str]:
    gap, printed = finding.figure.gap, finding.figure.printed
    practice, distance = practice_words.PRACTICES[finding.practice][write.language], write.signed(printed.gap)
    if gap.interval is None:
        least = write.count(LEAST_CLUSTERS)
        return [write.fill(practice_words.UNKNOWN, practice=practice, distance=distance, least=least)]
    if finding.evidence is not Evidence.DEMONSTRABLE:
        within = write.interval(gap.interval)
        return [write.fill(practice_words.NOT_SHOWN, practice=practice, distance=distance, interval=within)]
    larger = gap.mean > 0
    return [
        write.fill(
            practice_words.LARGER if larger else practice_words.SMALLER,
            practice=practice,
            distance=write.number(abs(printed.gap)),
            interval=write.interval(gap.interval if larger else -gap.interval),
            v=_moved(printed.expectation, write),
            r=_moved(printed.reality, write),
        )
    ]


def _moved(value: Decimal, write: Writer) -> str:
    if not value:
        return write.fill(practice_words.EQUAL)
    return write.fill(
        practice_words.HIGHER if value > 0 else practice_words.LOWER, distance=write.number(abs(value))
    )


@_words.register
def _withheld(_: values.Withheld, write: Writer) -> list[str]:
    return [write.fill(wording.WITHHELD)]


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
