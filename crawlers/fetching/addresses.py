"""The address guard: private networks are out of reach, whatever name or redirect leads there.

The check sits in name resolution, which Twisted asks for every connection, IP literals included; it then
connects to the very addresses that passed, so a name cannot be bound anew in between.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Self

from twisted.internet._resolver import GAIResolver

from crawlers.fetching.connections import out_of_files
from crawlers.fetching.networks import public

REFUSED: set[str] = set()
"""The host names that resolved to nothing else than refused addresses; of the process, as its resolver is."""

UNRESOLVED: set[str] = set()
"""The host names that could not be looked up because this process has too many open files."""


class Guard:
    """Knows which addresses may be reached: public ones, and those in the networks (CIDR) of `allow`."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        self._allow = tuple(ip_network(network) for network in allow)

    def admits(self, address: str) -> bool:
        """Whether the IP address may be connected to."""
        ip = ip_address(address.partition("%")[0])
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        return any(ip in network for network in self._allow) or public(ip)

    def admits_host(self, host: str) -> bool:
        """False for an IP literal that may not be connected to; names are judged when they are resolved."""
        try:
            return self.admits(host.strip("[]"))
        except ValueError:
            return True

    def lookup(self, *args: Any, **options: Any) -> list[Any]:
        """socket.getaddrinfo without the refused addresses. Raises socket.gaierror."""
        host = args[0]
        try:
            found = socket.getaddrinfo(*args, **options)
        except UnicodeError as error:  # a label of more than 63 characters; Twisted would wait for ever
            raise socket.gaierror(f"{host} is no host name: {error}") from error
        except socket.gaierror:
            raise
        except OSError as error:
            if out_of_files(error):
                UNRESOLVED.add(host)
            raise socket.gaierror(f"{host}: {error}") from error
        admitted = [entry for entry in found if self.admits(str(entry[4][0]))]
        if found and not admitted:
            REFUSED.add(host)
        return admitted


class GuardedResolver(GAIResolver):
    """Scrapy's TWISTED_DNS_RESOLVER: the operating system's answers, less what the guard refuses."""

    def __init__(self, guard: Guard, reactor: Any) -> None:
        super().__init__(reactor, getaddrinfo=guard.lookup)
        self._installed_on = reactor

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        """`crawler` is the process, whose settings are asked, not those of a spider."""
        return cls(Guard(crawler.settings.getlist("ALLOW_ADDRESSES")), reactor)

    def install_on_reactor(self) -> None:
        """Called by Scrapy before the reactor starts."""
        self._installed_on.installNameResolver(self)
