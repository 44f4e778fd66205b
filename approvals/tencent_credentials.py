"""Where the keys come from: given, or found by the SDK's provider chain, with a time limit, which the chain lacks."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from tencentcloud.common.credential import DefaultCredentialProvider
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from approvals.errors import AuthFailed, CloudError, Unavailable

Keys = tuple[str, str, str | None]
"""Secret id, secret key, session token."""

_ACTION = "FindCredentials"
_LOOKED_FOR = 5.0  # seconds; the metadata host of a CVM answers in milliseconds
_HOW = (
    "Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, write ~/.tencentcloud/credentials, or run on a CVM that "
    "has a role."
)
_PRINTABLE = re.compile(r"[!-~]+")


class Credential(Protocol):
    """What the SDK's clients ask for at each call."""

    def get_credential_info(self) -> Keys: ...


def given(secret_id: str | None, secret_key: str | None, token: str | None) -> Credential:
    """Those keys; where all are None, whatever the provider chain finds. Faults show at the first call."""
    if secret_id is None and secret_key is None and token is None:
        return Found(_ask_chain())
    return _Given(secret_id, secret_key, token)


class _Given:
    def __init__(self, secret_id: str | None, secret_key: str | None, token: str | None) -> None:
        self._keys = secret_id, secret_key, token

    def get_credential_info(self) -> Keys:
        """:raises AuthFailed: the keys can't be used"""
        return _checked(*self._keys)


class Found:
    """Keys asked for anew at each call, since a role's keys change. One search at a time, in its own thread.

    :param ask: the search; may block for long
    :param seconds: how long a call waits for it
    """

    def __init__(self, ask: Callable[[], Keys], seconds: float = _LOOKED_FOR) -> None:
        self._ask = ask
        self._seconds = seconds
        self._searching: Future[Keys] | None = None
        self._lock = threading.Lock()

    def get_credential_info(self) -> Keys:
        """
        :raises AuthFailed: there are none, or they can't be used
        :raises Unavailable: no answer in time
        """
        try:
            keys = self._search().result(timeout=self._seconds)
        except TimeoutError:
            keys = None
        if keys is None:
            raise Unavailable(
                _ACTION, "CredentialsLate", f"no credentials came within {self._seconds:g} s", advice=_HOW
            )
        return _checked(*keys)

    def _search(self) -> Future[Keys]:
        with self._lock:
            if self._searching is None or self._searching.done():
                self._searching = Future()
                threading.Thread(
                    target=self._run, args=(self._searching,), name="find-credentials", daemon=True
                ).start()
            return self._searching

    def _run(self, future: Future[Keys]) -> None:
        try:
            future.set_result(self._ask())
        except Exception as error:  # raised again to whoever waits
            future.set_exception(error)


def _ask_chain() -> Callable[[], Keys]:
    provider = DefaultCredentialProvider()

    def ask() -> Keys:
        fault: Exception
        try:
            keys: Keys = provider.get_credentials().get_credential_info()
        except (
            Exception
        ) as error:  # the chain raises whatever it trips over: OSError, AttributeError, a parser's errors
            fault = error
        else:
            return keys
        # Raised from here, not from the handler: a parser's error quotes the line, and with it the key.
        raise _translated(fault)

    return ask


def _translated(fault: Exception) -> CloudError:
    if not isinstance(fault, TencentCloudSDKException):
        return AuthFailed(_ACTION, "NoCredentials", f"no credentials were found ({type(fault).__name__})", advice=_HOW)
    if fault.code == "ClientNetworkError":
        return Unavailable(_ACTION, fault.code, "the host that issues the keys can't be reached")
    return AuthFailed(_ACTION, str(fault.code), str(fault.message), fault.requestId, advice=_HOW)


def _checked(secret_id: str | None, secret_key: str | None, token: str | None) -> Keys:
    if not secret_id or not secret_key:
        raise AuthFailed(_ACTION, "NoCredentials", "the secret id or the secret key is missing", advice=_HOW)
    # Anything else would break the headers, and the error about a broken header quotes it.
    if not all(_PRINTABLE.fullmatch(part) for part in (secret_id, secret_key, token) if part):
        raise AuthFailed(
            _ACTION, "InvalidCredential", "the credentials hold spaces or odd characters", advice="Copy them anew."
        )
    return secret_id, secret_key, token or None
