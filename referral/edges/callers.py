"""Where does somebody call from? Only as much of it as is needed to share out the work fairly, and never kept.

Of an address the network counts: the first 24 bits of IPv4, the first 48 of IPv6. Who gets it hashes it at once.
"""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from starlette.requests import HTTPConnection

Networks = Sequence[IPv4Network | IPv6Network]

IPV4_BYTES, IPV6_BYTES = 3, 6
IPV4_IN_IPV6 = b"\0" * 10 + b"\xff\xff"
MOST_FORWARDED = 2_000  # characters of the list of proxies that are looked at


def network(request: HTTPConnection, trusted: Networks) -> bytes:
    """The network of whoever asks; empty where there is no address, as on a socket of this machine.

    What a proxy tells is believed only of proxies that the operator trusts: of the addresses they have written down,
    the last that is not a trusted proxy's own.
    """
    peer = request.client.host if request.client else ""
    if (told := request.headers.get("x-forwarded-for")) is None or not is_of(peer, trusted):
        return prefix(peer)
    for address in reversed([part.strip() for part in told[-MOST_FORWARDED:].split(",")]):
        if not is_of(address, trusted):
            return prefix(address) or prefix(peer)
    return prefix(peer)


def prefix(address: str) -> bytes:
    """The part of an address that counts; empty for what is none."""
    try:
        return socket.inet_pton(socket.AF_INET, address)[:IPV4_BYTES]
    except (OSError, ValueError):
        pass
    try:
        long = socket.inet_pton(socket.AF_INET6, address.strip("[]").partition("%")[0])
    except (OSError, ValueError):
        return b""
    within = len(IPV4_IN_IPV6)
    return long[within : within + IPV4_BYTES] if long.startswith(IPV4_IN_IPV6) else long[:IPV6_BYTES]


def is_of(address: str, trusted: Networks) -> bool:
    """Whether an address belongs to one of these networks."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in one for one in trusted)
