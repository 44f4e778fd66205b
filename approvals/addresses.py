"""Where no proxy leads, whatever proxy the environment names."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit
from urllib.request import proxy_bypass


def is_reached_directly(host: str) -> bool:
    """Is it this machine, or one for which the environment (``NO_PROXY``) says so?

    :param host: with or without a port
    """
    return _is_of_this_machine(urlsplit(f"//{host}").hostname or "") or bool(proxy_bypass(host))


def _is_of_this_machine(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
