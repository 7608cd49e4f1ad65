"""Connections that are kept open between requests: no more than are worth it. A want of them is ours, no site's."""

import errno
from collections.abc import Sequence
from itertools import islice
from typing import Any

from twisted.internet.address import IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint, TCP6ClientEndpoint
from twisted.internet.error import ConnectError, DNSLookupError
from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from twisted.python.failure import Failure
from twisted.web.client import HTTPConnectionPool

MOST_IDLE = 128
"""Idle connections kept over all hosts. A crawl of thousands of hosts would otherwise keep one for each."""

IDLE_SECONDS = 60
"""Web servers close an idle connection after 5 (Apache) to 75 seconds (nginx)."""

_OUT_OF_FILES = {errno.EMFILE, errno.ENFILE}


class SparingPool(HTTPConnectionPool):
    """Closes the connection that was idle longest when there are more than MOST_IDLE."""

    cachedConnectionTimeout = IDLE_SECONDS  # noqa: N815  Twisted's name
    retryAutomatically = False  # noqa: N815  Twisted's name; it would ask again at once, without a pause

    def _newConnection(self, key: Any, endpoint: Any) -> Any:  # noqa: N802  Twisted's name
        return super()._newConnection(key, direct(endpoint))

    def _putConnection(self, key: Any, connection: Any) -> None:  # noqa: N802  Twisted's name
        super()._putConnection(key, connection)  # type: ignore[no-untyped-call]
        for timeout in islice(self._timeouts.values(), max(0, len(self._timeouts) - MOST_IDLE)):
            timeout.reset(0)


class _Addresses:
    """Gathers what a name resolves to."""

    def __init__(self, done: "Deferred[list[IAddress]]") -> None:
        self._done = done
        self._found: list[IAddress] = []

    def resolutionBegan(self, _: Any) -> None:  # noqa: N802  Twisted's name
        pass

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802  Twisted's name
        self._found.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802  Twisted's name
        self._done.callback(self._found)


class _Known:
    """A resolver of one name, whose addresses are known."""

    def __init__(self, addresses: Sequence[IAddress]) -> None:
        self._addresses = addresses

    def resolveHostName(self, receiver: Any, *_: Any, **__: Any) -> None:  # noqa: N802  Twisted's name
        for address in self._addresses:
            receiver.addressResolved(address)
        receiver.resolutionComplete()


class DirectEndpoint(HostnameEndpoint):
    """Twisted's endpoint for a name, without its detours. It takes another class's place.

    That one makes a class and a loop for every connection, a tenth of what a request costs. They are for names with several
    addresses, which are tried one after the other; to a name with one address the connection is opened at once.
    """

    _known: _Known | None = None

    def connect(self, protocolFactory: IProtocolFactory) -> "Deferred[IProtocol]":  # noqa: N803  Twisted's name
        """The connected protocol. Fails with DNSLookupError, and as connections do."""
        if self._badHostname:
            return super().connect(protocolFactory)
        found: Deferred[list[IAddress]] = Deferred()
        self._reactor.nameResolver.resolveHostName(_Addresses(found), self._hostText, portNumber=self._port)
        found.addErrback(self._unresolved)
        return found.addCallback(self._connect, protocolFactory)

    def _unresolved(self, _: Failure) -> list[IAddress]:
        raise DNSLookupError(f"Couldn't find the hostname '{self._hostText}'")

    def _connect(self, addresses: list[IAddress], factory: IProtocolFactory) -> "Deferred[IProtocol]":
        if len(addresses) != 1:
            self._known = _Known(addresses)
            return super().connect(factory)
        (address,) = addresses
        kind = TCP6ClientEndpoint if isinstance(address, IPv6Address) else TCP4ClientEndpoint
        endpoint = kind(self._reactor, address.host, address.port, self._timeout, self._bindAddress)
        return endpoint.connect(factory)

    def _getNameResolverAndMaybeWarn(self, reactor: Any) -> Any:  # noqa: N802  Twisted's name
        return self._known or super()._getNameResolverAndMaybeWarn(reactor)


def direct(endpoint: Any) -> Any:
    """The endpoint, which connects without detours if it is for a name, be it by TLS."""
    inner = getattr(endpoint, "_wrappedEndpoint", endpoint)
    if type(inner) is HostnameEndpoint:
        inner.__class__ = DirectEndpoint
    return endpoint


def out_of_files(error: BaseException) -> bool:
    """Whether a connection failed because this process or machine has too many open files."""
    number = error.osError if isinstance(error, ConnectError) else getattr(error, "errno", None)
    return number in _OUT_OF_FILES or (error.__cause__ is not None and out_of_files(error.__cause__))
