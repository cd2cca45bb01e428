"""Where a request comes from: one name for an address, and a keyed hash of it, which is all that leaves the gateway."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress

from starlette.requests import HTTPConnection

HASH_LETTERS = 32
HOUSEHOLD = 64  # bits of an IPv6 address that one line has; its owner is free to choose the others


def address_of(connection: HTTPConnection) -> str:
    """Whose request or socket it is: an IPv4 address, an IPv6 network, or "unknown".

    Behind trusted proxies the server has put the client's address in place of the proxy's already.
    """
    return household(connection.client.host) if connection.client else "unknown"


def household(host: str) -> str:
    """The part of an address that its owner cannot change at will."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, HOUSEHOLD), strict=False))


def hashed(address: str, secret: str) -> str:
    """A name for an address that tells nobody without the secret which one it is."""
    return hmac.new(secret.encode(), f"address:{address}".encode(), hashlib.sha256).hexdigest()[:HASH_LETTERS]
