"""Which addresses are one network, and that a mark tells nothing."""

import pytest

from kloof.domain.access.networks import is_public, mark, network_of

KEY = "a key for the tests, worth nothing at all"


def test_an_address_of_the_old_kind_is_a_network_and_its_neighbour_another() -> None:
    assert network_of("198.41.0.4") == network_of("::ffff:198.41.0.4")
    assert network_of("198.41.0.4") != network_of("198.41.0.5")


def test_devices_behind_one_connection_are_one_network_and_the_next_house_is_another() -> None:
    assert network_of("2a02:a45f:1:2::1") == network_of("2A02:A45F:1:2:dead:beef:0:9")
    assert network_of("2a02:a45f:1:2::1") != network_of("2a02:a45f:1:3::1")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.17.0.1", "192.168.1.20", "::1", "fd00::1", "", None, "unix:", "1.2.3"],
)
def test_what_every_visitor_has_behind_an_unknown_proxy_says_nothing(address: str | None) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["", None, "unix:", "1.2.3"])
def test_what_is_no_address_is_no_network(address: str | None) -> None:
    assert network_of(address) == ""


def test_the_same_parts_have_the_same_mark_and_no_others_have() -> None:
    assert mark(KEY, "198.41.0.4", 1, 23) == mark(KEY, "198.41.0.4", 1, 23)
    assert (
        len({mark(KEY, "x", 1, 23), mark(KEY, "x", 12, 3), mark(KEY + "!", "x", 1, 23), mark(KEY, "x1", 23)})
        == 4
    )
