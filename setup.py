"""What pyproject.toml cannot say: a wheel carries a copy of the surveys that ship with the project, and a README
that can be read where the rest of the repository is not."""

import re
from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
SURVEYS = HERE / "surveys"


class WithSurveys(build_py):
    """Also copies surveys/ to where kloof.scaffold looks in an installed package."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "kloof" / "scaffold" / "surveys"
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted(SURVEYS.glob("*.yaml")):
            copyfile(file, target / file.name)


def on_its_own(readme: str) -> str:
    """The README without its pictures, and with words where it links to files: on a package index both lead nowhere."""
    text = re.sub(r"^## What it looks like\n.*?(?=^## )", "", readme, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]+\)", r"\1", text)


setup(
    cmdclass={"build_py": WithSurveys},
    long_description=on_its_own((HERE / "README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
)
