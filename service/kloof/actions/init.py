"""A company's own folder: settings with comments, the shipped surveys, the first pages of its site, and papers."""

import json
from pathlib import Path
from typing import Final

from kloof import scaffold
from kloof.actions import papers
from kloof.config import load_settings, refuse_inside_company
from kloof.domain.errors import Reason, Refused
from kloof.domain.text import Language

PAPERS: Final = "site/papers"
"""Where `kloof init` puts them. The site leaves them out (`exclude_docs` in mkdocs.yml)."""


def init(folder: Path, company: str, language: Language = "nl") -> list[Path]:
    """Make the folder ready for `company`; the files written, relative to it.

    Raises Refused, before anything is written, where one of the files is there already, or where the folder lies in
    another company's.
    """
    refuse_inside_company(folder)
    files = _files(company, language)
    to_fill = [f"{PAPERS}/{name}" for name in scaffold.papers()]
    taken = sorted(path for path in (*files, *to_fill) if (folder / path).exists())
    if taken:
        raise Refused(
            Reason.FILE_IN_THE_WAY,
            f"There is a {taken[0]} here already.",
            where=str(folder / taken[0]),
            remedy="Choose an empty folder: kloof init writes over nothing.",
        )
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    papers.write(load_settings(folder, {}, keep_key=False), folder / PAPERS)
    return [Path(path) for path in sorted([*files, *to_fill])]


def _files(company: str, language: Language) -> dict[str, bytes]:
    # A JSON string is a TOML basic string, whatever the name holds.
    policy = scaffold.policy().replace("{name}", json.dumps(company, ensure_ascii=False))
    files = {"kloof.toml": policy.replace("{language}", language).encode()}
    files |= {path: file.read_bytes() for path, file in scaffold.pages().items()}
    return files | {f"surveys/{name}": file.read_bytes() for name, file in scaffold.surveys().items()}
