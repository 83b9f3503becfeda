"""Which folder is the company's: one with kloof.toml, that is named, or that KLOOF_FOLDER names, or where one is."""

import os
from collections.abc import Mapping
from pathlib import Path

from kloof.domain.errors import Reason, Refused

POLICY = "kloof.toml"
RESTORING = ".restoring"
"""Inside a company's folder: what a restore makes ready there."""
RESTORED = "ready"
"""In there: from now on it takes the place of what is there."""
REMEDY = "cd to your company's folder, name it with --folder DIR or KLOOF_FOLDER, or make one: kloof init DIR"


def find_company(named: str | None, environ: Mapping[str, str], here: Path) -> Path:
    """The company's folder: `named` (on the command line), else what KLOOF_FOLDER holds, else `here`.

    What is relative is so to `here`. Raises Refused where no kloof.toml can be read in it; nothing is written.
    """
    variable = environ.get("KLOOF_FOLDER", "").strip()
    folder = Path(os.path.abspath(here / (named or variable)))
    by = " (named by --folder)" if named else " (named in KLOOF_FOLDER)" if variable else ""
    refuse_unless_company(folder, by)
    return folder


def refuse_unless_company(folder: Path, by: str = "") -> None:
    """Raises Refused where `folder` holds no kloof.toml that can be read. `by` says in brackets who named it."""
    file = folder / POLICY
    if not os.path.lexists(folder):
        raise Refused(Reason.SETTINGS_UNUSABLE, f"There is no folder {folder}{by}.", remedy=REMEDY)
    try:
        file.open("rb").close()
    except FileNotFoundError:
        raise Refused(
            Reason.SETTINGS_UNUSABLE, f"There is no {POLICY} in {folder}{by}.", remedy=REMEDY
        ) from None
    except NotADirectoryError:
        raise Refused(
            Reason.SETTINGS_UNUSABLE, f"{folder}{by} is a file, not a folder.", remedy=REMEDY
        ) from None
    except IsADirectoryError:
        raise Refused(
            Reason.SETTINGS_UNUSABLE, f"{file} is a folder, not a file with settings.", remedy=REMEDY
        ) from None
    except OSError as error:
        raise Refused(
            Reason.SETTINGS_UNUSABLE,
            f"{file}{by} cannot be read: {error.strerror}.",
            remedy="Run kloof as a user who may read it.",
        ) from None


def refuse_inside_company(folder: Path) -> None:
    """Raises Refused where `folder` lies in the folder of a company: there it would be taken for a part of that."""
    for above in Path(os.path.realpath(folder)).parents:
        if os.path.isfile(above / POLICY):
            raise Refused(
                Reason.FOLDER_UNFIT,
                f"{folder} lies inside {above}, which is a company's folder already.",
                remedy="Choose a folder outside it.",
            )
