"""Calls a second, and answers that take long, at the local cloud."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from tests.sandbox.cloud_support import SINGAPORE, Clock, code_of, running, sdk, wait_until

SHARE = {"ImageId": "img-6pb6lrmy", "AccountIds": ["100012345678"], "Permission": "SHARE"}


def test_ten_calls_a_second_for_each_action_and_region() -> None:
    clock = Clock()
    with running(clock) as cloud, sdk(cloud) as client:
        for _ in range(10):
            client.cvm("DescribeImages")
        assert code_of(client.cvm, "DescribeImages") == "RequestLimitExceeded"
        client.cvm("DescribeImages", region=SINGAPORE)
        client.cvm("DescribeImageSharePermission", {"ImageId": "img-6pb6lrmy"})

        clock.now += 0.9
        assert code_of(client.cvm, "DescribeImages") == "RequestLimitExceeded"
        clock.now += 0.1
        client.cvm("DescribeImages")


def test_the_second_slides() -> None:
    clock = Clock()
    with running(clock) as cloud, sdk(cloud) as client:
        for step in (0.0, 0.6):
            clock.now += step
            for _ in range(5):
                client.cvm("DescribeImages")
        clock.now += 0.5
        for _ in range(5):
            client.cvm("DescribeImages")
        assert code_of(client.cvm, "DescribeImages") == "RequestLimitExceeded"


def test_twenty_calls_a_second_for_sts() -> None:
    with running(Clock()) as cloud, sdk(cloud) as client:
        for _ in range(20):
            client.sts("GetCallerIdentity")
        assert code_of(client.sts, "GetCallerIdentity") == "RequestLimitExceeded"


def test_a_call_over_the_limit_has_no_effect() -> None:
    with running(Clock()) as cloud, sdk(cloud) as client:
        for _ in range(10):
            client.cvm("ModifyImageSharePermission", {**SHARE, "Permission": "CANCEL"})
        assert code_of(client.cvm, "ModifyImageSharePermission", SHARE) == "RequestLimitExceeded"
        assert cloud.state.shares("img-6pb6lrmy") == {}


def test_calls_of_one_moment_are_all_counted() -> None:
    clock = Clock()
    start = Barrier(16)
    with running(clock) as cloud, sdk(cloud) as client, ThreadPoolExecutor(16) as pool:

        def ask() -> str:
            start.wait()
            try:
                client.cvm("DescribeImages")
            except TencentCloudSDKException as error:
                return str(error.code)
            return "ok"

        codes = [future.result() for future in [pool.submit(ask) for _ in range(16)]]
    assert sorted(codes) == ["RequestLimitExceeded"] * 6 + ["ok"] * 10


def test_a_slow_answer_holds_up_nobody_else() -> None:
    with running() as cloud, sdk(cloud) as client, ThreadPoolExecutor(1) as pool:
        cloud.state.delay("ModifyImageSharePermission", 1.5)
        slow = pool.submit(client.cvm, "ModifyImageSharePermission", SHARE)
        wait_until(lambda: bool(cloud.state.calls))
        client.cvm("DescribeImageSharePermission", {"ImageId": "img-6pb6lrmy"})
        assert not slow.done()
        assert slow.result()["RequestId"]
        assert cloud.state.calls[0].ms >= 1500


def test_a_client_that_gives_up_waiting_has_made_the_call() -> None:
    with running() as cloud, sdk(cloud, timeout=0.3) as client:
        cloud.state.delay("ModifyImageSharePermission", 1)
        with pytest.raises(TencentCloudSDKException, match="Read timed out") as caught:
            client.cvm("ModifyImageSharePermission", SHARE)
        assert caught.value.code == "ClientNetworkError"
        assert set(cloud.state.shares("img-6pb6lrmy")) == {"100012345678"}

        cloud.state.delay("ModifyImageSharePermission", 0)
        assert client.cvm("ModifyImageSharePermission", SHARE)["RequestId"]
