"""What travels without the repository: the source archive, the wheel made from it, and what they say of themselves."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from markdown import markdown

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

ROOT = Path(__file__).parents[1]
LEFT_AT_HOME = shutil.ignore_patterns(
    ".git",
    ".venv*",
    ".*_cache",
    ".hypothesis",
    "__pycache__",
    "node_modules",
    "build",
    "instance",
    "*.egg-info",
)
BUILD = "import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])"


def build(kind: str, source: Path, into: Path) -> Path:
    """Have setuptools build this, as pip would, without a package index to ask."""
    into.mkdir()
    offline = os.environ | {"PIP_NO_INDEX": "1"}
    subprocess.run(
        [sys.executable, "-c", BUILD, kind, into], cwd=source, env=offline, check=True, capture_output=True
    )
    [made] = into.iterdir()
    return made


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive."""
    folder = tmp_path_factory.mktemp("archive")
    shutil.copytree(ROOT, folder / "copy", ignore=LEFT_AT_HOME)
    return build("build_sdist", folder / "copy", folder / "made")


@pytest.fixture(scope="module")
def wheel(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """The wheel, made from nothing but the source archive."""
    folder = tmp_path_factory.mktemp("wheel")
    # Not tarfile: before Python 3.11.4 it has no filter, and from 3.12 on it warns where it is given none.
    subprocess.run(["tar", "-xzf", archive, "-C", folder], check=True)
    [source] = folder.iterdir()
    return ZipFile(build("build_wheel", source, folder / "made"))


@pytest.fixture(scope="module")
def metadata(wheel: ZipFile) -> Message:
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return message_from_bytes(wheel.read(name))


@pytest.fixture(scope="module")
def description(metadata: Message) -> BeautifulSoup:
    """The page of kloof on a package index."""
    assert metadata["Description-Content-Type"] == "text/markdown"
    text = metadata.get_payload(decode=True)
    assert isinstance(text, bytes)
    return BeautifulSoup(markdown(text.decode(), extensions=["tables", "fenced_code"]), "html.parser")


def test_the_source_archive_holds_the_whole_repository(archive: Path) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no Git checkout to compare the source archive with")
    with tarfile.open(archive) as packed:
        held = {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in packed.getnames()}
    there = {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    assert sorted(there - held) == []


def test_a_wheel_carries_everything_that_the_site_and_a_new_company_need(wheel: ZipFile) -> None:
    package = ROOT / "service"
    files = {str(path.relative_to(package)) for path in (package / "kloof").rglob("*") if path.is_file()}
    surveys = {f"kloof/scaffold/surveys/{path.name}" for path in (ROOT / "surveys").glob("*.yaml")}
    needed = {name for name in files if "__pycache__" not in name} | surveys
    assert sorted(needed - set(wheel.namelist())) == []


def test_it_says_under_what_licences_it_may_be_used(metadata: Message) -> None:
    assert metadata["License-Expression"] == "MIT AND OFL-1.1"


def test_it_holds_the_text_of_each_licence(wheel: ZipFile, metadata: Message) -> None:
    folder = f"kloof-{metadata['Version']}.dist-info/licenses"
    held = {name: wheel.read(f"{folder}/{name}") for name in metadata.get_all("License-File", [])}
    licences = ("LICENSE", "service/kloof/design/FONTS-LICENSE.txt")
    assert held == {name: (ROOT / name).read_bytes() for name in licences}


def test_its_page_on_a_package_index_shows_nothing_that_only_the_repository_has(
    description: BeautifulSoup,
) -> None:
    targets = [tag.get("href") or tag.get("src") for tag in description.find_all(["a", "img"])]
    assert [target for target in targets if not re.match("https?://", str(target))] == []


def test_its_page_on_a_package_index_tells_what_the_readme_tells(description: BeautifulSoup) -> None:
    readme = BeautifulSoup(
        markdown((ROOT / "README.md").read_text(encoding="utf-8"), extensions=["fenced_code"]), "html.parser"
    )
    told = [heading.get_text() for heading in readme.find_all("h2")]
    assert len(told) > 5
    kept = [heading.get_text() for heading in description.find_all("h2")]
    assert [name for name in told if name not in kept] == ["What it looks like"]
    assert description.get_text().rstrip().endswith(readme.get_text().rstrip()[-80:])
