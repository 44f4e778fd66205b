"""The cloud client when the answer is an error, incomplete or no answer at all: which error comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from approvals.cloud import Image
from approvals.errors import About, AuthFailed, CloudError, OutcomeUnknown, Refused, Throttled, Unavailable
from approvals.tencent import TencentCloud
from tests.approvals.clouds import GUANGZHOU, Observed, client
from tests.approvals.raw_server import Reply, answer, http, refusal, serving

IMAGE, ACCOUNT = "img-6pb6lrmy", "100012345678"
HTML = "<html><body>Bad gateway</body></html>"


def share(cloud: TencentCloud) -> str:
    return cloud.share(GUANGZHOU, IMAGE, [ACCOUNT])


def read(cloud: TencentCloud) -> object:
    return cloud.shared_with(GUANGZHOU, IMAGE)


def row(image_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "ImageId": image_id,
        "ImageName": "base",
        "ImageType": "PRIVATE_IMAGE",
        "ImageState": "NORMAL",
        **fields,
    }


@pytest.mark.parametrize("call", [share, read])
@pytest.mark.parametrize(
    ("reply", "code", "words"),
    [
        (Reply(http(HTML, status="500 Internal Server Error", content_type="text/html")), "ClientNetworkError", "500"),
        (Reply(http({"Response": {"Error": {}}}, status="502 Bad Gateway")), "ClientNetworkError", "status 502"),
        (Reply(http("", status="204 No Content")), "ClientNetworkError", "status 204"),
        (Reply(http(HTML, content_type="text/html")), "JSONDecodeError", "can't be read"),
        (Reply(http('{"Response": ')), "JSONDecodeError", "can't be read"),
        (Reply(http("")), "JSONDecodeError", "can't be read"),
        (Reply(http(b"\xff\xfe\xfd")), "UnicodeDecodeError", "can't be read"),
        (Reply(http("[]")), "TypeError", "can't be read"),
        (Reply(http("[]", content_type="application/json; charset=utf-8")), "IncompleteAnswer", "lacks Response"),
        (Reply(http({"Answer": {}})), "KeyError", "can't be read"),
        (Reply(http({"Response": []})), "IncompleteAnswer", "lacks Response"),
        (Reply(http({"Response": {"Error": {"Code": "InternalError"}}})), "KeyError", "can't be read"),
        (Reply(http({"Response": {"Error": None}}, content_type="a/b")), "IncompleteAnswer", "without a message"),
        (Reply(http({"Response": {}})), "IncompleteAnswer", "lacks RequestId"),
        (Reply(http({"Response": {"RequestId": None}})), "IncompleteAnswer", "lacks RequestId"),
        (Reply(then="close"), "ClientNetworkError", "broke before"),
        (Reply(b"HTTP/1.1 200 OK\r\nContent-Le", then="close"), "JSONDecodeError", "can't be read"),
        (Reply(b"no http at all\r\n\r\n", then="close"), "ClientNetworkError", "broke before"),
        (Reply(http("{}", length=9999), then="close"), "ClientNetworkError", "broke before"),
        (
            Reply(http('5\r\n{"Res', headers="Transfer-Encoding: chunked\r\n", length=-1), then="close"),
            "ClientNetworkError",
            "broke before",
        ),
        (Reply(http('{"Response": {"Requ', length=-1), then="close"), "JSONDecodeError", "can't be read"),
        (Reply(http("not compressed", headers="Content-Encoding: gzip\r\n")), "ClientNetworkError", "broke before"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_answer_nobody_can_read(call: Callable[[TencentCloud], object], reply: Reply, code: str, words: str) -> None:
    told = Observed()
    with serving(reply) as server, client(server.url, on_call=told) as cloud:
        with pytest.raises(OutcomeUnknown) as caught:
            call(cloud)
        assert caught.value.code == code
        assert words in caught.value.message
        assert [one[2] for one in told.calls] == [code]
        assert len(server.requests) == 1


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "text/html"])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("InvalidAccountId.NotFound", Refused),
        ("RequestLimitExceeded", Throttled),
        ("UnauthorizedOperation.PermissionDenied", AuthFailed),
        ("ServiceUnavailable", Unavailable),
        ("InternalError", OutcomeUnknown),
        ("Never.HeardOf", OutcomeUnknown),
    ],
)
def test_an_error_is_one_whatever_its_content_type(content_type: str, code: str, kind: type[CloudError]) -> None:
    with serving(refusal(code, content_type)) as server, client(server.url) as cloud:
        for call in (share, read, TencentCloud.account):
            with pytest.raises(CloudError) as caught:
                call(cloud)
            assert type(caught.value) is kind
            assert (caught.value.code, caught.value.message) == (code, "Said so.")
            assert caught.value.cloud_request_id == "req-2"


def test_too_many_accounts_is_about_the_size_of_the_call() -> None:
    with serving(refusal("InvalidParameterValue.LimitExceeded")) as server, client(server.url) as cloud:
        with pytest.raises(Refused) as caught:
            share(cloud)
        assert caught.value.about is About.SIZE


@pytest.mark.parametrize(
    ("call", "fields", "lacks"),
    [
        (TencentCloud.account, {}, "AccountId"),
        (TencentCloud.account, {"AccountId": 100000000001}, "AccountId"),
        (read, {}, "SharePermissionSet"),
        (read, {"SharePermissionSet": None}, "SharePermissionSet"),
        (read, {"SharePermissionSet": [{"CreatedTime": "2026-11-24T08:00:00Z"}]}, "AccountId"),
        (lambda cloud: cloud.images_by_name(GUANGZHOU, "base"), {"TotalCount": 0}, "ImageSet"),
        (lambda cloud: cloud.images_by_name(GUANGZHOU, "base"), {"ImageSet": []}, "TotalCount"),
        (lambda cloud: cloud.images_by_id(GUANGZHOU, [IMAGE]), {"ImageSet": None, "TotalCount": None}, "ImageSet"),
        (lambda cloud: cloud.images_by_id(GUANGZHOU, [IMAGE]), {"ImageSet": None, "TotalCount": 1}, "ImageSet"),
        (
            lambda cloud: cloud.images_by_id(GUANGZHOU, [IMAGE]),
            {"ImageSet": [row(IMAGE, ImageState=None)], "TotalCount": 1},
            "ImageState",
        ),
    ],
)
def test_what_is_missing_is_not_empty(
    call: Callable[[TencentCloud], object], fields: dict[str, Any], lacks: str
) -> None:
    with serving(answer(**fields)) as server, client(server.url) as cloud:
        with pytest.raises(OutcomeUnknown, match=f"lacks {lacks}") as caught:
            call(cloud)
        assert caught.value.code == "IncompleteAnswer"


def test_null_is_an_empty_list_where_the_answer_counts_none() -> None:
    with serving(answer(ImageSet=None, TotalCount=0)) as server, client(server.url) as cloud:
        assert cloud.images_by_id(GUANGZHOU, [IMAGE]) == []
        assert cloud.images_by_name(GUANGZHOU, "base") == []
        assert list(cloud.images(GUANGZHOU)) == [[]]


@pytest.mark.parametrize("odd", [["text"], "text", [None]])
def test_odd_values_are_not_read_as_something_else(odd: object) -> None:
    for fields in (
        {"ImageSet": odd},
        {"ImageSet": [row(IMAGE, Tags=odd)]},
        {"ImageSet": [row(IMAGE, SnapshotSet=odd)]},
    ):
        reply = answer(TotalCount=1, **fields)
        with serving(reply) as server, client(server.url) as cloud, pytest.raises(OutcomeUnknown):
            cloud.images_by_id(GUANGZHOU, [IMAGE])


def test_yes_is_no_number() -> None:
    fields = {"ImageSet": [row(IMAGE, ImageSize=True)], "TotalCount": 1}
    with serving(answer(**fields)) as server, client(server.url) as cloud:
        assert cloud.images_by_id(GUANGZHOU, [IMAGE])[0].size_gib == 0
    uncounted, lacking = answer(ImageSet=[], TotalCount=True), pytest.raises(OutcomeUnknown, match="lacks TotalCount")
    with serving(uncounted) as server, client(server.url) as cloud, lacking:
        cloud.images_by_id(GUANGZHOU, [IMAGE])


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ("base-nightly", "base-nightly"),
        ("Basis 1.0 – größer", "Basis 1.0 – größer"),
        ("基础镜像", "基础镜像"),
        ("prod\u200b-db", "prod-db"),
        ("base with data-team \u202e", "base with data-team "),
        ("base\n*Approved*\r\n", "base *Approved*  "),
        ("\x1b[2Jbase\x85", "[2Jbase "),
        ("\u2060\u00ad", IMAGE),
        ("", IMAGE),
    ],
)
def test_a_name_is_what_people_see_of_it_in_one_line(named: str, name: str) -> None:
    images = answer(ImageSet=[row(IMAGE, ImageName=named)], TotalCount=1)
    with serving(images) as server, client(server.url) as cloud:
        assert cloud.images_by_id(GUANGZHOU, [IMAGE])[0].name == name


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_texts_that_no_database_can_keep_are_kept_as_well_as_can_be(content_type: str) -> None:
    odd = "x\ud800\0"
    tags = [{"Key": odd, "Value": odd}]
    images = answer(ImageSet=[row(IMAGE, ImageName=odd, ImageState=odd, OsName=odd, Tags=tags)], TotalCount=1)
    error = {"Error": {"Code": odd, "Message": odd}, "RequestId": odd}
    with serving(images) as server, client(server.url) as cloud:
        (image,) = cloud.images_by_id(GUANGZHOU, [IMAGE])
    assert (image.name, image.state, image.os_name, image.tags) == ("x?", "x?", "x?", {"x?": "x?"})
    refused, unknown = Reply(http({"Response": error}, content_type=content_type)), pytest.raises(OutcomeUnknown)
    with serving(refused) as server, client(server.url) as cloud, unknown as caught:
        share(cloud)
    assert (caught.value.code, caught.value.message, caught.value.cloud_request_id) == ("x?", "x?", "x?")


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_a_sentence_of_the_vendors_is_kept_as_long_as_anybody_reads_it(content_type: str) -> None:
    error = {
        "Error": {"Code": "InvalidAccountId.NotFound", "Message": "no such account " * 20_000},
        "RequestId": "req-9",
    }
    refused, caught = Reply(http({"Response": error}, content_type=content_type)), pytest.raises(Refused)
    with serving(refused) as server, client(server.url) as cloud, caught as told:
        share(cloud)
    assert len(told.value.message) == 2000
    assert told.value.message.endswith("…")
    assert told.value.cloud_request_id == "req-9"


def test_fields_that_may_be_null() -> None:
    nulls = dict.fromkeys(("Tags", "SnapshotSet", "CreatedTime", "LicenseType", "ImageSize", "ImageDeprecated"))
    with serving(answer(ImageSet=[row(IMAGE, **nulls)], TotalCount=1)) as server, client(server.url) as cloud:
        assert cloud.images_by_id(GUANGZHOU, [IMAGE]) == [Image(IMAGE, "base", GUANGZHOU, "PRIVATE_IMAGE", "NORMAL")]


def test_a_share_without_a_readable_date_is_a_share() -> None:
    shares = [{"AccountId": ACCOUNT, "CreatedTime": None}, {"AccountId": "100023456789", "CreatedTime": "long ago"}]
    with serving(answer(SharePermissionSet=shares)) as server, client(server.url) as cloud:
        assert cloud.shared_with(GUANGZHOU, IMAGE) == {ACCOUNT: None, "100023456789": None}


def page(*image_ids: str, total: int) -> Reply:
    return answer(ImageSet=[row(image_id) for image_id in image_ids], TotalCount=total)


@pytest.mark.parametrize(
    "pages",
    [
        (page("img-a", "img-b", total=3), page(total=3)),
        (page("img-a", "img-b", total=3), page("img-b", total=3)),
        (page("img-a", "img-b", total=4), page("img-d", total=3)),
        (page(total=1),),
    ],
    ids=["ended early", "one twice", "shrank", "empty at once"],
)
def test_a_list_that_changes_between_pages_is_not_trusted(pages: tuple[Reply, ...]) -> None:
    with serving(*pages) as server, client(server.url) as cloud:
        with pytest.raises(Unavailable) as caught:
            cloud.images_by_name(GUANGZHOU, "base")
        assert caught.value.code == "ListChanged"


@pytest.mark.parametrize("code", ["InvalidImageId.NotFound", "InvalidImageId.Malformed"])
def test_one_unknown_id_does_not_hide_the_others(code: str) -> None:
    with (
        serving(refusal(code), page("img-a", total=1), refusal(code), refusal(code), page("img-c", total=1)) as server,
        client(server.url) as cloud,
    ):
        found = cloud.images_by_id(GUANGZHOU, ["img-a", "img-b", "img-c"])
        assert [image.image_id for image in found] == ["img-a", "img-c"]
        asked = [body["ImageIds"] for body in server.bodies()]
        assert asked == [["img-a", "img-b", "img-c"], ["img-a"], ["img-b", "img-c"], ["img-b"], ["img-c"]]


def test_another_refusal_is_told() -> None:
    with serving(refusal("UnsupportedRegion")) as server, client(server.url) as cloud:
        with pytest.raises(Refused):
            cloud.images_by_id(GUANGZHOU, ["img-a", "img-b"])
        assert len(server.requests) == 1


@pytest.mark.filterwarnings("default::DeprecationWarning")
def test_a_deprecated_action_still_answers() -> None:
    reply = answer(AccountId="100000000001", DeprecatedWarning="use another")
    with serving(reply) as server, client(server.url) as cloud, pytest.warns(DeprecationWarning, match="use another"):
        assert cloud.account() == "100000000001"
