"""Connections to names: resolved once, at once to a single address, one after the other to several; over a reactor in memory."""

from collections.abc import Sequence
from typing import Any

import pytest
import twisted.internet
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError, DNSLookupError
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import MemoryReactorClock

from crawlers.fetching.connections import DirectEndpoint, direct

pytestmark = pytest.mark.filterwarnings("ignore:Passing HostnameEndpoint a reactor")  # one in memory

ONE, OTHER = IPv4Address("TCP", "192.0.2.1", 80), IPv4Address("TCP", "192.0.2.2", 80)
LONG = IPv6Address("TCP", "2001:db8::1", 80)


@pytest.fixture(autouse=True)
def unused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Twisted asks for where it needs none, as the machine's own would stay in this process."""
    monkeypatch.setattr(twisted.internet, "reactor", MemoryReactorClock(), raising=False)


class Resolver:
    """Answers with these addresses, at once, and notes what it was asked."""

    def __init__(self, addresses: Sequence[IPv4Address | IPv6Address]) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    def resolveHostName(self, receiver: Any, name: str, portNumber: int = 0) -> None:  # noqa: N802, N803
        self.asked.append(f"{name}:{portNumber}")
        receiver.resolutionBegan(None)
        for address in self.addresses:
            receiver.addressResolved(address)
        receiver.resolutionComplete()


class Connecting:
    """An endpoint for news.example, on which a connection was begun."""

    def __init__(self, addresses: Sequence[IPv4Address | IPv6Address], name: str = "news.example") -> None:
        self.reactor: Any = MemoryReactorClock()
        self.reactor.nameResolver = self.resolver = Resolver(addresses)
        endpoint = direct(HostnameEndpoint(self.reactor, name, 80, timeout=7))
        assert type(endpoint) is DirectEndpoint
        self.got: list[Any] = []
        self.waiting = endpoint.connect(Factory.forProtocol(Protocol))
        self.waiting.addBoth(self.got.append)

    def open(self, number: int) -> None:
        factory = self.reactor.tcpClients[number][2]
        factory.buildProtocol(None).makeConnection(object())

    def refuse(self, number: int) -> None:
        self.reactor.tcpClients[number][2].clientConnectionFailed(None, ConnectError())

    @property
    def called(self) -> list[tuple[str, int, float]]:
        return [(host, port, timeout) for host, port, _, timeout, _ in self.reactor.tcpClients]


@pytest.mark.parametrize("address", [ONE, LONG])
def test_a_name_with_one_address_is_connected_to_at_once(address: IPv4Address | IPv6Address) -> None:
    connecting = Connecting([address])
    assert connecting.called == [(address.host, 80, 7)]
    connecting.open(0)
    assert isinstance(connecting.got[0], Protocol)
    assert connecting.resolver.asked == ["news.example:80"]


def test_a_refusal_of_the_only_address_is_told_at_once() -> None:
    connecting = Connecting([ONE])
    connecting.refuse(0)
    assert connecting.got[0].check(ConnectError)


def test_several_addresses_are_tried_one_after_the_other_and_the_name_is_resolved_once() -> None:
    connecting = Connecting([ONE, OTHER])
    connecting.refuse(0)
    connecting.reactor.advance(0.3)
    connecting.open(1)
    assert isinstance(connecting.got[0], Protocol)
    assert [host for host, _, _ in connecting.called] == [ONE.host, OTHER.host]
    assert connecting.resolver.asked == ["news.example:80"]


def test_a_name_without_an_address_is_not_found() -> None:
    connecting = Connecting([])
    assert connecting.got[0].check(DNSLookupError)
    assert connecting.called == []


def test_what_is_no_name_is_not_looked_up() -> None:
    connecting = Connecting([ONE], name="a" * 70 + ".example")
    assert connecting.got[0].check(ValueError)
    assert connecting.resolver.asked == []


def test_below_tls_it_is_the_same() -> None:
    reactor: Any = MemoryReactorClock()
    reactor.nameResolver = Resolver([ONE])
    wrapped: Any = wrapClientTLS(object(), HostnameEndpoint(reactor, "news.example", 443))
    assert direct(wrapped) is wrapped
    assert type(wrapped._wrappedEndpoint) is DirectEndpoint


def test_an_endpoint_of_another_kind_stays_as_it_is() -> None:
    other = object()
    assert direct(other) is other
