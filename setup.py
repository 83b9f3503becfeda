"""The one step that pyproject.toml cannot say: a wheel carries a copy of the surveys that ship with the project."""

from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py

SURVEYS = Path(__file__).parent / "surveys"


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


setup(cmdclass={"build_py": WithSurveys})
