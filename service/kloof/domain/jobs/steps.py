"""The steps of long work: which they are, and how far it is among them."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kloof.domain.jobs.jobs import Job, JobKind


class JobStep(StrEnum):
    """What a job is at; the web says it in words."""

    READ = "read"
    PLAN = "plan"
    CLOSE = "close"
    CERTIFY = "certify"
    ATTACK = "attack"
    WRITE = "write"
    PAGES = "pages"
    BUILD = "build"


STEPS: Final[Mapping[JobKind, tuple[JobStep, ...]]] = MappingProxyType(
    {
        JobKind.FREEZE: (JobStep.READ, JobStep.PLAN, JobStep.CLOSE),
        JobKind.PREVIEW: (JobStep.READ, JobStep.CERTIFY, JobStep.ATTACK, JobStep.PAGES, JobStep.BUILD),
        JobKind.PUBLISH: (JobStep.READ, JobStep.CERTIFY, JobStep.ATTACK, JobStep.WRITE),
        JobKind.BUILD: (JobStep.PAGES, JobStep.BUILD),
    }
)
"""Kinds of work that know their steps, in order; the others count what they do, or know nothing."""
PARTS: Final = 100
"""A step counts as so many of the whole."""
Tell = Callable[..., None]
"""Is told the step that begins, and where it is known the share of it that is done."""


def untold(step: JobStep, share: float = 0.0) -> None:
    """For who does not want to know."""


class StepTeller:
    """Tells how far work of a kind is, as so many of so many. It never goes back, also where a step is done anew, and a
    step that is not of this kind says nothing.
    """

    def __init__(self, kind: JobKind, report: Callable[[int, int], None]) -> None:
        self._steps, self._report, self._far = STEPS[kind], report, -1

    def __call__(self, step: JobStep, share: float = 0.0) -> None:
        if step not in self._steps:
            return
        # The whole of it is the next step, or the end, which the work itself says.
        far = self._steps.index(step) * PARTS + min(int(share * PARTS), PARTS - 1)
        if far > self._far:
            self._far = far
            self._report(far, len(self._steps) * PARTS)


def step_of(job: Job) -> tuple[int, JobStep] | None:
    """The number of the step that a job is at, from 1, and the step; None where its kind has none, or none is told."""
    steps = STEPS.get(job.kind, ())
    if not steps or job.total != len(steps) * PARTS:
        return None
    at = min(job.done // PARTS, len(steps) - 1)
    return at + 1, steps[at]
