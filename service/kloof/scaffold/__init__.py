"""What a company's own folder starts with: the files that `kloof init` copies, and where the shipped surveys are."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

_HERE: Final = files("kloof.scaffold")
_OF_THE_PROJECT: Final = Path(__file__).parents[3] / "surveys"


def pages() -> dict[str, Traversable]:
    """Path in the new folder → file, for everything but kloof.toml and the surveys."""
    found = {"mkdocs.yml": _HERE / "mkdocs.yml", ".gitignore": _HERE / "gitignore.txt"}
    return found | {f"site/{path}": file for path, file in _below(_HERE / "site")}


def policy() -> str:
    """kloof.toml with {name} and {language} to fill in."""
    return (_HERE / "kloof.toml").read_text(encoding="utf-8")


def papers() -> dict[str, Traversable]:
    """File name → paper, with the names of facts to fill in between braces."""
    return dict(_below(_HERE / "papers"))


def surveys() -> dict[str, Traversable]:
    """File name → shipped survey. They live in surveys/ of the project; a wheel carries a copy (see setup.py)."""
    carried = _HERE / "surveys"
    home: Traversable = carried if carried.is_dir() else _OF_THE_PROJECT
    return {
        file.name: file
        for file in sorted(home.iterdir(), key=lambda f: f.name)
        if file.name.endswith(".yaml")
    }


def _below(folder: Traversable, path: str = "") -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        here = f"{path}{item.name}"
        if item.is_dir():
            found += _below(item, f"{here}/")
        elif item.name.endswith(".md"):
            found.append((here, item))
    return found
