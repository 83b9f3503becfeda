"""What the company does about its findings, as a file beside the releases: the site is made from files alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from kloof.domain.errors import Reason, Refused
from kloof.domain.findings.company_actions import CompanyAction
from kloof.domain.json_text import indented
from kloof.domain.releases.guarantee import ReleasePart

NAME: Final = "actions.json"


class _File(ReleasePart):
    format: Literal[1] = 1
    actions: Annotated[tuple[CompanyAction, ...], Field(default=())]


def read_actions(findings: Path) -> tuple[CompanyAction, ...]:
    """What stands in findings/actions.json, the one that began last first; nothing where there is no such file.

    Raises Refused where it cannot be read.
    """
    file = findings / NAME
    try:
        return _File.model_validate_json(file.read_bytes()).actions
    except FileNotFoundError:
        return ()
    except ValidationError as error:
        raise Refused(
            Reason.SITE_UNBUILT,
            f"{NAME} cannot be read: {error.errors()[0]['msg']}.",
            where=str(file),
            remedy="Remove it, and build the site where the database is: it is written anew there.",
        ) from None


def write_actions(findings: Path, actions: Sequence[CompanyAction]) -> None:
    """Write them to findings/actions.json, and take the file away where there are none."""
    file = findings / NAME
    if not actions:
        file.unlink(missing_ok=True)
        return
    text = indented(_File(actions=tuple(actions)).model_dump(mode="json")) + "\n"
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return
    findings.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
