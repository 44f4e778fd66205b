"""Who may call the local cloud, proven by the signature, and what an answer looks like on the wire."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Iterator

import pytest

from bot.sandbox import company
from bot.sandbox.cloud.protocol import ApiError, ApiRequest, authenticate, signature
from bot.sandbox.cloud.server import CloudServer
from tests.sandbox.cloud_support import GUANGZHOU, Json, code_of, refusal, running, sdk, send

SHARE_BODY = b'{"ImageId": "img-6pb6lrmy", "AccountIds": ["100012345678"], "Permission": "SHARE"}'
SHARE_AT = 1795552512
SHARE_SIGNATURE = "d2ece295196f15a1bfbe00ea1fac187f5a8e6a9833009a2cc8fa94b48813425c"


@pytest.fixture
def cloud() -> Iterator[CloudServer]:
    with running() as started:
        yield started


def vector(**changes: str) -> ApiRequest:
    """A request whose signature was computed by the vendor's SDK."""
    authorization = (
        "TC3-HMAC-SHA256 Credential=AKIDtest/2026-11-24/cvm/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={SHARE_SIGNATURE}"
    )
    headers = {
        "host": "127.0.0.1:38547",
        "content-type": "application/json",
        "x-tc-timestamp": str(SHARE_AT),
        "authorization": authorization,
    }
    return ApiRequest("POST", "", {**headers, **changes}, SHARE_BODY)


def headers_for(cloud: CloudServer, body: bytes = b"{}", **changes: str) -> dict[str, str]:
    """The headers of a signed GetCallerIdentity, some of them changed or (by "") left out after signing."""
    host = cloud.url.removeprefix("http://")
    now = int(time.time())
    headers = {"host": host, "content-type": "application/json", "x-tc-timestamp": str(now)}
    signed = signature(company.SECRET_KEY, "sts", now, ApiRequest("POST", "", headers, body))
    date = time.strftime("%Y-%m-%d", time.gmtime(now))
    headers |= {
        "x-tc-action": "GetCallerIdentity",
        "x-tc-version": "2018-08-13",
        "x-tc-region": GUANGZHOU,
        "authorization": f"TC3-HMAC-SHA256 Credential={company.SECRET_ID}/{date}/sts/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={signed}",
    }
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in headers.items() if value}


def error_code(fields: Json) -> str:
    code: str = fields["Error"]["Code"]
    return code


def test_the_signature_is_the_one_that_the_sdk_computes() -> None:
    assert hashlib.sha256(SHARE_BODY).hexdigest() == "5dc1e4fd1023bdeb070bf280750dfaaf9d82af62af3c3f2b15213bd100d022cb"

    assert signature("testsecretkey", "cvm", SHARE_AT, vector()) == SHARE_SIGNATURE


def test_a_signature_names_its_service() -> None:
    assert authenticate(vector(), {"AKIDtest": "testsecretkey"}, SHARE_AT) == "cvm"


