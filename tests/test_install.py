"""Nothing comes in without a hash, by a package index that notes what it hands out; and no Python replaces another
unsaid."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from instruments.handbook import SITE, blocks

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")


class Index(SimpleHTTPRequestHandler):
    """A package index over one folder per package; its server keeps the names of the files that were asked for."""

    def do_GET(self) -> None:
        if Path(self.path).suffix in {".whl", ".gz"}:
            self.server.handed_out.add(Path(self.path).name)  # type: ignore[attr-defined]
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Not a word on the screen."""


class World:
    """A project with kloof's own install.sh, and an index that has what it needs and more besides."""

    def __init__(self, folder: Path) -> None:
        self.index, self.project = folder / "index", folder / "source"
        self.handed_out: set[str] = set()
        (self.project / "requirements").mkdir(parents=True)
        shutil.copy(ROOT / "requirements" / "install.sh", self.project / "requirements")
        (self.project / "pyproject.toml").write_text(
            '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
            '[project]\nname = "kloof"\nversion = "1"\n[tool.setuptools]\npackages = []\n'
        )
        (self.project / "setup.py").write_text("from setuptools import setup\nsetup()\n")
        tools = self.add(real_wheel("setuptools"))
        # As dkimpy comes: no wheel, and no word about what builds it.
        source = self.add(source_archive("signs"))
        self.require("build", tools)
        self.require("run", source)
        self.require("dev", source)
        # What a build would take that may choose for itself. It has a hash nowhere.
        self.add(wheel("setuptools", "9999", {"setuptools/__init__.py": b""}))
        self.add(wheel("wheel", "9999", {"wheel/__init__.py": b""}))

    def add(self, file: tuple[str, bytes]) -> Path:
        name, data = file
        path = self.index / name.split("-")[0] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def require(self, lock: str, file: Path) -> None:
        name, version = file.name.removesuffix(".tar.gz").split("-")[:2]
        line = f"{name}=={version} --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"
        (self.project / "requirements" / f"{lock}.txt").write_text(line)

    def uv(self, script: str) -> None:
        """Let the index have a uv that does this."""
        wheel_of_uv = wheel("uv", "1", {"uv-1.data/scripts/uv": f"#!/bin/sh\n{script}\n".encode()})
        self.require("installer", self.add(wheel_of_uv))

    def unhashed(self) -> set[str]:
        """What was handed out and stands in no lock file."""
        locks = "".join(lock.read_text() for lock in (self.project / "requirements").glob("*.txt"))
        digests = {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in self.index.glob("*/*-*")
        }
        return {name for name in self.handed_out if digests[name] not in locks}


def wheel(name: str, version: str, files: dict[str, bytes]) -> tuple[str, bytes]:
    packed, info = BytesIO(), f"{name}-{version}.dist-info"
    about = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    everything = {**files, **{path: data for path, data in about.items() if path not in files}}
    listed = "".join(f"{path},,\n" for path in [*everything, f"{info}/RECORD"])
    with ZipFile(packed, "w") as archive:
        for path, data in {**everything, f"{info}/RECORD": listed.encode()}.items():
            entry = ZipInfo(path)
            entry.external_attr = (0o100755 if "/scripts/" in path else 0o100644) << 16
            archive.writestr(entry, data)
    return f"{name}-{version}-py3-none-any.whl", packed.getvalue()


def real_wheel(name: str) -> tuple[str, bytes]:
    """What is installed here, packed again."""
    installed = distribution(name)
    files = {
        str(path): path.read_binary()
        for path in installed.files or []
        if path.suffix != ".pyc" and path.name not in {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
    }
    return wheel(name, installed.version, files)


def source_archive(name: str) -> tuple[str, bytes]:
    files = {
        "setup.py": f"from setuptools import setup\nsetup(name='{name}', version='1', py_modules=['{name}'])\n",
        f"{name}.py": "",
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
    }
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}-1/{path}")
            entry.size = len(text)
            archive.addfile(entry, BytesIO(text.encode()))
    return f"{name}-1.tar.gz", packed.getvalue()


