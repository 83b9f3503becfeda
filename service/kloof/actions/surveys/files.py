"""The company's survey files, read and checked together."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from kloof.actions.clock import wall_clock
from kloof.domain.errors import BadInput, Reason
from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.source import SurveySource

SUFFIXES = frozenset({".yaml", ".yml"})
STILL = 2.0
"""Seconds for which a file was left alone before what was read of it is trusted without reading it again."""

_Stamp = tuple[int, int, int, int]


def load_surveys(folder: Path) -> dict[str, Survey]:
    """The surveys of a folder by id. Raises BadInput with every problem of every file, or where none is."""
    stamps = tuple((file, _stamp(file)) for file in survey_files(folder))
    # A file that was written just now may be written again within the same tick of the clock.
    if any(stamp is None or wall_clock().timestamp() - stamp[0] / 1e9 < STILL for _, stamp in stamps):
        return _loaded.__wrapped__(stamps)
    return dict(_loaded(stamps))


@lru_cache(maxsize=8)
def _loaded(stamps: tuple[tuple[Path, _Stamp | None], ...]) -> dict[str, Survey]:
    read = _read((f"{file.parent.name}/{file.name}", file) for file, _ in stamps)
    return {survey.id: survey for survey in read}


def _stamp(file: Path) -> _Stamp | None:
    """What is another as soon as the file is written anew; None where it cannot be told."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


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
