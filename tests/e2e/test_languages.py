"""Each person is spoken to in their own language, and the channel in the policy's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app import utc_now
from bot.sandbox import company as invented
from bot.sandbox.cloud import faults
from bot.sandbox.run import opened
from tests.e2e.conftest import Company, at
from tests.e2e.misbehaving import NIGHTLY, plan, until
from tests.e2e.person import PersonAt, Seen

CHANNEL = "C0IMAGES"
CHINESE = invented.POLICY.replace("lighthouse = true\n", 'lighthouse = true\nlanguage = "zh-CN"\n')

# What stays as it is: names of people, things and places in the sandbox, what is typed, and what Slack's buttons say.
_STAYS = re.compile(
    r"""Imagewarden|Approve|Deny|Cancel|Slack|CAM|CVM|CREATING|BYOL|AppID|\[home\]|OverQuota|img-…|QQ|NORMAL|GiB|ID|UTC
    |(?:Ubuntu|Red[ ]Hat|CentOS|Windows|TencentOS|Debian)[^·\n]*|\b(?:mei|lin|omar|sara)\b
    |失败[：，]Th[^.]*\.|@\w+|\#\w+|/image[^\n]*|\w+(?:-\w+)+|[a-z]+(?:_[a-z]+)+|\w+[.=]\w+""",
    re.VERBOSE,
)
_CODE = re.compile(r"`[^`]*`")
_ENGLISH = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture
def office() -> Iterator[Company]:
    """The company, but everybody uses Slack in Chinese."""
    with working_by(CHINESE) as office:
        yield office


@contextmanager
def working_by(policy: str) -> Iterator[Company]:
    with opened(policy=policy) as sandbox:
        people = sandbox.workspace.state.people
        for person, member in list(people.items()):
            people[person] = replace(member, locale="zh-CN")
        yield at(sandbox)


@pytest.fixture
def wei(company: Company) -> PersonAt:
    """Somebody who uses Slack in Chinese where others don't; known since they opened the Home tab once."""
    person = PersonAt(company.sandbox.workspace.url, "U0WEI")
    person.opens_home("申请")
    return person


def test_everybody_reads_their_own_language(company: Company, wei: PersonAt) -> None:
    shown = wei.types("/image share base-nightly with data-team because 夜间回归测试")
    assert shown is not None
    assert "已记录 #1" in shown

    card = company.lin.sees("Share base-nightly with data-team", where=CHANNEL)
    assert "夜间回归测试" in company.lin.text_of(card)
    company.lin.presses("Approve", on=card)

    wei.sees("#1：base-nightly 已共享给 data-team (100012345678)。", within=10)
    company.lin.sees("Shared base-nightly with data-team", where=CHANNEL)
    forward = wei.text_of(wei.sees("可转发给对方的内容"))
    assert "请在 CVM 控制台选择地域 广州" in forward
    assert company.shares(NIGHTLY) == {"100012345678"}

    company.mei.types("/image show base-nightly")
    company.mei.sees("Shared with 1 of 500")
    wei.types("/image show base-nightly")
    wei.sees("500 个共享名额已用 1 个")


def test_what_is_refused_is_said_in_their_language_with_the_same_codes(company: Company, wei: PersonAt) -> None:
    wei.types("/image share base-nigthly with data-team because x")
    wei.sees("未提出：我们的任何地域中都没有镜像 base-nigthly。请在控制台核对名称")
    assert "你是想输入" in str(wei.types("/image shrae base-nightly with data-team"))
    company.mei.types("/image share base-nigthly with data-team because x")
    company.mei.sees("Not asked: there is no image base-nigthly in any of our regions.")


def test_the_cloud_s_refusal_comes_with_advice_in_their_language(company: Company, wei: PersonAt) -> None:
    plan(company, "ModifyImageSharePermission", faults.error("OverQuota"))
    wei.types("/image share base-nightly with data-team because x")
    company.lin.presses("Approve", on=company.lin.sees("Share base-nightly", where=CHANNEL))
    text = wei.text_of(wei.sees("已批准，但执行失败", within=10))
    assert "请从不再需要它的账号收回" in text
    assert "OverQuota" in text


def test_a_person_whose_language_is_not_known_yet_is_spoken_to_in_the_policys(office: Company) -> None:
    assert "已记录 #1" in str(office.mei.types("/image share base-nightly with data-team because x"))
    office.lin.sees("共享 base-nightly → data-team", where=CHANNEL)