def fresh(folder: Path) -> None:
    """A virtual environment with nothing in it but the pip of this one: to unpack another takes the longest."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    pip = distribution("pip")
    for part in {file.parts[0] for file in pip.files or []} - {".."}:
        shutil.copytree(str(pip.locate_file(part)), packages / part)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World(tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Index, directory=str(tmp_path)))
    server.handed_out = world.handed_out  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    # Whatever this machine has set for pip and uv: here they know this index only, and have fetched nothing before.
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")):
            monkeypatch.delenv(name)
    address = f"http://127.0.0.1:{server.server_port}/index"
    for name, value in {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": address,
        "PIP_NO_CACHE_DIR": "1",
        "PIP_NO_COMPILE": "1",
        "UV_NO_CONFIG": "1",
        "UV_INDEX_URL": address,
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "PYTHON": sys.executable,
        "VENV": ".venv",
    }.items():
        monkeypatch.setenv(name, value)
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sh(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(["sh", "-ec", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.slow
@pytest.mark.xdist_group("install")
@pytest.mark.parametrize(
    "uv", [pytest.param(f'exec "{UV}" "$@"', id="by uv"), pytest.param("exit 1", id="by pip")]
)
def test_the_set_up_takes_nothing_that_has_no_hash(world: World, uv: str) -> None:
    world.uv(uv)
    fresh(world.project / ".venv")
    done = sh("sh requirements/install.sh", world.project)
    assert ("going on with pip" in done.stdout) == (uv == "exit 1")
    assert "signs-1.tar.gz" in world.handed_out
    assert world.unhashed() == set()


@pytest.mark.slow
@pytest.mark.xdist_group("install")
def test_installing_by_the_how_to_takes_nothing_that_has_no_hash(world: World) -> None:
    text = (SITE / "how-to" / "start-your-own.md").read_text(encoding="utf-8")
    [steps] = [block for block in blocks(text, "sh") if "pip install" in block]
    installs = [line for line in steps.splitlines() if "pip install" in line]
    fresh(world.project.parent / ".venv")
    sh("\n".join(installs).replace("bin/pip", "bin/python -m pip"), world.project.parent)
    assert "signs-1.tar.gz" in world.handed_out
    assert world.unhashed() == set()


def python(file: Path, identity: str) -> Path:
    """What install.sh takes for a Python; it makes no virtual environment, but says that it would."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"""#!/bin/sh
        case "$*" in
        *base_prefix*) echo "{identity}" ;;
        "-m venv"*) echo "makes one" && exit 9 ;;
        esac
        """
    )
    file.chmod(0o755)
    return file


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A project that was set up by an earlier Python, and has not changed since."""
    (tmp_path / "requirements").mkdir()
    shutil.copy(ROOT / "requirements" / "install.sh", tmp_path / "requirements")
    for name in ("requirements/dev.txt", "pyproject.toml", "setup.py"):
        (tmp_path / name).touch()
    python(tmp_path / ".venv" / "bin" / "python", "3.11.7 in /usr")
    (tmp_path / ".venv" / "pyvenv.cfg").touch()
    (tmp_path / ".venv" / ".ready").touch()
    return tmp_path


def set_up(folder: Path, asked: Path | str) -> tuple[int, str]:
    """Exit status, and everything that was said."""
    done = subprocess.run(
        ["sh", "requirements/install.sh"],
        cwd=folder,
        env=os.environ | {"PYTHON": str(asked), "VENV": ".venv"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_who_names_no_python_keeps_the_one_that_is_set_up(ready: Path) -> None:
    assert set_up(ready, "") == (0, "")


def test_the_same_python_by_another_name_is_no_other(ready: Path) -> None:
    assert set_up(ready, python(ready / "same", "3.11.7 in /usr")) == (0, "")


@pytest.mark.parametrize("identity", ["3.13.0 in /usr", "3.11.7 in /opt"])
def test_another_python_begins_anew_and_says_so(ready: Path, identity: str) -> None:
    status, said = set_up(ready, python(ready / "other", identity))
    assert (status, "makes one" in said, (ready / ".venv").exists()) == (9, True, False)
    assert f"Making .venv anew: it was made by 3.11.7 in /usr, and PYTHON is {identity}." in said


def test_a_python_that_is_not_there_takes_nothing_away(ready: Path) -> None:
    status, said = set_up(ready, "/nowhere/python3")
    assert (status, (ready / ".venv" / ".ready").exists()) == (1, True)
    assert "'/nowhere/python3' is not there" in said


def test_a_folder_that_is_no_virtual_environment_is_left_alone(ready: Path) -> None:
    (ready / ".venv" / "pyvenv.cfg").unlink()
    status, said = set_up(ready, python(ready / "other", "3.13.0 in /usr"))
    assert (status, (ready / ".venv" / ".ready").exists()) == (1, True)
    assert "is no virtual environment" in said


def test_a_requirement_that_changed_is_installed(ready: Path) -> None:
    later = (ready / ".venv" / ".ready").stat().st_mtime + 10
    os.utime(ready / "requirements" / "dev.txt", (later, later))
    assert "Installing the locked requirements" in set_up(ready, "")[1]
