"""One response as a row of bytes: a million of them can be read and summed in a second."""

from collections.abc import Mapping
from typing import Final

from kloof.domain.surveys.definition import Survey, Wave

NOT_ANSWERED: Final = 0
DOES_NOT_APPLY_BYTE: Final = 255
DOES_NOT_APPLY: Final = "none"
"""What the form posts for "does not apply / don't know": an answer of its own, without a number."""

Answer = int | str
Answers = Mapping[str, Answer]


def pack(survey: Survey, wave: Wave, answers: Answers) -> bytes:
    """One byte per item in the survey's order: 0 not answered, 255 does not apply, else value − low + 1.

    Raises KeyError for an item that the survey does not have and ValueError for a value off the scale.
    """
    items = survey.items(wave)
    unknown = set(answers) - set(items)
    if unknown:
        raise KeyError(f"not in {survey.key}: {', '.join(sorted(unknown))}")
    return bytes(_byte(survey, answers.get(item)) for item in items)


def _byte(survey: Survey, answer: Answer | None) -> int:
    if answer is None:
        return NOT_ANSWERED
    if answer == DOES_NOT_APPLY:
        return DOES_NOT_APPLY_BYTE
    if not isinstance(answer, int) or answer not in survey.scale.points:
        raise ValueError(f"{answer!r} is not on the scale {survey.scale.low} to {survey.scale.high}")
    return answer - survey.scale.low + 1


def unpack(survey: Survey, wave: Wave, packed: bytes) -> dict[str, Answer]:
    """The inverse of `pack`; items without an answer are left out. Where nothing is packed there are no answers."""
    answers: dict[str, Answer] = {}
    for item, byte in zip(survey.items(wave), packed, strict=False):
        if byte == DOES_NOT_APPLY_BYTE:
            answers[item] = DOES_NOT_APPLY
        elif byte != NOT_ANSWERED:
            answers[item] = byte - 1 + survey.scale.low
    return answers


def merged(survey: Survey, wave: Wave, packed: bytes, newer: Answers) -> bytes:
    """The answers with `newer` laid over them: the last choice per item wins, the rest stays."""
    return pack(survey, wave, {**unpack(survey, wave, packed), **newer})
