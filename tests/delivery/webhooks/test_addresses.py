"""A webhook reaches the public internet and nothing else."""

import pytest

from bot.delivery.webhooks.addresses import is_open

PUBLIC = ["93.184.216.34", "1.1.1.1", "198.17.255.255", "2606:4700::1111", "2a00:1450:4001::200e"]

PRIVATE = {
    "loopback": "127.0.0.1",
    "all of loopback": "127.255.0.9",
    "loopback, IPv6": "::1",
    "private, ten": "10.1.2.3",
    "private, 172.16": "172.16.0.1",
    "private, 172.31": "172.31.255.255",
    "private, 192.168": "192.168.1.1",
    "private, IPv6": "fd12:3456::1",
    "carrier-grade NAT": "100.64.0.1",
    "carrier-grade NAT's end": "100.127.255.254",
    "benchmarks": "198.18.0.1",
}

NEVER = {
    "unspecified": "0.0.0.0",
    "this network": "0.1.2.3",
    "unspecified, IPv6": "::",
    "link-local": "169.254.1.1",
    "metadata": "169.254.169.254",
    "metadata, IPv6": "fd00:ec2::254",
    "link-local, IPv6": "fe80::1",
    "link-local with a zone": "fe80::1%eth0",
    "public with a zone": "2606:4700::1111%eth0",
    "site-local": "fec0::1",
    "multicast": "224.0.0.1",
    "multicast that is global": "239.1.2.3",
    "multicast, IPv6": "ff02::1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "protocol assignments": "192.0.0.8",
    "documentation": "192.0.2.1",
    "more documentation": "198.51.100.1",
    "most documentation": "203.0.113.1",
    "documentation, IPv6": "2001:db8::1",
    "newer documentation, IPv6": "3fff::1",
    "6to4 relay": "192.88.99.1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped public": "::ffff:1.1.1.1",
    "compatible": "::127.0.0.1",
    "translated": "::ffff:0:127.0.0.1",
    "6to4": "2002:7f00:1::1",
    "6to4 of a public one": "2002:101:101::1",
    "NAT64": "64:ff9b::7f00:1",
    "local NAT64": "64:ff9b:1::7f00:1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "discard": "100::1",
    "segment routing": "5f00::1",
    "not handed out": "4000::1",
}


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_open(address):
    assert is_open(address)
    assert is_open(address, allow_private=True)


@pytest.mark.parametrize("address", PRIVATE.values(), ids=PRIVATE.keys())
def test_private_networks_are_open_only_where_that_is_allowed(address):
    assert not is_open(address)
    assert is_open(address, allow_private=True)


@pytest.mark.parametrize("address", NEVER.values(), ids=NEVER.keys())
def test_what_leads_elsewhere_is_never_open(address):
    assert not is_open(address)
    assert not is_open(address, allow_private=True)
