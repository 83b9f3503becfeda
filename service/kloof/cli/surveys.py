"""kloof surveys: the survey files of this company."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kloof.cli.run import as_json, company_settings, report
from kloof.cli.tree import Group
from kloof.domain.errors import BadInput, Reason

if TYPE_CHECKING:
    from kloof.domain.surveys.definition import Survey


@click.group(cls=Group)
def surveys() -> None:
    """Check the survey files of the company, and see them as a customer."""


@surveys.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@as_json
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Say everything that is wrong in survey files, as file:line:column: path: message.

    Without FILE, all files in the company's surveys/ are read, and its texts.yaml.
    """
    from kloof.actions.surveys.files import check_surveys, survey_files

    found: list[Survey] = []
    problems, remedy = [] if files else _of_texts(), ""
    try:
        found = check_surveys(files or survey_files(_as_seen(company_settings().surveys_folder)))
    except BadInput as error:
        problems, remedy = error.problems + problems, error.remedy
    if problems and not as_json:
        raise BadInput(Reason.SURVEYS_UNUSABLE, problems, remedy=remedy)
    report(as_json, {"surveys": [_summary(survey) for survey in found], "problems": problems}, _words(found))
    if problems:
        raise click.exceptions.Exit(1)


@surveys.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--port", default=8010, show_default=True, type=click.IntRange(1, 65535))
def preview(file: Path, port: int) -> None:
    """See both forms of a survey file as a customer will, in a browser, until Ctrl-C.

    Nothing is stored, and no database is needed.
    """
    from kloof.actions.surveys.files import check_surveys
    from kloof.cli.gunicorn import PreviewServer

    survey = check_surveys([file])[0]
    click.echo(f"{survey.key} as customers see it: http://127.0.0.1:{port}/preview (Ctrl-C stops it)")
    PreviewServer(company_settings(), survey, bind=f"127.0.0.1:{port}").run()


def _of_texts() -> list[str]:
    from kloof.actions.mailing import company_texts

    return company_texts.problems(company_settings())


def _as_seen(folder: Path) -> Path:
    """Short where it lies below the place where one types, so that what is wrong reads as one would write it."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _summary(survey: Survey) -> dict[str, object]:
    return {"id": survey.id, "version": survey.version, "aspects": [aspect.id for aspect in survey.aspects]}


def _words(found: list[Survey]) -> str:
    return "\n".join(f"{survey.key}: {len(survey.aspects)} aspects, nothing wrong." for survey in found)
