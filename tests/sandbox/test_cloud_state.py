"""What tests and the page see of the local cloud: its calls, its changes, and the company that it starts with."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase

import pytest

from bot.sandbox import company
from bot.sandbox.cloud.seed import STRANGER, seeded
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.cloud.state import Image
from tests.sandbox.cloud_support import GUANGZHOU, SINGAPORE, Clock, Sdk, refusal, running, sdk

NIGHTLY = "img-6pb6lrmy"
SHARE = {"ImageId": NIGHTLY, "AccountIds": ["100012345678"], "Permission": "SHARE"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cloud(clock: Clock) -> Iterator[CloudServer]:
    with running(clock) as started:
        yield started


@pytest.fixture
def client(cloud: CloudServer) -> Iterator[Sdk]:
    with sdk(cloud) as made:
        yield made


def test_every_call_is_kept_refused_ones_too(cloud: CloudServer, client: Sdk, clock: Clock) -> None:
    answer = client.cvm("ModifyImageSharePermission", SHARE)
    error = refusal(client.cvm, "ModifyImageSharePermission", {**SHARE, "ImageId": "img-00000000"})
    with sdk(cloud, secret_key="wrong") as stranger:
        refusal(stranger.sts, "GetCallerIdentity")

    told = [(call.action, call.region, call.code, call.at) for call in cloud.state.calls]
    assert told == [
        ("ModifyImageSharePermission", GUANGZHOU, "ok", clock.now),
        ("ModifyImageSharePermission", GUANGZHOU, "InvalidImageId.NotFound", clock.now),
        ("GetCallerIdentity", GUANGZHOU, "AuthFailure.SignatureFailure", clock.now),
    ]
    assert [call.params for call in cloud.state.calls] == [SHARE, {**SHARE, "ImageId": "img-00000000"}, {}]
    assert [call.request_id for call in cloud.state.calls][:2] == [answer["RequestId"], error.requestId]


def test_who_watches_is_told_of_calls_and_changes(cloud: CloudServer, client: Sdk) -> None:
    versions: list[int] = []
    cloud.state.on_change(lambda: versions.append(cloud.state.snapshot()["version"]))

    client.cvm("DescribeImages")
    assert len(versions) == 1
    client.cvm("ModifyImageSharePermission", SHARE)
    after_call = len(versions)
    assert after_call > 1
    cloud.state.unshare(NIGHTLY, ["100012345678"])
    cloud.state.add_account("100077700000", "new")
    cloud.state.add_image(Image("img-newnewnw", "new", GUANGZHOU, 0.0))
    assert len(versions) == after_call + 3
    assert versions == sorted(set(versions))


def test_a_snapshot_is_what_the_page_shows(cloud: CloudServer, client: Sdk, clock: Clock) -> None:
    clock.now += 60
    client.cvm("ModifyImageSharePermission", {**SHARE, "AccountIds": ["100012345678", STRANGER]})
    shown = cloud.state.snapshot()

    assert json.loads(json.dumps(shown)) == shown
    assert (shown["account"], shown["regions"]) == (company.HOME_ACCOUNT, list(company.REGIONS))
    [nightly] = [image for image in shown["images"] if image["id"] == NIGHTLY]
    assert nightly == {
        "id": NIGHTLY,
        "name": "base-nightly",
        "region": GUANGZHOU,
        "kind": "PRIVATE_IMAGE",
        "state": "NORMAL",
        "progress": None,
        "source": "CREATE_IMAGE",
        "licence": "TencentCloud",
        "size_gib": 20,
        "os": "Ubuntu Server 22.04 LTS 64bit",
        "creator": company.HOME_ACCOUNT,
        "created_at": clock.now - 60 - 2 * 86_400,
        "in_lighthouse": False,
        "shared_with": [
            {"account": "100012345678", "name": "data-team", "since": clock.now},
            {"account": STRANGER, "name": None, "since": clock.now},
        ],
    }
    [call] = shown["calls"]
    assert 0 < call.pop("ms") < 10_000
    assert call == {
        "at": clock.now,
        "service": "cvm",
        "action": "ModifyImageSharePermission",
        "region": GUANGZHOU,
        "code": "ok",
    }


def test_a_snapshot_shows_how_far_a_copy_is(cloud: CloudServer, client: Sdk, clock: Clock) -> None:
    cloud.state.copies.take(100)
    client.cvm("SyncImages", {"ImageIds": [NIGHTLY], "DestinationRegions": [SINGAPORE], "ImageName": "on-its-way"})

    def copy() -> tuple[str, int | None]:
        images = cloud.state.snapshot()["images"]
        [found] = [(image["state"], image["progress"]) for image in images if image["name"] == "on-its-way"]
        return found

    clock.now += 30
    assert copy() == ("SYNCING", 30)
    clock.now += 70
    assert copy() == ("NORMAL", None)


def test_a_snapshot_shows_blueprints_and_who_has_them(cloud: CloudServer, client: Sdk, clock: Clock) -> None:
    before = {row["id"] for row in cloud.state.snapshot()["blueprints"]}
    answer = client.lighthouse("ModifyImageSharePermission", {"ImageId": NIGHTLY, "Permission": "SHARE"})
    shown = cloud.state.snapshot()

    assert json.loads(json.dumps(shown)) == shown
    [offered] = [row for row in shown["blueprints"] if row["id"] not in before]
    assert (offered["id"], offered["image"], offered["name"]) == (answer["BlueprintId"], NIGHTLY, "base-nightly")
    assert [image["id"] for image in shown["images"] if image["in_lighthouse"]] == [NIGHTLY]
    [shop] = [row for row in shown["blueprints"] if row["id"] == "lhbp-sh0pst4r"]
    assert shop["shared_with"] == [{"account": "100023456789", "name": "partner-lab", "since": clock.now - 30 * 86_400}]
    assert shown["calls"][-1]["service"] == "lighthouse"


def test_a_snapshot_has_the_last_thirty_calls(cloud: CloudServer, client: Sdk) -> None:
    for _ in range(20):
        client.sts("GetCallerIdentity")
    for _ in range(10):
        client.cvm("DescribeImages")
    client.cvm("DescribeImageSharePermission", {"ImageId": NIGHTLY})
    calls = cloud.state.snapshot()["calls"]
    assert len(calls) == 30
    assert [call["action"] for call in calls[-2:]] == ["DescribeImages", "DescribeImageSharePermission"]


def test_a_snapshot_goes_by_region_then_ours_first(cloud: CloudServer) -> None:
    images = cloud.state.snapshot()["images"]
    order = [(company.REGIONS.index(image["region"]), image["kind"]) for image in images]
    kinds = ["PRIVATE_IMAGE", "SHARED_IMAGE", "PUBLIC_IMAGE"]
    assert order == sorted(order, key=lambda one: (one[0], kinds.index(one[1])))
    assert images[0]["name"] == "base-22.04"


def test_changes_from_many_threads_are_all_there(clock: Clock) -> None:
    state = seeded(clock)
    before = state.snapshot()["version"]
    accounts = [f"1009{number:08d}" for number in range(400)]
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(state.share, NIGHTLY, [account]) for account in accounts]:
            future.result()
    assert set(state.shares(NIGHTLY)) == set(accounts)
    assert state.snapshot()["version"] == before + 400


def test_what_was_read_does_not_change_later(clock: Clock) -> None:
    state = seeded(clock)
    shares, images = state.shares("img-2qk8xv4d"), state.images
    state.share("img-2qk8xv4d", [STRANGER])
    state.add_image(Image("img-newnewnw", "new", GUANGZHOU, 0.0))
    assert set(shares) == {"100023456789"}
    assert "img-newnewnw" not in images


def test_the_company_has_an_image_for_every_rule(clock: Clock) -> None:
    images = seeded(clock).images.values()
    assert len({image.name for image in images}) == len(images) >= 16
    assert all(re.fullmatch(r"img-[0-9a-z]{8}", image.image_id) for image in images)
    for rule in tomllib.loads(company.POLICY)["images"]:
        assert [image.name for image in images if fnmatchcase(image.name, rule["match"])], rule["match"]


def test_the_accounts_of_the_policy_exist(clock: Clock) -> None:
    state = seeded(clock)
    for account in tomllib.loads(company.POLICY)["accounts"]:
        assert state.exists(account["id"])
    assert state.exists(STRANGER)
    assert not state.exists("100000000099")
