"""Calls of the Tencent Cloud SDK: the connections, keys, rate limits and faults that all its services share.

What the SDK gets wrong or leaves open is settled below it (``tencent_http``: time limits, redirects, whether a call
left), before it (``tencent_credentials``) and after it (``tencent_answers``, ``tencent_codes``).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.common.retry import NoopRetryer
from tencentcloud.cvm.v20170312.cvm_client import CvmClient
from tencentcloud.lighthouse.v20200324.lighthouse_client import LighthouseClient
from tencentcloud.sts.v20180813.sts_client import StsClient

from approvals import tencent_answers, tencent_credentials
from approvals.addresses import is_reached_directly
from approvals.errors import CloudError, OutcomeUnknown, Unavailable
from approvals.rate import RateLimits
from approvals.tencent_answers import Answer
from approvals.tencent_codes import error_for
from approvals.tencent_http import NoAnswer, NotSent, Transport
from approvals.texts import storable

Site = Literal["china", "international"]
"""Which of the vendor's two sites: accounts, keys and hosts of one mean nothing to the other."""

OnCall = Callable[[str, str, str, float], None]
"""Told of each call: action, region, ``ok`` or the code of the error, and seconds. Must not raise."""

OK = "ok"

_ROOT_DOMAINS: Mapping[Site, str] = {"china": "tencentcloudapi.com", "international": "intl.tencentcloudapi.com"}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Api:
    """How an action is called.

    :ivar client: the SDK's class for its service
    :ivar per_second: calls that the vendor allows, in each region
    """

    client: Callable[..., Any]
    per_second: int


_APIS = {
    "DescribeImages": _Api(CvmClient, 10),
    "DescribeImageSharePermission": _Api(CvmClient, 10),
    "ModifyImageSharePermission": _Api(CvmClient, 10),
    "SyncImages": _Api(CvmClient, 10),
    "DescribeImageQuota": _Api(CvmClient, 10),
    "DeleteImages": _Api(CvmClient, 10),
    "DescribeInstances": _Api(CvmClient, 40),
    "GetCallerIdentity": _Api(StsClient, 20),
    "DescribeBlueprints": _Api(LighthouseClient, 10),
    "DescribeBlueprintsShareAcrossAccountInfos": _Api(LighthouseClient, 20),
    "ShareBlueprintAcrossAccounts": _Api(LighthouseClient, 20),
    "CancelShareBlueprintAcrossAccounts": _Api(LighthouseClient, 20),
    "DescribeImagesToShare": _Api(LighthouseClient, 20),
    "lighthouse:ModifyImageSharePermission": _Api(LighthouseClient, 20),  # CVM has one of the same name
}


