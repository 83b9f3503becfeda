"""kloof doctor: what is wrong, and what to do about it."""

import click

from kloof.cli.run import as_json, company_settings, report
from kloof.cli.tree import CompanyCommand

_MARKS = {"ok": "ok  ", "warn": "warn", "fix": "FIX "}


@click.command(cls=CompanyCommand)
@as_json
def doctor(as_json: bool) -> None:
    """Look at the settings, the database, the surveys and the mail, and say what to do about what is wrong."""
    from kloof.actions.clock import clock_of
    from kloof.actions.doctor import examine

    settings = company_settings()
    findings = examine(settings, clock_of(settings)())
    words = "\n".join(f"{_MARKS[finding.mark]} {finding.what}" for finding in findings)
    well = all(finding.well for finding in findings)
    report(as_json, {"well": well, "findings": [finding.as_dict() for finding in findings]}, words)
    if not well:
        raise SystemExit(1)
