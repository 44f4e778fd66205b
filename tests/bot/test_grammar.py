"""What is understood, however it is typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from approvals.terms import Term
from bot.grammar import (
    EVERY,
    Account,
    Command,
    Delete,
    Help,
    Inbound,
    List,
    OpenForm,
    Requests,
    Share,
    Show,
    Trust,
    Unshare,
    examples,
    parse,
    render,
)

PLAIN = Share(("base-nightly",), ("data-team",), (), "nightly build")


def share(*images: str, to: tuple[str, ...] = ("data-team",), regions: tuple[str, ...] = (), reason: str = "") -> Share:
    return Share(images, to, regions, reason)


@pytest.mark.parametrize(
    "text",
    [
        "share base-nightly with data-team because nightly build",
        "Share base-nightly with data-team because nightly build",
        "SHARE base-nightly WITH data-team BECAUSE nightly build",
        "share base-nightly to data-team because nightly build",
        "share base-nightly w/ data-team because nightly build",
        "share: base-nightly with: data-team because: nightly build",
        "share base-nightly with data-team reason: nightly build",
        "share base-nightly with data-team Reason:nightly build",
        "share base-nightly with data-team --reason nightly build",
        "share base-nightly with data-team —reason nightly build",
        "share base-nightly with data-team --reason=nightly build",
        "share base-nightly --with data-team because nightly build",
        "share base-nightly with data-team, because nightly build",
        "share base-nightly with data-team because, nightly build",
        "share base-nightly with data-team because... nightly build",
        "share base-nightly with data-team because… nightly build",
        "share base-nightly.  With data-team.  Because nightly build",
        "  share   base-nightly\twith\n data-team  because   nightly build  ",
        "share\u00a0base-nightly\u00a0with\u00a0data-team\u00a0because\u00a0nightly build",
        "share\u3000base-nightly with data-team because nightly build",
        "\ufeffshare base\u200b-nightly with \u200bdata-team\u2060 because\u200b nightly build",
        "share base\u00ad-nightly with \u202adata-team\u202c because nightly build",
        "share base‑nightly with data–team because nightly build",
        "share ｂａｓｅ-nightly ｗｉｔｈ data-team because nightly build",
        'share "base-nightly" with "data-team" because nightly build',
        "share “base-nightly” with ‘data-team’ because nightly build",
        "share «base-nightly» with 「data-team」 because nightly build",
        "share „base-nightly“ with 'data-team' because nightly build",
        "share `base-nightly` with `data-team` because nightly build",
        "`share base-nightly with data-team because nightly build`",
        "```share base-nightly with data-team because nightly build```",
        "“share base-nightly with data-team because nightly build”",
        "/image share base-nightly with data-team because nightly build",
        "`/image share base-nightly with data-team because nightly build`",
        "please share base-nightly with data-team because nightly build",
        "Hi, can you share base-nightly with data-team because nightly build",
        "share the image base-nightly with the account data-team please because nightly build",
        "share (base-nightly) with [data-team] because nightly build",
        "share base-nightly, with data-team; because nightly build",
        "share base-nightly base-nightly with data-team and data-team because nightly build",
        "share <http://base-nightly|base-nightly> with <http://data-team|data-team> because nightly build",
        "share <mailto:base-nightly|base-nightly> with data-team because nightly build",
    ],
)
def test_one_request_typed_in_many_ways(text: str) -> None:
    assert parse(text) == PLAIN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("share a, b with c", share("a", "b", to=("c",))),
        ("share a b with c d", share("a", "b", to=("c", "d"))),
        ("share a and b with c & d", share("a", "b", to=("c", "d"))),
        ("share a &amp; b with c + d", share("a", "b", to=("c", "d"))),
        ("share a，b、d with c；e", share("a", "b", "d", to=("c", "e"))),
        ("share a,b,,a with c,,d,", share("a", "b", to=("c", "d"))),
        ("share a with c with d", share("a", to=("c", "d"))),
        ("share a with c and with d", share("a", to=("c", "d"))),
        ("share IMG-6PB6LRMY with c", share("img-6pb6lrmy", to=("c",))),
        ("share Img-6pb6lrmy with c", share("img-6pb6lrmy", to=("c",))),
        ("share Base-Nightly with Data-Team", share("Base-Nightly", to=("Data-Team",))),
        ('share "IMG-PROD" with c', share("IMG-PROD", to=("c",))),
        ('share "my image" with c', share("my image", to=("c",))),
        ("share “my image” and “your image” with c", share("my image", "your image", to=("c",))),
        ('share "my\u00a0image" with c', share("my image", to=("c",))),
        ('share " my image " with c', share("my image", to=("c",))),
        ("share `it's mine` with c", share("it's mine", to=("c",))),
        ("share lin's-base with c", share("lin's-base", to=("c",))),
        ('share 17" with c', share('17"', to=("c",))),
        ('share "with" with "in"', share("with", to=("in",))),
        ('share "because" with "and" because so', share("because", to=("and",), reason="so")),
        ('share "all" with "all"', share("all", to=("all",))),
        ('share "IMAGE" with "lighthouse"', share("IMAGE", to=("lighthouse",))),
        ('share "" base with c', share("base", to=("c",))),
        ("share base-22.04 with c", share("base-22.04", to=("c",))),
        ("share <http://base-22.04|base-22.04> with c", share("base-22.04", to=("c",))),
        ("share <http://Base-22.04|Base-22.04>, b with c", share("Base-22.04", "b", to=("c",))),
        ("share <https://base.io/|base.io> with c", share("base.io", to=("c",))),
        ('share "<http://base-22.04|base-22.04> lts" with c', share("base-22.04 lts", to=("c",))),
        ("share a with 100012345678", share("a", to=("100012345678",))),
        ("share a with １０００１２３４５６７８", share("a", to=("100012345678",))),
        ("share a with <tel:100012345678|100012345678>", share("a", to=("100012345678",))),
        ("share a with data-team (100012345678)", share("a", to=("data-team", "100012345678"))),
        ("share a with 100012345678 100098765432", share("a", to=("100012345678", "100098765432"))),
        ("share a with 12345, 67890", share("a", to=("12345", "67890"))),
        ("share a with 12345 and 67890", share("a", to=("12345", "67890"))),
        ("share 镜像-1 with 数据组", share("镜像-1", to=("数据组",))),
        ("share a with c in ap-guangzhou", share("a", to=("c",), regions=("ap-guangzhou",))),
        ("share a in ap-guangzhou with c", share("a", to=("c",), regions=("ap-guangzhou",))),
        ("share a with c IN Ap-Guangzhou", share("a", to=("c",), regions=("ap-guangzhou",))),
        ("share a with c in the region ap-shanghai-fsi", share("a", to=("c",), regions=("ap-shanghai-fsi",))),
        ("share a with c region: ap-guangzhou", share("a", to=("c",), regions=("ap-guangzhou",))),
        ("share a with c --region ap-guangzhou", share("a", to=("c",), regions=("ap-guangzhou",))),
        ("share a with c in ap-x, ap-y", share("a", to=("c",), regions=("ap-x", "ap-y"))),
        ("share a in ap-x and Ap-Y with c in ap-x", share("a", to=("c",), regions=("ap-x", "ap-y"))),
        ("share a with c in ap-guangzhou in ap-guangzhou", share("a", to=("c",), regions=("ap-guangzhou",))),
        ("unshare a from all", Unshare(("a",), (EVERY,), (), "")),
        ("unshare a, b from everybody in ap-x because y", Unshare(("a", "b"), (EVERY,), ("ap-x",), "y")),
        ("unshare a from all accounts", Unshare(("a",), (EVERY,), (), "")),
        ('unshare a from "all"', Unshare(("a",), ("all",), (), "")),
        ("inbound", Inbound()),
        ("Inbound images, please", Inbound()),
        ("inbound c", Inbound("c")),
        ("inbound trust c because x y", Trust("c", trusted=True, reason="x y")),
        ("inbound block 100012345678 because x", Trust("100012345678", trusted=False, reason="x")),
        ('inbound "trust"', Inbound("trust")),
        ("delete a", Delete("a", snapshots=False, regions=(), reason="")),
        ("Delete the image a, please", Delete("a", snapshots=False, regions=(), reason="")),
        (
            "delete a with its snapshots in ap-x because y",
            Delete("a", snapshots=True, regions=("ap-x",), reason="y"),
        ),
        ("unshare a from c", Unshare(("a",), ("c",), (), "")),
        ("unshare a with c", Unshare(("a",), ("c",), (), "")),
        ("unshare a to c", Unshare(("a",), ("c",), (), "")),
        (
            "Unshare a, b from c in ap-guangzhou because done",
            Unshare(("a", "b"), ("c",), ("ap-guangzhou",), "done"),
        ),
        ("list", List("all")),
        ("list all", List("all")),
        ("List the images", List("all")),
        ("list mine", List("mine")),
        ("list my images, please", List("mine")),
        ("list SHARED", List("shared")),
        ("list base", List("named", "base")),
        ("list IMG-6PB6LRMY", List("named", "img-6pb6lrmy")),
        ('list "mine"', List("named", "mine")),
        ('list "my image"', List("named", "my image")),
        ("show a", Show("a")),
        ("show IMG-6PB6LRMY", Show("img-6pb6lrmy")),
        ('show "my image"', Show("my image")),
        ("show the image a", Show("a")),
        ("show image", Show("image")),
        ("show " + "the " * 700 + "a", Show("a")),
        ("show a because I wonder", Show("a")),
        ("requests", Requests("all", None)),
        ("Requests ", Requests("all", None)),
        ("request", Requests("all", None)),
        ("requests all", Requests("all", None)),
        ("requests mine", Requests("mine", None)),
        ("requests Mine.", Requests("mine", None)),
        ("requests my", Requests("mine", None)),
        ("requests pending", Requests("pending", None)),
        ("requests waiting", Requests("pending", None)),
        ("requests 1042", Requests("all", 1042)),
        ("requests #1042", Requests("all", 1042)),
        ("request number #1042", Requests("all", 1042)),
        ("help", Help()),
        ("HELP!", Help()),
        ("?", Help()),
        ("-h", Help()),
        ("--help", Help()),
        ("—help", Help()),
        ("/help", Help()),
        ("help me with sharing", Help()),
        ("help because I am lost", Help()),
        ("account", Account()),
        ("accounts", Account()),
        ("", OpenForm()),
        (" \n\u00a0\u200b ", OpenForm()),
        (" , ", OpenForm()),
        ("/image", OpenForm()),
        ("Share", OpenForm()),
    ],
)
def test_each_form(text: str, expected: Command) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("for 7d", Term(lasts=timedelta(days=7))),
        ("for 7 days", Term(lasts=timedelta(days=7))),
        ("for a week", Term(lasts=timedelta(days=7))),
        ("for the two weeks", Term(lasts=timedelta(days=14))),
        ("FOR 1W", Term(lasts=timedelta(days=7))),
        ("for 12h", Term(lasts=timedelta(hours=12))),
        ("for 90 minutes", Term(lasts=timedelta(minutes=90))),
        ("for 3 months", Term(lasts=timedelta(days=90))),
        ("for 1y", Term(lasts=timedelta(days=365))),
        ("until 2026-12-31", Term(day=date(2026, 12, 31))),
        ("till 2026/12/31", Term(day=date(2026, 12, 31))),
        ("until 31.12.2026", Term(day=date(2026, 12, 31))),
        ("until 12/31/2026", Term(day=date(2026, 12, 31))),
        ("until 31 December 2026", Term(day=date(2026, 12, 31))),
        ("until Dec 31st 2026", Term(day=date(2026, 12, 31))),
        ("until Dec 31, 2026", Term(day=date(2026, 12, 31))),
    ],
)
def test_when_a_share_ends(typed: str, term: Term) -> None:
    ended = replace(share("a", to=("c",), reason="x"), term=term)
    assert parse(f"share a with c {typed} because x") == ended
    assert parse(f"share a {typed} with c because x") == ended
    assert parse(render(ended).removeprefix("/image")) == ended


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("it's “late”, isn't it?", "it's “late”, isn't it?"),
        ("  two  spaces\u00a0stay  ", "two  spaces\u00a0stay"),
        ("first line\nsecond line", "first line\nsecond line"),
        ("lin said because", "lin said because"),
        ("in ap-guangzhou for 7d until then, with all", "in ap-guangzhou for 7d until then, with all"),
        ("A &amp; B &lt;b&gt; &amp;lt; &copy;", "A & B <b> &lt; &copy;"),
        ("<@U0LIN|lin> and <@U0OMAR> asked", "@lin and @U0OMAR asked"),
        ("<#C0OPS|ops> or <#C0HIDDEN|> said so", "#ops or #C0HIDDEN said so"),
        ("<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S0SEC|@security> and <!subteam^S0SEC>", "@security and @S0SEC"),
        ("<!date^1392734382^{date}|18 Feb>", "18 Feb"),
        ("<https://x.y/z?a=1&amp;b=2>", "https://x.y/z?a=1&b=2"),
        ("<http://x.y|x.y>", "x.y"),
        ("<https://x.y|the ticket>", "the ticket (https://x.y)"),
        ("<https://x.y|https://x.y>", "https://x.y"),
        ("<mailto:lin@x.y|lin@x.y> <mailto:lin@x.y>", "lin@x.y lin@x.y"),
        ("<b> bold", "<b> bold"),
        ("half a pair: \ud83d", "half a pair: \ufffd"),
        (": with a colon", ": with a colon"),
        ('"quoted', '"quoted'),
    ],
)
def test_the_reason_stays_as_it_was_written(typed: str, reason: str) -> None:
    assert parse(f"share a with c because {typed}") == share("a", to=("c",), reason=reason)


def test_the_examples_use_the_names_that_there_are() -> None:
    shown = examples(["gpu train", "base"], ["partner-lab", "data-team", "other"])
    assert shown == (
        '/image share "gpu train" with partner-lab for 30d because the nightly build needs it',
        "/image share base with partner-lab, data-team because the release is ready for testing",
        '/image unshare "gpu train" from partner-lab because the project has ended',
        '/image show "gpu train"',
        "/image requests pending",
    )


def test_the_examples_name_nothing_that_is_not_there() -> None:
    assert not any("base-nightly" in line or "data-team" in line for line in examples(["gpu"], ["lab"]))


def test_the_examples_without_names_are_sensible() -> None:
    assert examples()[0] == "/image share base-nightly with data-team for 30d because the nightly build needs it"


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (OpenForm(), "/image"),
        (Help(), "/image help"),
        (Account(), "/image account"),
        (Requests("mine", None), "/image requests mine"),
        (Requests("all", 7), "/image requests 7"),
        (
            Share(("a", "my image"), ("c", "in"), ("ap-x",), "so"),
            '/image share a, "my image" with c, "in" in ap-x because so',
        ),
        (Unshare(('the "a"',), ("100012345678",), (), ""), "/image unshare 'the \"a\"' from 100012345678"),
    ],
)
def test_a_command_is_written_as_it_is_typed(command: Command, text: str) -> None:
    assert render(command) == text


@pytest.mark.parametrize("name", ["id", "Id", "uin", "AppId"])
def test_an_account_whose_name_says_what_a_number_is_is_written_so_that_it_stays_a_name(name: str) -> None:
    command = share("base-nightly", to=(name, "100012345678"))
    assert render(command) == f'/image share base-nightly with "{name}", 100012345678'
    assert parse(render(command).removeprefix("/image")) == command


def test_control_characters_go_and_the_ends_of_lines_stay() -> None:
    assert parse("share a\x00b with c because x\x1b[2J\x7f\n\ty") == share("ab", to=("c",), reason="x[2J\n\ty")