class Client:
    """Makes no call before it is asked to; ``close`` it at the end.

    :param regions: the first is where questions go that concern no region
    :param secret_id: with ``secret_key``; without all three, the SDK's provider chain is asked at each call
    :param token: session token of temporary keys
    :param endpoint: base URL for every service, or None for the vendor's own hosts
    :param authorities: a file of certificates in PEM form whose signatures are trusted, instead of the usual ones
    :param lighthouse: whether the account uses Lighthouse, so that its images count too
    :param timeout: seconds to connect, and between any two bytes of an answer
    :param deadline: seconds for a call in all, waiting for the rate limit and looking up names apart
    :param clock: seconds, never going back
    :param wait: blocks for that many seconds
    :raises ValueError: the endpoint is no base URL
    """

    def __init__(
        self,
        *,
        regions: Sequence[str],
        secret_id: str | None = None,
        secret_key: str | None = None,
        token: str | None = None,
        site: Site = "china",
        endpoint: str | None = None,
        authorities: Path | None = None,
        lighthouse: bool = False,
        timeout: tuple[float, float] = (5.0, 10.0),
        deadline: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
        on_call: OnCall = lambda _action, _region, _code, _seconds: None,
    ) -> None:
        self._default_region = regions[0]
        self._lighthouse = lighthouse
        self._credential = tencent_credentials.given(secret_id, secret_key, token)
        self._profile = _profile(site, endpoint, timeout, authorities)
        self._transport = Transport(deadline)
        self._limits = RateLimits(clock=clock, wait=wait)
        self._clock = clock
        self._on_call = on_call
        self._clients: dict[tuple[Callable[..., Any], str], Any] = {}
        self._lock = threading.Lock()
        # At DEBUG the SDK prints its headers, with the session token and the signature.
        logging.getLogger("tencentcloud_sdk_common").setLevel(logging.WARNING)

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    def _call(
        self, action: str, region: str, params: Mapping[str, Any], read: Callable[[Answer], _T], *, spare: int = 0
    ) -> _T:
        """
        :param spare: see ``RateLimit.acquire``
        :raises CloudError: the call did not succeed, or ``read`` did not find what it needs
        """
        began = self._limits.acquire((action, region), _APIS[action].per_second, spare=spare)
        try:
            result = read(tencent_answers.opened(action, self._send(action, region, params)))
        except CloudError as error:
            self._on_call(action, region, error.code, self._clock() - began)
            raise
        self._on_call(action, region, OK, self._clock() - began)
        return result

    def _send(self, action: str, region: str, params: Mapping[str, Any]) -> object:
        try:
            return self._client(_APIS[action].client, region).call_json(action.rpartition(":")[2], params)
        except CloudError:
            raise
        except Exception as error:  # the SDK lets through whatever it trips over in an answer
            raise _told(action, error) from error

    def _client(self, factory: Callable[..., Any], region: str) -> Any:
        """A client of the SDK is one region of one service."""
        with self._lock:
            client = self._clients.get((factory, region))
            if client is None:
                client = self._clients[factory, region] = factory(self._credential, region, self._profile)
                self._mount(client.request.conn)
            return client

    def _mount(self, connection: Any) -> None:
        session = connection._session
        # A .netrc would replace the signature. The SDK reads the proxy's variables by itself, of NO_PROXY whole names.
        session.trust_env = False
        session.mount("https://", self._transport)
        session.mount("http://", self._transport)
        if is_reached_directly(connection.request_host):
            connection.proxy = None


def _profile(site: Site, endpoint: str | None, timeout: tuple[float, float], authorities: Path | None) -> ClientProfile:
    """The SDK's settings.

    :raises ValueError: the endpoint is no base URL
    """
    scheme, host = "https", None
    if endpoint is not None:
        parts = urlsplit(endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or "@" in parts.netloc:
            raise ValueError(f"{endpoint!r} is no base URL such as http://127.0.0.1:9000")
        scheme, host = parts.scheme, parts.netloc
    # The scheme counts at construction only, and the SDK signs the endpoint as the Host header: bare host[:port].
    http = HttpProfile(
        protocol=scheme,
        endpoint=host,
        rootDomain=_ROOT_DOMAINS[site],
        reqTimeout=timeout,
        certification=str(authorities) if authorities else None,
    )
    return ClientProfile(httpProfile=http, language="en-US", disable_region_breaker=True, retryer=NoopRetryer())


def _told(action: str, error: Exception) -> CloudError:
    """What a failure of the SDK means.

    It keeps what happened below it as the context of its own exception, under one code for everything.
    """
    below = error.__context__
    if isinstance(below, NotSent):
        return Unavailable(action, "ClientNetworkError", str(below))
    if isinstance(below, NoAnswer):
        return OutcomeUnknown(action, "ClientNetworkError", str(below))
    if isinstance(error, TencentCloudSDKException) and error.requestId:
        return error_for(action, str(error.code), str(error.message), storable(str(error.requestId)))
    # Not the cloud's own words: they may quote the answer, or what was sent.
    return OutcomeUnknown(action, type(error).__name__, "the answer can't be read")
