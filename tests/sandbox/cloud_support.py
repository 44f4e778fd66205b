"""The vendor's own clients pointed at a local cloud, and the words for what they get back."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.cvm.v20170312.cvm_client import CvmClient
from tencentcloud.lighthouse.v20200324.lighthouse_client import LighthouseClient
from tencentcloud.sts.v20180813.sts_client import StsClient

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer

GUANGZHOU, SINGAPORE = company.REGIONS

Json = dict[str, Any]


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@contextmanager
def running(clock: Callable[[], float] = time.time) -> Iterator[CloudServer]:
    cloud = CloudServer(clock=clock).start()
    try:
        yield cloud
    finally:
        cloud.stop()


class Sdk:
    """Makes the vendor's clients for one cloud and closes their connections.

    :param token: a session token sent with every call
    """

    def __init__(
        self,
        cloud: CloudServer,
        *,
        secret_id: str = company.SECRET_ID,
        secret_key: str = company.SECRET_KEY,
        token: str | None = None,
        method: str = "POST",
        unsigned_payload: bool = False,
        timeout: float = 10,
    ) -> None:
        endpoint = cloud.url.removeprefix("http://")
        self._profile = ClientProfile(
            httpProfile=HttpProfile(protocol="http", endpoint=endpoint, reqMethod=method, reqTimeout=timeout),
            language="en-US",
        )
        self._profile.unsignedPayload = unsigned_payload
        self._credential = Credential(secret_id, secret_key, token)
        self._clients: list[Any] = []

    def cvm(self, action: str, params: Mapping[str, Any] | None = None, region: str | None = GUANGZHOU) -> Json:
        """The fields of the answer."""
        return self._call(CvmClient(self._credential, region, self._profile), action, params)

    def lighthouse(self, action: str, params: Mapping[str, Any] | None = None, region: str = GUANGZHOU) -> Json:
        return self._call(LighthouseClient(self._credential, region, self._profile), action, params)

    def sts(self, action: str, params: Mapping[str, Any] | None = None) -> Json:
        return self._call(StsClient(self._credential, GUANGZHOU, self._profile), action, params)

    def any(self, service: str, version: str, action: str) -> Json:
        return self._call(CommonClient(service, version, self._credential, GUANGZHOU, self._profile), action, {})

    def models(self, region: str = GUANGZHOU) -> Any:
        """A client to call by its methods and models."""
        return self._keep(CvmClient(self._credential, region, self._profile))

    def lighthouse_models(self, region: str = GUANGZHOU) -> Any:
        return self._keep(LighthouseClient(self._credential, region, self._profile))

    def close(self) -> None:
        for client in self._clients:
            client.request.conn._session.close()

    def _call(self, client: Any, action: str, params: Mapping[str, Any] | None) -> Json:
        answer: Json = self._keep(client).call_json(action, dict(params or {}))
        fields: Json = answer["Response"]
        return fields

    def _keep(self, client: Any) -> Any:
        self._clients.append(client)
        return client


@contextmanager
def sdk(cloud: CloudServer, **options: Any) -> Iterator[Sdk]:
    made = Sdk(cloud, **options)
    try:
        yield made
    finally:
        made.close()


def refusal(call: Callable[..., Any], *args: Any, **options: Any) -> TencentCloudSDKException:
    """The error that the call ends with, having come from the cloud and not from the way there."""
    with pytest.raises(TencentCloudSDKException) as caught:
        call(*args, **options)
    assert caught.value.requestId, f"not an answer of the cloud: {caught.value}"
    return caught.value


def code_of(call: Callable[..., Any], *args: Any, **options: Any) -> str:
    code: str = refusal(call, *args, **options).code
    return code


def send(
    cloud: CloudServer, headers: Mapping[str, str], body: bytes = b"{}", method: str = "POST"
) -> tuple[int, str | None, Json]:
    """Status, Content-Type and the fields of the answer to a request made by hand."""
    connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, "/", body=body, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), json.loads(answer.read())["Response"]
    finally:
        connection.close()


def wait_until(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        threading.Event().wait(0.005)