READ = (
    ("help", "由镜像的负责人决定"),
    ("account", "主账号 ID"),
    ("list", "第 1–20 个"),
    ("list mine", "你的镜像"),
    ("list shared", "没有镜像被共享给任何账号"),
    ("list base", "名称含 base 的镜像"),
    ("list nothing-like-it", "没有名称或 ID 含"),
    ("requests", "还没有人提出过申请"),
    ("requests mine", "你还没有提出过申请"),
    ("requests pending", "没有等待决定的申请"),
    ("requests 99", "没有申请 #99"),
    ("show base-nightly", "负责人"),
    ("show gpu-trainer", "500 个共享名额已用 0 个"),
    ("show base-22.04", "不是由 Imagewarden 共享"),
    ("show golden-rhel", "共享给我们"),
    ("show lhbp-w1k1k1t7", "wiki-kit"),
    ("inbound", "共享给我们的镜像"),
    ("inbound golden-images", "把关人没有表态"),
    ("inbound 100077700000", "它现在没有向我们共享镜像"),
)


def test_what_is_read_is_whole(office: Company) -> None:
    for command, answer in READ:
        office.mei.types(f"/image {command}")
        left = english_in(office.mei, office.mei.sees(answer))
        assert set(left) <= {"base (名称含 base 的镜像)"}, command  # a heading cites what was typed


EMPTY = (
    ("list", "中没有镜像"),
    ("list mine", "你没有负责任何镜像"),
    ("list shared", "没有镜像被共享给任何账号"),
    ("inbound", "没有人向我们共享镜像"),
    ("drift", "没有已知的云上与记录的差异"),
)


def test_where_there_is_nothing_that_is_said_whole() -> None:
    with working_by(CHINESE.replace("lighthouse = true", "lighthouse = false")) as office:
        state = office.sandbox.cloud.state
        for image_id in state.images:
            state.delete_image(image_id, with_snapshots=True)
        office.sandbox.bot.survey.sweep(utc_now() + timedelta(minutes=6))
        for command, answer in EMPTY:
            office.mei.types(f"/image {command}")
            assert english_in(office.mei, office.mei.sees(answer)) == [], command
        assert english_in(office.sara, office.sara.opens_home("没有")) == []


REFUSED = (
    *(
        "golden-rhel with data-team because x",
        "base-nightly with 100000000001 because x",
        "byol-windows with data-team",
    ),
    *("team-dashboard with data-team because x", "orphan-cache with data-team", "build-agent with data-team"),
    *("base-nightly in ap-tokyo with data-team", "lhbp-w1k1k1t7 with data-team in ap-singapore because x"),
)


def test_what_can_t_be_asked_is_whole(office: Company) -> None:
    for number, command in enumerate(REFUSED, 1):
        office.mei.types(f"/image share {command}")
        office.mei.types(f"/image requests {number}")
        office.mei.sees(f"#{number} ·")
    until(lambda: all("正在检查" not in office.mei.text_of(one) for one in office.mei.messages()))
    assert [english for shown in office.mei.messages() for english in english_in(office.mei, shown)] == []


