"""The networks where no public web site can be, as a table that does not change with Python's version.

All entries of IANA's special-purpose registries as of 9 October 2025, those that are globally reachable too: they lead to
services of the network, never to a news site.
https://www.iana.org/assignments/iana-ipv4-special-registry and https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

SPECIAL_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a provider's customers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols: DS-Lite, port control, NAT64 discovery; metadata of a cloud
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # multicast tunnels (AMT)
        "192.88.99.0/24",  # relays of 6to4 and 6a44
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "240.0.0.0/4",  # reserved, with the limited broadcast
        "224.0.0.0/4",  # multicast, which has a registry of its own
    )
)
UNICAST_6 = IPv6Network("2000::/3")
"""Where all global unicast addresses are assigned from: loopback, mapped, NAT64, private, link-local and multicast lie outside."""

SPECIAL_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols: Teredo (which could lead anywhere), benchmarking, AMT, AS112, ORCHID, drones
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which could lead anywhere
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


def public(ip: IPv4Address | IPv6Address) -> bool:
    """Whether a public web site may be at the address. IPv4 addresses in IPv6 clothes are for the caller to unwrap."""
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in SPECIAL_4)
    return ip in UNICAST_6 and not any(ip in network for network in SPECIAL_6)
