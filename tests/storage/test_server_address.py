"""The address of a server: several hosts, what kloof itself reads of it, and no password in what is wrong with it."""

import pytest

from kloof.domain.errors import BadSettings
from kloof.storage.engines import connect
from kloof.storage.servers.server import CONNECTING, WAITING, options_of


def test_nothing_is_kept_prepared_and_nothing_waits_for_ever_unless_the_address_says_so() -> None:
    usual = options_of("postgresql://kloof:p%40ss@db/kloof")
    assert usual == CONNECTING | {
        "user": "kloof", "password": "p@ss", "host": "db", "database": "kloof", "waiting": dict(WAITING),
    }  # fmt: skip
    assert usual["prepare_threshold"] is None
    assert all(WAITING.values())
    told = options_of(
        "postgresql://db/kloof?answer_timeout=2.5&lock_timeout=0&prepare_threshold=5&sslmode=require"
    )
    assert told["waiting"] == dict(WAITING) | {"answer_timeout": 2.5, "lock_timeout": 0.0}
    assert (told["prepare_threshold"], told["sslmode"]) == (5, "require")


def test_several_hosts_stand_in_one_address() -> None:
    told = options_of("postgresql://kloof@a:5432,b:5433/kloof?target_session_attrs=read-write")
    assert (told["host"], told["port"], told["target_session_attrs"]) == ("a,b", "5432,5433", "read-write")
    told = options_of("postgresql:///kloof?host=a,b&target_session_attrs=read-write")
    assert (told["host"], told["database"]) == ("a,b", "kloof")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://kloof:secret-word@[db/kloof",
        "postgresql://kloof:%zzsecret-word@db/kloof",
        "postgresql://kloof:secret-word@db:port/kloof",
        "postgresql://kloof:secret-word@db/kloof?bogus=1",
        "postgresql://kloof:secret-word@db/kloof?answer_timeout=soon",
        "postgresql://kloof:secret-word@db/kloof?lock_timeout=-1",
        "postgresql://kloof:secret-word@db/kloof?idle_timeout=nan",
    ],
)
def test_what_is_wrong_in_one_is_said_without_its_password(url: str) -> None:
    with pytest.raises(BadSettings, match="KLOOF_DATABASE_URL: this is no address of a server") as refused:
        connect(url)
    assert "secret-word" not in str(refused.value)
