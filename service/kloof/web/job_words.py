"""How work that the worker does stands, in words for whoever waits for it."""

from collections.abc import Iterable
from datetime import timedelta

from flask import Flask

from kloof.domain.jobs.jobs import Job
from kloof.domain.jobs.steps import STEPS, JobStep, step_of
from kloof.domain.states import JobState
from kloof.web.app import errors
from kloof.web.app.context import now
from kloof.web.app.language import say

UNNOTICED = timedelta(minutes=2)
"""A worker takes work within seconds; after so long there is none."""


def init_app(app: Flask) -> None:
    """Give templates `job_standing` and `any_open`, which the macros of jobs.html use."""
    app.jinja_env.globals |= {"job_standing": standing, "any_open": any_open}


def standing(job: Job) -> str:
    """Where it stands, as a sentence; empty where it is done, since only its own page knows what came of it."""
    match job.state:
        case JobState.QUEUED if now() - job.asked_at > UNNOTICED:
            return say("It still waits. Ask who looks after kloof whether kloof worker is running.")
        case JobState.QUEUED:
            return say("It begins in a moment.")
        case JobState.RUNNING if at := step_of(job):
            number, step = at
            return say(
                "Step {number} of {total}: {what}. You can close this page: it goes on.",
                number=number,
                total=len(STEPS[job.kind]),
                what=_steps()[step],
            )
        case JobState.RUNNING if job.total:
            return say("Under way: {done} of {total}.", done=job.done, total=job.total)
        case JobState.RUNNING:
            return say("Under way. You can close this page: it goes on.")
        case JobState.FAILED if job.refusal:
            return errors.worded(job.refusal)
        case JobState.GIVEN_UP:
            return say("It broke off three times and was given up. The log of kloof worker says more.")
    return ""


def _steps() -> dict[JobStep, str]:
    """What a job is at, in the middle of a sentence."""
    return {
        JobStep.READ: say("reading the answers"),
        JobStep.PLAN: say("working out which groups can close"),
        JobStep.CLOSE: say("closing groups"),
        JobStep.CERTIFY: say("checking who could be found"),
        JobStep.ATTACK: say("checking what somebody inside could read from it"),
        JobStep.WRITE: say("writing the release"),
        JobStep.PAGES: say("writing the pages"),
        JobStep.BUILD: say("building the site"),
    }


def any_open(jobs: Iterable[Job | None]) -> bool:
    """Whether one of these waits or is under way, so that the page has to look again."""
    return any(job and job.is_open for job in jobs)
