"""Addresses on the network."""

from __future__ import annotations

import ipaddress


def is_of_this_machine(host: str) -> bool:
    """Is it this machine, by its name or its address? No proxy leads there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
