"""A command whose connection to PostgreSQL is cut during COMMIT says that it may have been saved, and no more."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cast.builders import SECRET
from instruments.cutting_proxy import Cut, CuttingProxy
from kloof import storage
from kloof.cli import main

pytestmark = pytest.mark.postgresql
Kloof = Callable[[str], Result]


@pytest.fixture
def proxy(postgresql: str) -> Iterator[CuttingProxy]:
    with CuttingProxy(postgresql) as proxy:
        yield proxy
        storage.close_database()


@pytest.fixture
def kloof(proxy: CuttingProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kloof:
    (tmp_path / "kloof.toml").touch()
    monkeypatch.chdir(tmp_path)

    def run(words: str) -> Result:
        storage.close_database()
        environment = {"KLOOF_DATABASE_URL": proxy.url, "KLOOF_SECRET_KEY": SECRET}
        return CliRunner().invoke(main, words.split(), env=environment)

    assert run("db migrate").exit_code == 0
    assert run("outbox resume").exit_code == 0  # the key is tied to the database before
    return run


@pytest.mark.parametrize("cut", Cut, ids=[cut.name for cut in Cut])
def test_it_may_have_been_saved_and_looking_shows_whether_it_was(
    kloof: Kloof, proxy: CuttingProxy, cut: Cut
) -> None:
    proxy.cut = cut
    said = kloof("people add --role desk --email noor@company.example --name Noor")
    assert (said.exit_code, proxy.cuts) == (1, 1)
    assert "perhaps it was" in said.stderr
    assert "does not answer" not in said.stderr
    there = json.loads(kloof("people list --json").stdout)["people"]
    assert [person["name"] for person in there] == (["Noor"] if cut is Cut.AFTER else [])
