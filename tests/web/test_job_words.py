"""Whoever waits for the worker reads how far it is, and the page looks again only while it works."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, render_template_string

from cast.builders import NOW
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.errors import Reason, Refused
from kloof.domain.jobs.jobs import Job, JobKind
from kloof.domain.states import JobState

PAGE = """{% from "jobs.html" import watch_jobs, job_progress with context %}
{{ watch_jobs([job]) }}{% call job_progress(job, "Closing blocks", "/here") %}3 blocks{% endcall %}"""


def page(app: Flask, state: JobState, **facts: Any) -> str:
    job = Job(7, JobKind.FREEZE, {}, COMMAND_LINE, NOW, state, **facts)
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        return render_template_string(PAGE, job=job)


@pytest.mark.parametrize("state", JobState)
def test_the_page_looks_again_while_the_work_is_open_and_then_no_more(app: Flask, state: JobState) -> None:
    is_open = state in {JobState.QUEUED, JobState.RUNNING}
    shown = page(app, state)
    for sign in ('http-equiv="refresh"', "jobs.js", "data-open", 'href="/here"', "<progress"):
        assert (sign in shown) == is_open, sign


def test_how_far_it_is_stands_there_in_words_and_as_a_bar(app: Flask) -> None:
    shown = page(app, JobState.RUNNING, done=3, total=10)
    assert "Under way: 3 of 10." in shown
    assert 'max="10" value="3"' in shown


def test_where_nobody_knows_how_far_it_is_no_figure_says_so(app: Flask) -> None:
    shown = page(app, JobState.RUNNING)
    assert "You can close this page: it goes on." in shown
    assert "max=" not in shown


def test_what_came_of_it_is_said_by_the_page(app: Flask) -> None:
    assert "3 blocks" in page(app, JobState.DONE)
    assert "3 blocks" not in page(app, JobState.RUNNING)


def test_why_it_was_refused_is_said_in_the_words_of_the_reason(app: Flask) -> None:
    refusal = Refused(Reason.THRESHOLDS_TOO_LOW, "No.", least_k=10, usual_m=3)
    assert "k is 10 or more" in page(app, JobState.FAILED, refusal=refusal)
    assert "given up" in page(app, JobState.GIVEN_UP)


def test_where_nobody_takes_it_the_desk_learns_why(app: Flask, clock: Any) -> None:
    assert "It begins in a moment." in page(app, JobState.QUEUED)
    clock.now += timedelta(minutes=3)
    assert "kloof worker is running" in page(app, JobState.QUEUED)
