"""Which addresses of the network we call when a stranger names them: public ones."""

import ipaddress
import socket
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Public by number or in the tables of older Pythons, yet answered by the cloud that
# the machine runs in, or by nobody.
NOT_PUBLIC = [
    ipaddress.ip_network(text)
    for text in ("168.63.129.16/32", "192.0.0.0/24", "2001::/23", "3fff::/20")
]
# IPv6 addresses in which a gateway hides an IPv4 one (its last 32 bits).
GATEWAYS = ipaddress.ip_network("64:ff9b::/96")
# An older way to hide one, which needs no gateway of ours; nobody needs it any more.
SIX_TO_FOUR = ipaddress.ip_network("2002::/16")


class Unresolved(OSError):
    """The name stands for no address now."""


def resolve(host: str, port: int) -> list[str]:
    """Ask the name servers for the addresses of a host. Raises Unresolved."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unresolved(str(error)) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def first_private(addresses: Sequence[str]) -> str | None:
    """Return the first that is not for everybody: one is enough to refuse a name."""
    return next((text for text in addresses if not is_public(text)), None)


def is_public(text: str) -> bool:
    """Say whether an address is one that everybody on the Internet may call."""
    try:
        address = _unwrapped(ipaddress.ip_address(text))
    except ValueError:
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not getattr(address, "is_site_local", False)
        and not any(address in network for network in NOT_PUBLIC)
        and address not in SIX_TO_FOUR
    )


def _unwrapped(address: Address) -> Address:
    """Take an IPv4 address out of the IPv6 one that only carries it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in GATEWAYS:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
