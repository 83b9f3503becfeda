"""The company's survey files, read and checked together."""

from collections.abc import Iterable
from pathlib import Path

from kloof.domain.errors import BadInput, Reason
from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.source import SurveySource

SUFFIXES = frozenset({".yaml", ".yml"})


def load_surveys(folder: Path) -> dict[str, Survey]:
    """The surveys of a folder by id. Raises BadInput with every problem of every file, or where none is."""
    return {
        survey.id: survey
        for survey in _read((f"{folder.name}/{file.name}", file) for file in survey_files(folder))
    }


def check_surveys(paths: Iterable[Path]) -> list[Survey]:
    """The surveys in these files, in this order. Raises BadInput with every problem of every file."""
    return _read((str(path), path) for path in paths)


def survey_files(folder: Path) -> list[Path]:
    """The survey files of a folder by name. Raises BadInput where there are none."""
    here = folder.iterdir() if folder.is_dir() else ()
    files = sorted(file for file in here if file.suffix in SUFFIXES and not file.name.startswith("."))
    if not files:
        raise BadInput(
            Reason.SURVEYS_UNUSABLE,
            [f"{folder.name}: there are no survey files here."],
            remedy="Put at least one .yaml file in this folder.",
        )
    return files


def _read(named: Iterable[tuple[str, Path]]) -> list[Survey]:
    surveys: list[Survey] = []
    problems: list[str] = []
    first: dict[str, str] = {}
    for name, path in named:
        try:
            source = SurveySource(_text(name, path), name)
            survey = source.survey()
        except BadInput as error:
            problems += error.problems
            continue
        surveys.append(survey)
        other = first.setdefault(survey.id, name)
        if other != name:
            problems.append(source.elsewhere(other))
    if problems:
        raise BadInput(Reason.SURVEYS_UNUSABLE, problems)
    return surveys


def _text(name: str, path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(
            Reason.SURVEYS_UNUSABLE,
            [f"{name}:1:1: this file cannot be read: {error.strerror}; check its name and rights"],
        ) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise BadInput(
            Reason.SURVEYS_UNUSABLE,
            [f"{name}:{line}:{column}: this is not UTF-8 text; save the file as UTF-8"],
        ) from None