@pytest.mark.parametrize(
    "changes",
    [{"host": "127.0.0.1"}, {"host": "127.0.0.1:38548"}, {"content-type": "application/json; charset=utf-8"}],
    ids=["no port", "other port", "other content type"],
)
def test_host_with_its_port_and_content_type_are_signed(changes: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        authenticate(vector(**changes), {"AKIDtest": "testsecretkey"}, SHARE_AT)
    assert caught.value.code == "AuthFailure.SignatureFailure"


def test_the_body_is_signed(cloud: CloudServer) -> None:
    _, _, fields = send(cloud, headers_for(cloud, body=b"{}"), body=b"{ }")
    assert error_code(fields) == "AuthFailure.SignatureFailure"


def test_a_date_that_is_not_of_the_timestamp_is_refused() -> None:
    old = vector()
    authorization = old.headers["authorization"].replace("2026-11-24", "2026-11-23")
    with pytest.raises(ApiError) as caught:
        authenticate(vector(authorization=authorization), {"AKIDtest": "testsecretkey"}, SHARE_AT)
    assert caught.value.code == "AuthFailure.InvalidAuthorization"


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("unsigned", [False, True], ids=["signed payload", "unsigned payload"])
def test_the_sdk_is_understood_however_it_sends(cloud: CloudServer, method: str, unsigned: bool) -> None:
    with sdk(cloud, method=method, unsigned_payload=unsigned) as client:
        client.cvm(
            "ModifyImageSharePermission",
            {"ImageId": "img-6pb6lrmy", "AccountIds": ["100012345678", "100098765432"], "Permission": "SHARE"},
        )
        found = client.cvm("DescribeImages", {"Filters": [{"Name": "tag:team", "Values": ["a b&c=é", "robots"]}]})
    assert set(cloud.state.shares("img-6pb6lrmy")) == {"100012345678", "100098765432"}
    assert [image["ImageName"] for image in found["ImageSet"]] == ["team-dashboard"]


def test_a_wrong_key(cloud: CloudServer) -> None:
    with sdk(cloud, secret_key="not-the-key") as client:
        error = refusal(client.sts, "GetCallerIdentity")
    assert error.code == "AuthFailure.SignatureFailure"
    assert error.message.isascii()


def test_an_unknown_secret_id(cloud: CloudServer) -> None:
    with sdk(cloud, secret_id="AKIDnobody") as client:
        assert code_of(client.sts, "GetCallerIdentity") == "AuthFailure.SecretIdNotFound"


def test_a_token_that_does_not_belong_to_the_key(cloud: CloudServer) -> None:
    with sdk(cloud, token="a-token") as client:
        assert code_of(client.sts, "GetCallerIdentity") == "AuthFailure.TokenFailure"


@pytest.mark.parametrize("skew", [-310, 310])
def test_a_clock_more_than_five_minutes_off(skew: int) -> None:
    with running(clock=lambda: time.time() + skew) as cloud, sdk(cloud) as client:
        assert code_of(client.sts, "GetCallerIdentity") == "AuthFailure.SignatureExpire"


@pytest.mark.parametrize("skew", [-290, 290])
def test_a_clock_less_than_five_minutes_off(skew: int) -> None:
    with running(clock=lambda: time.time() + skew) as cloud, sdk(cloud) as client:
        assert client.sts("GetCallerIdentity")["AccountId"] == company.HOME_ACCOUNT


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer abc",
        "TC3-HMAC-SHA256 Credential=AKIDsandbox, SignedHeaders=content-type;host, Signature=00",
        "TC3-HMAC-SHA256 Credential=AKIDsandbox/2026-11-24/sts/tc3_request, SignedHeaders=host, Signature=" + "0" * 64,
        "TC3-HMAC-SHA256 Credential=AKIDsandbox/2026-11-24/sts/tc3_request, "
        "SignedHeaders=content-type;host;x-absent, Signature=" + "0" * 64,
    ],
    ids=["missing", "other scheme", "cut short", "content type not signed", "signed header absent"],
)
def test_a_missing_or_garbled_authorization(cloud: CloudServer, authorization: str) -> None:
    _, _, fields = send(cloud, headers_for(cloud, authorization=authorization))
    assert error_code(fields) == "AuthFailure.InvalidAuthorization"


def test_a_timestamp_is_needed(cloud: CloudServer) -> None:
    _, _, missing = send(cloud, headers_for(cloud, x_tc_timestamp=""))
    _, _, garbled = send(cloud, headers_for(cloud, x_tc_timestamp="today"))
    assert (error_code(missing), error_code(garbled)) == ("MissingParameter", "AuthFailure.InvalidAuthorization")


def test_an_answer_and_a_refusal_have_the_same_envelope(cloud: CloudServer) -> None:
    status, content_type, fields = send(cloud, headers_for(cloud))
    refused_status, refused_content_type, refused = send(cloud, headers_for(cloud, authorization=""))

    assert (status, refused_status) == (200, 200)
    assert (content_type, refused_content_type) == ("application/json", "application/json")
    assert fields["AccountId"] == company.HOME_ACCOUNT
    assert set(refused) == {"Error", "RequestId"}
    assert set(refused["Error"]) == {"Code", "Message"}
    assert uuid.UUID(fields["RequestId"]) != uuid.UUID(refused["RequestId"])
