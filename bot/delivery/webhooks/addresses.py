"""Which addresses a webhook may reach: those of the public internet, none that leads inside."""

import re
from ipaddress import IPv4Address, ip_address, ip_network

_PUBLIC_V6 = ip_network("2000::/3")
"""All that is handed out of IPv6; what lies outside is local, mapped (::ffff:0:0/96), NAT64
(64:ff9b::/96), multicast or reserved.
"""

_NEVER = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8",  # this host
        "169.254.0.0/16",  # link-local, and the metadata of clouds
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "2001::/23",  # Teredo, and other protocol assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: any IPv4 address inside
        "3fff::/20",  # documentation
        "fd00:ec2::/32",  # the metadata of a cloud
    )
)
_PRIVATE = tuple(
    ip_network(one)
    for one in (
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a carrier's address translation
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "::1/128",
        "fc00::/7",
    )
)
"""What the operator may want to reach. Both lists: the IANA's registries of special-purpose
addresses (RFC 6890).
"""


def is_open(address: str, *, allow_private: bool = False) -> bool:
    """Whether this address (not a name) may be connected to; what is none, may not."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if getattr(ip, "scope_id", None) or any(ip in one for one in _NEVER):
        return False
    if any(ip in one for one in _PRIVATE):
        return allow_private
    return isinstance(ip, IPv4Address) or ip in _PUBLIC_V6


def is_literal(host: str) -> bool:
    """Whether a host is an address, not a name; also one that nobody writes so."""
    return ":" in host or bool(re.fullmatch(r"[0-9.]+", host))
