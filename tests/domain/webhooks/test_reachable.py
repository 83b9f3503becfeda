"""Which addresses a webhook may lead to: an independent list of what is inside, and what is outside."""

from ipaddress import IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.errors import Refused
from kloof.domain.webhooks.reachable import host_of, may_be_reached

# RFC 6890 and the registries of IANA, written out: the code asks Python's ipaddress, this does not.
INSIDE = """
0.0.0.0 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::a00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1
2001:db8::1 2002:a00:1::1 2002:808:808::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1
"""
OUTSIDE = """
1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.32.0.1 2606:4700::1111 2a00:1450::1
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_what_is_inside_is_out_of_reach(address: str) -> None:
    assert not may_be_reached(address)


@pytest.mark.parametrize("address", OUTSIDE.split())
def test_the_public_internet_is_within_reach(address: str) -> None:
    assert may_be_reached(address)


def test_a_network_of_the_settings_is_within_reach_and_nothing_beside_it() -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    assert may_be_reached("10.1.2.3", allowed)
    assert may_be_reached("fd00::1", allowed)
    assert not may_be_reached("10.2.0.1", allowed)
    assert not may_be_reached("::ffff:10.1.2.3", allowed)


@given(st.integers(0, 2**32 - 1))
def test_no_address_of_ipv6_leads_around_the_rule_for_ipv4(number: int) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::", "::"):
        assert not may_be_reached(str(IPv6Address(int(IPv6Address(prefix)) + number)))
    assert not may_be_reached(str(IPv6Address(int(IPv6Address("2002::")) + (number << 80))))


@given(st.text(max_size=40))
def test_what_is_no_address_is_out_of_reach(text: str) -> None:
    try:
        ip_address(text)
    except ValueError:
        assert not may_be_reached(text)


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/in",
        "ftp://crm.example/in",
        "crm.example/in",
        "https:///in",
        "https://user:word@crm.example/in",
        "https://crm.example@127.0.0.1/",
        "https://crm.example/in#x",
        "https://crm.example/a b",
        "https://crm.example/\r\nHost: x",
        "https://crm.example\\@127.0.0.1/",
        "https://crm.example:99999/",
        "https://[::1/",
        "https://café.example/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://127.1/",
        "https://crm.example/" + "x" * 2000,
        "",
    ],
)
def test_what_cannot_be_an_endpoint_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(Refused, match=r"\.$"):
        host_of(url)


def test_http_will_do_where_the_settings_say_so() -> None:
    assert host_of("http://crm.example:8080/in?x=1", plain=True) == "crm.example"
