"""kloof worker: mail and events go out, what time brings happens, and what the desk asked for is done."""

from __future__ import annotations

import signal
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

import click

from kloof.actions.clock import clock_of, running, wall_clock
from kloof.cli.run import UMASK, as_json, report, with_database
from kloof.cli.tree import CompanyCommand
from kloof.domain.errors import PERHAPS_OVER, KloofError
from kloof.domain.hosts import HostPart
from kloof.domain.notation import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kloof.config import Settings
    from kloof.mail.transport import Transport


@click.command(cls=CompanyCommand)
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@click.option("--clock-is-right", is_flag=True, help="After a long pause: it is the clock that is right.")
@as_json
def worker(once: bool, clock_is_right: bool, as_json: bool) -> None:
    """Send what is due, queue reminders, close surveys; several workers may run at once."""
    from kloof.actions.catch_up import catch_up
    from kloof.actions.jobs.due import ask_what_is_due
    from kloof.actions.jobs.runner import JobRunner
    from kloof.actions.mailing.worker import name_of_this_worker, work_once
    from kloof.actions.webhooks.sender import WebhookSender
    from kloof.cli.logs import be_discreet
    from kloof.mail import open_transport
    from kloof.storage.mailing import last_worked

    if as_json and not once:
        raise click.UsageError("--json goes with --once: a worker that stays has no result to print.")
    be_discreet()
    stop = Event()
    if not once:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    settings = with_database() if once else _when_there_is_a_database(stop)
    if settings is None:
        return
    be_discreet(settings.log)
    transport, clock = open_transport(settings), clock_of(settings)
    if clock_is_right:
        last_worked.note(clock(), *running())
    does = partial(_does, _umask())
    asks = partial(ask_what_is_due, settings)
    jobs = JobRunner(settings, name_of_this_worker(), clock, does, asks)
    events = WebhookSender(settings, name_of_this_worker(), clock)
    if once:
        result = work_once(settings, transport, clock, machine=running(), also=catch_up)
        done, told = jobs.drain(), events.drain()
        counts = [(count, what) for what, count in result.as_dict().items() if isinstance(count, int)]
        words = ", ".join(f"{count} {what}" for count, what in counts)
        words += f", {counted(done, 'job')} done" if done else ""
        words += f", {counted(told, 'event')} told." if told else "."
        report(as_json, result.as_dict() | {"jobs": done, "events": told}, words)
        if result.trouble:
            raise result.trouble
        return
    with jobs.beside(), events.beside():
        _stay(settings, transport, clock, stop)


def _stay(settings: Settings, transport: Transport, clock: Callable[[], datetime], stop: Event) -> None:
    """Work until somebody says stop, or this host turns out to differ from the others: then raises Refused."""
    from kloof import storage
    from kloof.actions.catch_up import catch_up
    from kloof.actions.hosts import joining
    from kloof.actions.hosts.watch import HostWatch
    from kloof.actions.mailing.worker import work
    from kloof.cli.logs import say

    watch = HostWatch(settings, clock, stop.set, HostPart.WORKER)
    if storage.is_shared():
        watch.start()
    work(settings, transport, clock, stop, partial(say, settings.log), also=catch_up)
    joining.leave(settings, HostPart.WORKER)
    if watch.refusal:
        raise watch.refusal


def _umask() -> int | None:
    """Which rights whoever started this takes from new files; by itself the command keeps them from everybody."""
    found: int | None = click.get_current_context().meta.get(UMASK)
    return found


def _does(umask: int | None, settings: Settings, number: int, worker: str) -> None:
    """One job, in a process of its own that says as little as this one."""
    from kloof.actions import job_kinds
    from kloof.cli.logs import be_discreet

    be_discreet(settings.log)
    job_kinds.do(settings, number, worker, umask)


def _when_there_is_a_database(stop: Event) -> Settings | None:
    """The settings, as soon as the database can be used; None where it has to stop before.

    A worker that ended would soon be started no more: systemd gives up after five times.
    """
    from kloof.actions.hosts import joining

    said, pause = "", 1.0
    while not stop.is_set():
        try:
            settings = with_database()
            joining.join(settings, HostPart.WORKER, wall_clock())
            return settings
        except KloofError as refusal:
            if refusal.reason not in PERHAPS_OVER:
                raise
            if str(refusal) != said:
                said = str(refusal)
                click.echo(f"{said} The worker waits for it.", err=True)
        stop.wait(pause)
        pause = min(pause * 2, 10.0)
    return None