def test_the_way_of_requests_is_whole(office: Company) -> None:
    mei, lin, sara = office.mei, office.lin, office.sara
    mei.types("/image share base-nightly with data-team, 100099900000 because 夜间回归测试")
    card = lin.sees("共享 base-nightly", where=CHANNEL)
    assert "100099900000 不是已知账号" in lin.text_of(card)
    lin.presses("Approve", on=card)
    mei.presses("Approve", on=lin.sees("由谁决定", where=CHANNEL))
    mei.sees("这是你自己申请的")
    sara.presses("Approve", on=sara.sees("共享 base-nightly", where=office.direct(sara)))
    mei.sees("已共享给", within=10)

    office.sandbox.cloud.state.copies.take(0.0)
    mei.types("/image share base-22.04 with data-team in ap-singapore because 海外测试")
    lin.presses("Approve", on=lin.sees("共享 base-22.04", where=CHANNEL))
    mei.sees("#2：base-22.04 已共享给 data-team", within=20)

    mei.types("/image share gpu-trainer with partner-lab because 试用")
    card = office.omar.sees("共享 gpu-trainer", where=CHANNEL)
    office.omar.presses("Deny", on=card)
    view = office.omar.modal()
    assert english_in(office.omar, view) == []
    assert office.omar.fills_and_submits(view, {"原因": "还没有准备好"}) == {}
    mei.sees("拒绝了它；没有共享任何内容。理由：还没有准备好")

    mei.types("/image unshare base-nightly from all because 测试结束")
    lin.sees("取消共享 base-nightly", where=CHANNEL)
    mei.presses("Cancel", on=mei.sees("取消共享 base-nightly", where=CHANNEL))
    lin.sees("已取消", where=CHANNEL)

    mei.types("/image inbound trust 100066600000 because 已经见过面")
    sara.presses("Approve", on=sara.sees("信任 100066600000 为来源", where=office.direct(sara)))
    mei.sees("现已被信任为来源")

    plan(office, "ModifyImageSharePermission", faults.error("OverQuota"))
    mei.types("/image share base-nightly with partner-lab because 重试")
    lin.presses("Approve", on=lin.sees("共享 base-nightly → partner-lab", where=CHANNEL))
    mei.sees("已批准，但执行失败", within=10)

    mei.types("/image delete base-22.04 because 已经过期")
    card = lin.sees("删除 base-22.04", where=CHANNEL)
    lin.presses("Approve", on=card)
    sara.presses("Approve", on=sara.sees("删除 base-22.04", where=office.direct(sara)))
    mei.sees("base-22.04 已删除", within=10)

    mei.types("/image share gpu-trainer with data-team because 还在等")
    office.omar.sees("共享 gpu-trainer → data-team", where=CHANNEL)

    for command in ("requests", "requests mine", "requests 1", "requests 2", "list shared", "show base-nightly"):
        mei.types(f"/image {command}")
        mei.sees("", within=5)
    for person in (mei, lin, sara, office.omar):
        home = person.opens_home("申请")
        left = [english for shown in (home, *person.messages()) for english in english_in(person, shown)]
        assert left == []


def test_the_form_is_whole(office: Company) -> None:
    mei = office.mei
    mei.types("/image share")
    view = mei.modal()
    mei.chooses(view, "镜像", {"镜像": "base-nightly", "共享给谁": ["data-team"]})
    until(lambda: "由谁决定" in mei.text_of(mei.modal()))
    assert english_in(mei, mei.modal()) == []
    assert mei.fills_and_submits(mei.modal(), {"其他账号": "zwölf"}) == {
        "其他账号": "我不认识账号 “zwölf”。请输入它的 ID，或我认识的名称：“data-team”, “partner-lab”, “golden-images”。"
        "“/image account” 说明如何查找 ID。"
    }


MISTYPED = (
    *("shrae base-nightly with data-team", "share base-nightly data-team", "share base-nightly with"),
    *("share base-nightly with @mei", "share with data-team", "share base-nightly with data-team until x"),
    *("share base-nightly with img-6pb6lrmy", "share base-nightly with 12", "share “base with data-team"),
    *("share base-nightly with data-team in nowhere", "share base-nightly with data-team bc x", "unshare x with y"),
    *("list a b", "show", "show a b", "show #1", "requests x", "requests 1 2", "approve 1", "audit", "verify"),
    *("delete a b", "delete base-nightly with data-team", "delete base-nightly from data-team", "delete", "account x"),
    *("inbound trust", "inbound trust a b because x", "inbound trust golden-images", "share IMAGE with ACCOUNT"),
    *("share base-nightly with data-team because REASON", "share base-nightly with everyone because x"),
)


def test_what_can_t_be_read_is_said_whole(office: Company) -> None:
    for command in MISTYPED:
        shown = office.mei.types(f"/image {command}")
        assert shown is None or english_of(_CODE.sub("", shown)) == []
        office.mei.sees(command[-9:])  # the word that is wrong is marked, which cuts the rest in pieces
    assert [one for answer in office.mei.messages() for one in english_in(office.mei, answer)] == []


def english_in(person: PersonAt, shown: Seen) -> list[str]:
    """The words that are in English, each with its line; what is shown as code is names and what can be typed."""
    without_code = json.loads(_CODE.sub("", json.dumps(shown, ensure_ascii=False)))
    return english_of(person.text_of(without_code))


def english_of(text: str) -> list[str]:
    return [f"{one} ({line})" for line in text.splitlines() for one in _ENGLISH.findall(_STAYS.sub("", line))]
