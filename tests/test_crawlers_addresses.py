"""The address guard: which addresses it admits, and that no spelling, name or redirect gets around it."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.urls import canonical, host
from crawlers.fetching.addresses import REFUSED, Guard
from store.records import UrlState
from tests.loopback import Reply, crawl, redirect, rss, serve


def words(text: str) -> list[str]:
    return text.split()


INNER = words(
    "127.0.0.1 127.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 0.0.0.0 0.1.2.3 "
    "100.64.0.1 100.127.255.255 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 "
    "239.255.255.250 240.0.0.1 255.255.255.255 ::1 :: ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 "
    "::ffff:169.254.169.254 fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 fec0::1 ff02::1 ff0e::1 64:ff9b::7f00:1 "
    "64:ff9b::8.8.8.8 64:ff9b:1::1 2002:7f00:1:: 2002:808:808:: 2001::1 2001:db8::1 100::1 5f00::1 4000::1 "
    "::ffff:0:127.0.0.1"
)
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8"]
SPELLINGS = words(
    "127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0x7f.0.0.1 017700000001 0177.0.0.1 0177.0x0.1 "
    "127.0.0.1. 127.00000.0.1 127.0.0.001 0x7F.0x0.0x0.0x1 %31%32%37.0.0.1 ①②⑦.⓪.⓪.① 127。0。0。1 127.0.0.1%2e "
    "[::1] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:0:0:0:0] [::] [::127.0.0.1] "
    "[64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::] 0 0x0 00.0x0 user:pass@127.0.0.1 "
    "example.org@127.0.0.1 localhost LOCALHOST"
)


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_refused(address: str) -> None:
    assert not Guard().admits(address)
    assert not Guard().admits_host(f"[{address}]" if ":" in address else address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_admitted(address: str) -> None:
    assert Guard().admits(address)


# IANA's registries, and multicast
SPECIAL = words(
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 "
    "192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 "
    "240.0.0.0/4 255.255.255.255/32 ::/128 ::1/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 "
    "2001::/32 2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 "
    "2001:30::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 ff00::/8"
)
INSIDE_4 = words("192.0.0.8 192.0.0.9 192.0.0.10 192.0.0.170 192.0.0.171 192.0.0.192 192.88.99.2")


def covered(address: int, version: int) -> bool:
    networks = [ip_network(network) for network in SPECIAL]
    return any(
        network.version == version
        and int(network.network_address) <= address <= int(network.broadcast_address)
        for network in networks
    )


@pytest.mark.parametrize("network", SPECIAL)
def test_a_special_network_is_refused_up_to_its_edges_and_no_further(network: str) -> None:
    """As the table of Python's own ipaddress grew over its versions, this one is fixed."""
    special = ip_network(network)
    kind = IPv4Address if special.version == 4 else IPv6Address
    first, last = int(special.network_address), int(special.broadcast_address)
    if network != "::ffff:0:0/96":  # these are judged by the IPv4 address they hold
        for inside in (first, (first + last) // 2, last):
            assert not Guard().admits(str(kind(inside)))
    for outside in (first - 1, last + 1):
        if 0 <= outside < 2**special.max_prefixlen:
            public = not covered(outside, special.version) and (special.version == 4 or outside >> 125 == 1)
            assert Guard().admits(str(kind(outside))) == public, kind(outside)


@pytest.mark.parametrize("address", INSIDE_4)
def test_what_python_lets_through_is_refused(address: str) -> None:
    assert not Guard().admits(address)
    assert not Guard().admits(f"::ffff:{address}")


def test_named_networks_are_admitted_and_nothing_beside_them() -> None:
    guard = Guard(["127.0.0.2/32", "fd00::/8"])
    assert guard.admits("127.0.0.2")
    assert guard.admits("::ffff:127.0.0.2")
    assert guard.admits("fd12::1")
    assert not guard.admits("127.0.0.1")
    assert not guard.admits("fc00::1")


@given(st.ip_addresses(v=4))
def test_an_address_in_ipv6_clothes_is_judged_by_its_body(address: IPv4Address) -> None:
    mapped = IPv6Address(int(address) + (0xFFFF << 32))
    assert Guard().admits(str(mapped)) == Guard().admits(str(address))


def test_names_are_judged_by_what_they_resolve_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a name that is bound anew: what is admitted is what is connected to, look-up by look-up."""
    answers = iter([["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "10.0.0.1"]])

    def resolve(*_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    guard = Guard()
    assert [entry[4][0] for entry in guard.lookup("rebound.example", 80)] == ["8.8.8.8"]
    assert "rebound.example" not in REFUSED
    assert guard.lookup("rebound.example", 80) == []
    assert "rebound.example" in REFUSED


def test_a_name_that_cannot_be_is_not_found() -> None:
    with pytest.raises(socket.gaierror):
        Guard().lookup("a" * 64 + ".example", 80)


@pytest.fixture
def canary() -> Iterator[str]:
    """A site that must not be reached: its port, which must not have been asked when the test ends."""
    with serve("127.0.0.1", {"/secret": Reply(b"secret")}) as site:
        yield site.url.rpartition(":")[2]
        assert site.hits == []


def test_no_way_leads_inside(tmp_path: Path, canary: str) -> None:
    direct = [canonical(f"http://{spelling}:{canary}/secret?{n}") for n, spelling in enumerate(SPELLINGS)]
    routes = {f"/{n}": redirect(f"http://{spelling}:{canary}/secret") for n, spelling in enumerate(SPELLINGS)}
    listed = rss(f"http://127.1:{canary}/secret", *(path for path in routes))
    with ExitStack() as stack:
        open_site = stack.enter_context(serve("127.0.0.2", {**routes, "/feed": listed}))
        lured = stack.enter_context(
            serve(
                "127.0.0.3",
                {"/robots.txt": redirect(f"http://127.0.0.1:{canary}/robots.txt"), "/a": Reply(b"a")},
            )
        )
        result = crawl(
            tmp_path,
            [f"{open_site.url}/feed", f"http://127.0.0.1:{canary}/feed", f"http://localhost:{canary}/feed"],
            [*direct, f"{lured.url}/a"],
            allow_addresses=["127.0.0.2/31"],
            max_attempts=3,
        )
    assert result.report.finish == "finished"
    assert result.report.fetched == 0
    assert result.report.feed_errors == {"address": 2}
    for url in [*direct, *(open_site.url + path for path in routes), f"{lured.url}/a"]:
        (miss,) = result.misses(url)
        assert (miss.reason, miss.state) == ("address", UrlState.REFUSED), url
    assert "/a" not in lured.paths()
    assert {host(url) for url in direct} > {"127.0.0.1", "[::1]", "localhost"}
