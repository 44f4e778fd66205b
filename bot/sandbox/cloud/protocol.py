"""The vendor's wire protocol: TC3-HMAC-SHA256 signatures, the common headers and the envelope of an answer.

Written against the requests that the vendor's Python SDK sends, and the "API 3.0 signature" and "Error Codes" pages.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse

MAX_SKEW = 300
"""Seconds between ``X-TC-Timestamp`` and the server's clock (vendor: AuthFailure.SignatureExpire)."""

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/,\s]+)/(?P<date>\d{4}-\d\d-\d\d)/(?P<service>[a-z0-9]+)/tc3_request,"
    r" ?SignedHeaders=(?P<headers>[a-z0-9;-]+),"
    r" ?Signature=(?P<signature>[0-9a-f]{64})"
)
_ALWAYS_SIGNED = {"content-type", "host"}


class ApiError(Exception):
    """A refusal, as the vendor words one.

    :ivar code: the vendor's error code, such as ``InvalidImageId.NotFound``
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request as it came over the wire.

    :ivar query: the query string as sent, percent-encoding included, since that is what is signed
    :ivar headers: by lower-case name
    """

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def action(self) -> str:
        return self.headers.get("x-tc-action", "")

    @property
    def version(self) -> str:
        return self.headers.get("x-tc-version", "")

    @property
    def region(self) -> str:
        return self.headers.get("x-tc-region", "")


def signature(
    secret_key: str, service: str, timestamp: int, request: ApiRequest, signed_headers: str = "content-type;host"
) -> str:
    """The signature that ``request`` should carry, in hex.

    :param timestamp: Unix seconds, as in ``X-TC-Timestamp``
    :param signed_headers: names in the order signed, joined by semicolons; each must be in the request
    """
    date = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    scope = f"{date}/{service}/tc3_request"
    canonical = _sha256(_canonical_request(request, signed_headers).encode())
    key = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request"):
        key = _hmac(key, part).digest()
    return _hmac(key, f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{canonical}").hexdigest()


def authenticate(request: ApiRequest, keys: Mapping[str, str], now: float) -> str:
    """The service that the request is for (``cvm``), its signature proven.

    :param keys: secret id → secret key; permanent keys, so that a session token is refused
    :param now: Unix seconds
    :raises ApiError: ``AuthFailure.*``, or ``MissingParameter`` where the timestamp is absent
    """
    match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if match is None or not _can_be_checked(request, match["headers"]):
        raise ApiError(
            "AuthFailure.InvalidAuthorization", "The request header `Authorization` is missing or malformed."
        )
    timestamp = _timestamp(request)
    if abs(now - timestamp) > MAX_SKEW:
        raise ApiError(
            "AuthFailure.SignatureExpire", "The signature has expired: check that the local time is correct."
        )
    if datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d") != match["date"]:
        raise ApiError("AuthFailure.InvalidAuthorization", "The credential date is not the UTC date of the timestamp.")
    secret_key = keys.get(match["id"])
    if secret_key is None:
        raise ApiError("AuthFailure.SecretIdNotFound", "The SecretId does not exist. Enter a valid key.")
    expected = signature(secret_key, match["service"], timestamp, request, match["headers"])
    if not hmac.compare_digest(expected, match["signature"]):
        raise ApiError(
            "AuthFailure.SignatureFailure", "The signature does not match the one calculated: check the key."
        )
    if request.headers.get("x-tc-token"):
        raise ApiError("AuthFailure.TokenFailure", "The token does not belong to the key.")
    return match["service"]


def envelope(fields: Mapping[str, Any], request_id: str) -> JSONResponse:
    """An answer. Status 200 whatever it says, and a Content-Type without charset: the SDK sees no error otherwise."""
    return JSONResponse({"Response": {**fields, "RequestId": request_id}})


def error_fields(error: ApiError) -> dict[str, Any]:
    return {"Error": {"Code": error.code, "Message": error.message}}


def _can_be_checked(request: ApiRequest, signed_headers: str) -> bool:
    names = set(signed_headers.split(";"))
    return names >= _ALWAYS_SIGNED and names <= request.headers.keys()


def _timestamp(request: ApiRequest) -> int:
    text = request.headers.get("x-tc-timestamp", "")
    if not text:
        raise ApiError("MissingParameter", "The request is missing the required parameter `Timestamp`.")
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise ApiError("AuthFailure.InvalidAuthorization", "The timestamp is not a number of seconds.")
    return int(text)


def _canonical_request(request: ApiRequest, signed_headers: str) -> str:
    payload = request.body
    if request.headers.get("x-tc-content-sha256") == UNSIGNED_PAYLOAD:
        payload = UNSIGNED_PAYLOAD.encode()
    headers = "".join(f"{name}:{request.headers[name]}\n" for name in signed_headers.split(";"))
    query = request.query if request.method == "GET" else ""
    return "\n".join((request.method, "/", query, headers, signed_headers, _sha256(payload)))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hmac(key: bytes, text: str) -> hmac.HMAC:
    return hmac.new(key, text.encode(), hashlib.sha256)
