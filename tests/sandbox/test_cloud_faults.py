"""What goes wrong on purpose in the local cloud, as the bot's own client meets it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from approvals.errors import AuthFailed, CloudError, OutcomeUnknown, Refused, Throttled, Unavailable
from approvals.tencent import TencentCloud
from bot.sandbox import company
from bot.sandbox.cloud import faults
from bot.sandbox.cloud.faults import Fault, Faults
from bot.sandbox.cloud.server import CloudServer
from tests.sandbox.cloud_support import GUANGZHOU, running, sdk

NIGHTLY = "img-6pb6lrmy"
DATA_TEAM, PARTNER = "100012345678", "100023456789"
SHARES, CHANGE, IMAGES, WHO = (
    "DescribeImageSharePermission",
    "ModifyImageSharePermission",
    "DescribeImages",
    "GetCallerIdentity",
)

SILENCE, DEADLINE = 0.4, 0.7  # seconds
LATE = (faults.delayed(SILENCE + 0.3), faults.dripped(20.0))  # for whom waits no longer than that


@pytest.fixture
def cloud() -> Iterator[CloudServer]:
    with running() as server:
        yield server


@pytest.fixture
def plan(cloud: CloudServer) -> Faults:
    return cloud.state.faults


@contextmanager
def client_of(cloud: CloudServer, *, silence: float, deadline: float) -> Iterator[TencentCloud]:
    made = TencentCloud(
        regions=company.REGIONS,
        secret_id=company.SECRET_ID,
        secret_key=company.SECRET_KEY,
        endpoint=cloud.url,
        timeout=(silence, silence),
        deadline=deadline,
    )
    yield made
    made.close()


@pytest.fixture
def client(cloud: CloudServer) -> Iterator[TencentCloud]:
    with client_of(cloud, silence=10.0, deadline=20.0) as patient:
        yield patient


@pytest.fixture
def hasty(cloud: CloudServer) -> Iterator[TencentCloud]:
    with client_of(cloud, silence=SILENCE, deadline=DEADLINE) as made:
        yield made


def share(client: TencentCloud, account: str = DATA_TEAM) -> str:
    return client.share(GUANGZHOU, NIGHTLY, [account])


def fault_of(client: TencentCloud) -> CloudError:
    with pytest.raises(CloudError) as caught:
        share(client)
    return caught.value


BEFORE: list[tuple[Fault, type[CloudError], str]] = [
    (faults.error("OverQuota"), Refused, "OverQuota"),
    (faults.error("AuthFailure.SecretIdNotFound"), AuthFailed, "AuthFailure.SecretIdNotFound"),
    (faults.error("ServiceUnavailable"), Unavailable, "ServiceUnavailable"),
    (faults.error("SomethingNew"), OutcomeUnknown, "SomethingNew"),
    (faults.error_with_charset("OverQuota"), Refused, "OverQuota"),
    (faults.throttled(), Throttled, "RequestLimitExceeded"),
    (faults.cut(done=False), OutcomeUnknown, "cut"),
    (faults.html(), OutcomeUnknown, "html"),
    (faults.not_json(), OutcomeUnknown, "not_json"),
    (faults.redirected(), OutcomeUnknown, "redirect"),
]
AFTER: list[tuple[Fault, type[CloudError], str]] = [
    (faults.error("InternalError", done=True), OutcomeUnknown, "InternalError"),
    (faults.cut(done=True), OutcomeUnknown, "cut"),
    (faults.cut_in_body(), OutcomeUnknown, "cut_in_body"),
    (faults.html(done=True), OutcomeUnknown, "html"),
    (faults.not_json(done=True), OutcomeUnknown, "not_json"),
    *((late, OutcomeUnknown, "ok") for late in LATE),
]


@pytest.mark.parametrize(("fault", "kind", "logged"), BEFORE)
def test_a_fault_before_the_effect(
    cloud: CloudServer, plan: Faults, client: TencentCloud, fault: Fault, kind: type[CloudError], logged: str
) -> None:
    plan.plan(CHANGE, fault)

    assert type(fault_of(client)) is kind
    assert cloud.state.shares(NIGHTLY) == {}
    assert [(call.action, call.code, call.done) for call in cloud.state.calls] == [(CHANGE, logged, False)]

    share(client)  # once only
    assert set(cloud.state.shares(NIGHTLY)) == {DATA_TEAM}


@pytest.mark.parametrize(("fault", "kind", "logged"), AFTER)
def test_a_fault_after_the_effect(
    cloud: CloudServer,
    plan: Faults,
    client: TencentCloud,
    hasty: TencentCloud,
    fault: Fault,
    kind: type[CloudError],
    logged: str,
) -> None:
    plan.plan(CHANGE, fault)

    assert type(fault_of(hasty if fault in LATE else client)) is kind
    assert set(cloud.state.shares(NIGHTLY)) == {DATA_TEAM}
    assert [(call.action, call.code, call.done) for call in cloud.state.calls] == [(CHANGE, logged, True)]


def test_what_arrives_tells_the_faults_apart(plan: Faults, client: TencentCloud, hasty: TencentCloud) -> None:
    for fault, words in (
        (faults.cut(done=False), "closed connection without response"),
        (faults.cut_in_body(), "more expected"),
        (faults.html(), "HTTP status 500"),
        (faults.redirected(), "HTTP status 302"),
        (faults.not_json(), "can't be read"),
        *zip(LATE, ("timed out", "took too long"), strict=True),
    ):
        plan.plan(CHANGE, fault)
        assert words in fault_of(hasty if fault in LATE else client).message


def test_with_a_charset_the_vendors_own_client_sees_no_error(cloud: CloudServer, plan: Faults) -> None:
    plan.plan(CHANGE, faults.error_with_charset("OverQuota"))
    params = {"ImageId": NIGHTLY, "AccountIds": [DATA_TEAM], "Permission": "SHARE"}

    with sdk(cloud) as vendors:
        assert vendors.cvm(CHANGE, params)["Error"]["Code"] == "OverQuota"


def test_late_is_not_lost_while_it_is_in_time(plan: Faults, client: TencentCloud) -> None:
    for fault in (faults.delayed(0.2), faults.dripped(0.2)):
        plan.plan(WHO, fault)
        began = time.monotonic()
        assert client.account() == company.HOME_ACCOUNT
        assert time.monotonic() - began >= 0.2


def test_a_plan_is_for_its_action_and_is_used_up_in_order(plan: Faults, client: TencentCloud) -> None:
    plan.plan(CHANGE, faults.throttled(), times=2)
    plan.plan(CHANGE, faults.cut(done=False))

    assert client.images_by_name(GUANGZHOU, "base-nightly")
    assert [type(fault_of(client)) for _ in range(3)] == [Throttled, Throttled, OutcomeUnknown]
    assert share(client)


def test_a_call_that_is_refused_anyway_uses_up_nothing(plan: Faults, client: TencentCloud) -> None:
    plan.plan(CHANGE, faults.cut(done=False))
    with pytest.raises(Refused):
        client.share(GUANGZHOU, NIGHTLY, [])

    assert type(fault_of(client)) is OutcomeUnknown


def test_a_cleared_plan_is_over(plan: Faults, client: TencentCloud) -> None:
    plan.plan(CHANGE, faults.throttled(), times=9)
    plan.lag(9)
    plan.clear()

    share(client)
    assert set(client.shared_with(GUANGZHOU, NIGHTLY) or {}) == {DATA_TEAM}


READS: list[tuple[str, Callable[[TencentCloud], object]]] = [
    (SHARES, lambda client: client.shared_with(GUANGZHOU, NIGHTLY)),
    (IMAGES, lambda client: client.images_by_id(GUANGZHOU, [NIGHTLY])),
]


@pytest.mark.parametrize(("action", "read"), READS)
def test_a_read_that_breaks_is_never_an_empty_one(
    plan: Faults, client: TencentCloud, action: str, read: Callable[[TencentCloud], object]
) -> None:
    for fault in (faults.cut_in_body(), faults.not_json(), faults.error_with_charset("InternalError"), faults.html()):
        plan.plan(action, fault)
        with pytest.raises(OutcomeUnknown):
            read(client)
    assert read(client) is not None


def test_a_call_that_goes_right_can_be_part_of_a_plan(plan: Faults, client: TencentCloud) -> None:
    plan.plan(CHANGE, faults.none())
    plan.plan(CHANGE, faults.throttled())

    assert share(client)
    assert type(fault_of(client)) is Throttled


def test_reads_lag_behind_one_change(cloud: CloudServer, plan: Faults, client: TencentCloud) -> None:
    share(client, PARTNER)
    plan.lag(2)
    share(client)

    seen = [set(client.shared_with(GUANGZHOU, NIGHTLY) or {}) for _ in range(3)]
    assert seen == [{PARTNER}, {PARTNER}, {PARTNER, DATA_TEAM}]
    client.unshare(GUANGZHOU, NIGHTLY, [PARTNER])
    assert set(client.shared_with(GUANGZHOU, NIGHTLY) or {}) == {DATA_TEAM}
    plan.lag(1)
    client.unshare(GUANGZHOU, NIGHTLY, [DATA_TEAM])
    assert set(cloud.state.shares(NIGHTLY)) == set()  # the truth does not lag
    assert [set(client.shared_with(GUANGZHOU, NIGHTLY) or {}) for _ in range(2)] == [{DATA_TEAM}, set()]


def test_what_lags_is_one_image(plan: Faults, client: TencentCloud) -> None:
    plan.lag(5)
    share(client)
    client.share(GUANGZHOU, "img-2qk8xv4d", [DATA_TEAM])

    assert set(client.shared_with(GUANGZHOU, NIGHTLY) or {}) == set()
    assert DATA_TEAM in (client.shared_with(GUANGZHOU, "img-2qk8xv4d") or {})
