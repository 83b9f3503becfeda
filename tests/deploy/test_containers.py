"""The container: who runs in it has no rights, its file names what there is, and its steps work on this machine."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from instruments.handbook import SITE, blocks, typed
from instruments.systemd_files import environment
from kloof.config.sources import ENVIRONMENT

ROOT = Path(__file__).parents[2]
CONTAINER = ROOT / "deploy" / "container"
FILE = (CONTAINER / "Containerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((CONTAINER / "compose.yaml").read_text(encoding="utf-8"))


def steps(word: str) -> list[str]:
    return re.findall(rf"^{word} (.+)$", FILE, re.MULTILINE)


def test_it_is_debian_and_runs_as_nobody_in_particular() -> None:
    assert set(steps("FROM")) == {
        "docker.io/library/debian:bookworm-slim AS made",
        "docker.io/library/debian:bookworm-slim",
    }
    last = FILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d*$", last, re.MULTILINE), (
        "a number, so that who looks knows it is not root"
    )
    assert last.index("\nUSER") < last.index("\nENTRYPOINT")
    assert "pip" not in last, "what builds stays behind"


def test_it_installs_by_the_same_words_as_the_handbook() -> None:
    page = (SITE / "how-to" / "start-your-own.md").read_text(encoding="utf-8")
    taught = [
        line for line in blocks(page, "sh")[0].splitlines() if "-m venv" in line or "pip install" in line
    ]
    assert taught == [
        step.replace(" --no-cache-dir", "") for step in steps("RUN") if "venv .venv" in step or "pip" in step
    ]


def test_what_it_runs_exists() -> None:
    serve = dict(typed())["kloof serve"]
    assert steps("ENTRYPOINT") == ['["kloof"]']
    (words,) = steps("CMD")
    assert {"serve", "--host"} <= set(yaml.safe_load(words))
    assert "--host" in {flag for parameter in serve.params for flag in parameter.opts}
    assert "http://127.0.0.1:8000/healthz" in steps("HEALTHCHECK")[0]


def test_each_service_may_write_nowhere_but_to_its_volume_and_can_gain_no_rights() -> None:
    for name in ("web", "worker"):
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["volumes"] == ["company:/srv/company"]
        assert service["tmpfs"] == ["/tmp"]  # noqa: S108
        assert (CONTAINER / service["build"]["context"] / service["build"]["dockerfile"]).resolve().exists()
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["web"]["ports"])


def test_the_examples_of_its_environment_name_variables_that_there_are() -> None:
    examples = {path.name.removesuffix(".example") for path in CONTAINER.glob("*.example")}
    assert examples == {service["env_file"] for service in COMPOSE["services"].values()}
    given = environment((CONTAINER / "kloof.env.example").read_text(encoding="utf-8"))
    assert set(given) <= set(ENVIRONMENT)


@pytest.mark.slow
def test_kloof_runs_with_a_read_only_root_and_no_rights(tmp_path: Path) -> None:
    """As the container has it, in namespaces of this machine: everything is read-only but the company and /tmp."""
    if not shutil.which("unshare"):
        pytest.skip("no unshare (Debian has it: util-linux)")
    company = tmp_path / "company"
    subprocess.run([sys.executable, "-m", "kloof", "init", company], check=True, capture_output=True)
    shut = (
        f'mount --bind "{company}" "{company}" && mount -t tmpfs none /var/tmp && '
        "mount -o remount,ro,bind / && exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "
        f'sh -c \'cd "{company}" && ! touch /var/lib/x 2>/dev/null && {sys.executable} -m kloof "$@"\' kloof "$@"'
    )

    def types(*words: str) -> "subprocess.CompletedProcess[str]":
        outside = ["unshare", "--mount", "--map-root-user", "sh", "-c", shut, "sh", *words]
        return subprocess.run(outside, capture_output=True, text=True, check=False)

    first = types("db", "migrate")
    if "unshare failed" in first.stderr or "mount:" in first.stderr:
        pytest.skip("this machine makes no namespaces")
    assert first.returncode == 0, first.stderr
    assert types("worker", "--once").returncode == 0
    assert types("site", "build").returncode == 0
