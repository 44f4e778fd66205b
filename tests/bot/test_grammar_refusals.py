"""What is not understood: the word that is marked, what is said about it, and what to type instead."""

from __future__ import annotations

import pytest

from bot.grammar import Misread, Names, Share, parse

TAIL = "share base with data-team"

# typed, the marked word, a part of the sentence, the suggestion
MISSING = [
    ("share base", "", "The account is missing", "/image share base with data-team because …"),
    ("share base because late", "", "The account is missing", "/image share base with data-team because late"),
    ("unshare base", "", "put `from` before it", "/image unshare base from data-team because …"),
    ("share base with", "with", "No account comes after `with`", "/image share base with data-team because …"),
    ("share base with because x", "with", "No account", "/image share base with data-team because x"),
    ("unshare", "", "image and the account are missing", "/image unshare base-nightly from data-team because …"),
    ("share with c", "", "The image is missing", "/image share base-nightly with c"),
    ("share because x", "", "are missing", "/image share base-nightly with data-team because x"),
    ("share base c", "c", "put `with` before it", "/image share base with c"),
    ("share base 100012345678", "100012345678", "put `with`", "/image share base with 100012345678"),
    ("share a b 100012345678 because x", "100012345678", "put `with`", "/image share a, b with 100012345678 because x"),
    ("share a, b", "", "The account is missing", "/image share a, b with data-team because …"),
    (
        "share base because it is late with c",
        "because",
        "has to come before",
        "/image share base with c because it is late",
    ),
    ("share base with c because", "because", "The reason is missing", "/image share base with c because …"),
    ("share base with c because \u200b", "because", "The reason is missing", "/image share base with c because …"),
    ("share base with c --reason", "--reason", "The reason is missing", "/image share base with c because …"),
    ("show", "", "Which image to show", "/image show base-nightly"),
    ("because x", "", "What to do is missing", "/image share base-nightly with data-team because x"),
    ('share "base with c', '"', "`base with c`", "/image share base with c"),
    ("share “base with c because it’s late", "“", "has no other", "/image share base with c because it’s late"),
    ('share "a, "b with c', '"', '`a, "b with c`', "/image share a, b with c"),
    ('share base with c "', '"', "at the end", "/image share base with c"),
    ("share base with c in", "in", "No region comes after `in`", "/image share base with c"),
    ("share in with c", "in", "a keyword goes in quotes", "/image share base-nightly with c"),
    ("share base with c for", "for", "say when the share ends", "/image share base with c for 7d"),
    ("share base with c until", "until", "say when the share ends", "/image share base with c for 7d"),
]

SLIPS = [
    ("shrae base with c", "shrae", "Did you mean `share`?", "/image share base with c"),
    ("Sahre base with c because x", "Sahre", "Did you mean `share`?", "/image share base with c because x"),
    ("unshar base from c", "unshar", "Did you mean `unshare`?", "/image unshare base from c"),
    ("unhsare base from c", "unhsare", "Did you mean `unshare`?", "/image unshare base from c"),
    ("approve", "approve", "is a button", "/image requests pending"),
    ("deny 12 because x", "deny", "is a button", "/image requests 12"),
    ("extend #12 for 7d", "extend", "is a button", "/image requests 12"),
    ("end", "end", "is a button", "/image requests mine"),
    ("hepl", "hepl", "Did you mean `help`?", "/image help"),
    ("shwo base", "shwo", "Did you mean `show`?", "/image show base"),
    ("reqests mine", "reqests", "Did you mean `requests`?", "/image requests mine"),
    ("acount", "acount", "Did you mean `account`?", "/image account"),
    ("revoke base from c", "revoke", "Did you mean `unshare`?", "/image unshare base from c"),
    ("stop sharing base with c", "stop", "Did you mean `unshare`?", "/image unshare base from c"),
    ("un share base from c", "un", "Did you mean `unshare`?", "/image unshare base from c"),
    ("don’t share base with c", "don’t", "Did you mean `unshare`?", "/image unshare base from c"),
    ("give base to c", "give", "Did you mean `share`?", "/image share base with c"),
    ("info base", "info", "Did you mean `show`?", "/image show base"),
    ("share base wiht c because x", "wiht", "Say `with`", "/image share base with c because x"),
    ("share base -&gt; c", "->", "Say `with`", "/image share base with c"),
    ("unshare base form c", "form", "Say `from`", "/image unshare base from c"),
    ("shrae base wiht c becuase x", "shrae", "Did you mean `share`?", "/image share base with c because x"),
    (
        "share base with c becuase x because y",
        "becuase",
        "Say `because`",
        "/image share base with c because x because y",
    ),
    ("share base with c bc late", "bc", "Say `because`", "/image share base with c because late"),
    ("share base with c cuz, late", "cuz", "Say `because`", "/image share base with c because late"),
    ("share base with c reason late", "reason", "Say `because`", "/image share base with c because late"),
    ("share base with c becuase", "becuase", "Say `because`", "/image share base with c because …"),
    ("share base for c", "for", "Say `with` in place of `for`", "/image share base with c"),
    (
        "share base with c for the night",
        "for",
        "If `the night` is the reason",
        "/image share base with c because the night",
    ),
    (
        "share base with c for the night in ap-x",
        "for",
        "`the night`",
        "/image share base with c in ap-x because the night",
    ),
    ("share base with c for fun in ap-x because y", "for", "`fun`", "/image share base with c in ap-x because y"),
    ("share base with c for fun because y", "for", "`fun`", "/image share base with c because fun because y"),
    ("share base from c", "from", "goes with `unshare`", "/image share base with c"),
    ("share base with c in a hurry", "in a hurry", "is the reason", "/image share base with c because in a hurry"),
    ("share base with c in ap-x urgent", "urgent", "is the reason", "/image share base with c in ap-x because urgent"),
    ("share base in ap-x urgent with c", "urgent", "Leave it out", "/image share base with c in ap-x"),
    ("share base in prod with c", "in prod", "Leave out `in prod`", "/image share base with c"),
    (
        "share base with c in Guangzhou",
        "Guangzhou",
        "written `ap-guangzhou`",
        "/image share base with c in ap-guangzhou",
    ),
    ("share base with c in hong kong", "hong kong", "written `ap-hongkong`", "/image share base with c in ap-hongkong"),
    (
        "share base with c in ap-beijing-3",
        "ap-beijing-3",
        "written `ap-beijing`",
        "/image share base with c in ap-beijing",
    ),
    ("base with c because x", "base", "`share` comes before `base`", "/image share base with c because x"),
    ("base from c", "base", "`unshare` comes before `base`", "/image unshare base from c"),
    ("img-6pb6lrmy", "img-6pb6lrmy", "`show` comes before", "/image show img-6pb6lrmy"),
    ("#1042", "#1042", "`requests` comes before", "/image requests 1042"),
    ("mine", "mine", "`requests` comes before", "/image requests mine"),
    ("approve #1042", "approve", "a button", "/image requests 1042"),
    ("Cancel", "Cancel", "a button", "/image requests mine"),
    ("show a b", "b", "takes one image", '/image show "a b"'),
    ("show a, b", "b", "Leave out the rest", "/image show a"),
    ("show a in ap-x", "in ap-x", "Leave out the rest", "/image show a"),
    ("show #1042", "#1042", "is a request", "/image requests 1042"),
    ("requests pendign", "pendign", "is not understood", "/image requests pending"),
    ("requests 0", "0", "is not understood", "/image requests"),
    ("requests 99999999999999999999", "99999999999999999999", "is not understood", "/image requests"),
    ("requests 1042, 1043", "1043", "leave out the rest", "/image requests 1042"),
    ("account data-team", "data-team", "takes nothing else", "/image account"),
    ("hello", "hello", "is not a command", "/image help"),
    ("x" * 2000, "x" * 2000, "is not a command", "/image help"),
]

WRONG_NAMES = [
    ("share base with <@U0LIN|lin>", "@lin", "People can't receive images, accounts can", "/image share base with …"),
    ("share base with <@U0LIN>", "@U0LIN", "People can't", "/image share base with …"),
    ("share base with <@U0LIN|lin>'s account", "@lin's", "People can't", "/image share base with …"),
    ("share base with <!subteam^S0A|@ops>, c", "@ops", "Groups can't", "/image share base with …, c"),
    ("share base with <#C0A|ops> because x", "#ops", "Channels can't", "/image share base with … because x"),
    ("share base with <!channel>", "@channel", "name each account", "/image share base with …"),
    ("share base with <https://x.y/z>", "https://x.y/z", "Links can't", "/image share base with …"),
    ("share base with everyone", "everyone", "name each account", "/image share base with …"),
    ("share base with all", "all", "name each account", "/image share base with …"),
    ("share <@U0LIN|lin> with c", "@lin", "is a person", "/image share … with c"),
    ("share <https://x.y/z> with c", "https://x.y/z", "is a link", "/image share … with c"),
    ("share <https://x.y|base> with c", "base (https://x.y)", "is a link", "/image share … with c"),
    ("show <#C0A|ops>", "#ops", "Put an image's name", "/image show base-nightly"),
    (
        "share IMAGE with ACCOUNT because REASON",
        "because",
        "your own reason",
        "/image share base-nightly with data-team because …",
    ),
    ("share IMAGE with c because x", "IMAGE", "Put the image's name", "/image share base-nightly with c because x"),
    ("share base with TARGET…", "TARGET…", "Put an account", "/image share base with data-team"),
    ("share base with … because …", "because", "your own reason", "/image share base with data-team because …"),
    ("share base with c because ...", "because", "your own reason", "/image share base with c because …"),
    ("share base with c for ... for ...", "for", "not understood here", "/image share base with c because …"),
    (
        "share base with c in ap-x, shanghai",
        "shanghai",
        "is written `ap-shanghai`",
        "/image share base with c in ap-x, ap-shanghai",
    ),
    (
        "share base with c in ap-x and hong kong",
        "hong kong",
        "`ap-hongkong`",
        "/image share base with c in ap-x, ap-hongkong",
    ),
    ("share base with c in ap-x ap-y-1", "ap-y-1", "is written `ap-y`", "/image share base with c in ap-x, ap-y"),
    (
        "share base with c in ap-x and quickly",
        "quickly",
        "after the region",
        "/image share base with c in ap-x because quickly",
    ),
    (
        "share base with c in ap-a, ap-b, ap-c, ap-d, ap-e, ap-f, ap-g, ap-h, ap-i, ap-j, ap-k",
        "ap-k",
        "at most 10 regions",
        "/image share base with c in ap-a, ap-b, ap-c, ap-d, ap-e, ap-f, ap-g, ap-h, ap-i, ap-j",
    ),
    ("share base with c in REGION", "in REGION", "Put a region", "/image share base with c"),
    ("show IMAGE", "IMAGE", "Put an image's name", "/image show base-nightly"),
    ("share c with img-6pb6lrmy", "img-6pb6lrmy", "is an image", "/image share img-6pb6lrmy with c"),
    ("share a with c, img-6pb6lrmy", "img-6pb6lrmy", "is an image", "/image share img-6pb6lrmy, a with c"),
    ("share 100012345678 with base", "100012345678", "looks like an account", "/image share … with base"),
    ("share base with c --force", "--force", "no options", "/image share base with c"),
    ("share base with c —force because x", "—force", "no options", "/image share base with c because x"),
]

NUMBERS = [
    ("1000 1234 5678", "1000 1234 5678", "in one piece: `100012345678`", "100012345678"),
    ("100 012 345 678", "100 012 345 678", "in one piece", "100012345678"),
    ("100,012,345,678", "100,012,345,678", "in one piece", "100012345678"),
    ("100012 345678", "100012 345678", "one account or two", "100012345678"),
    ("12345 67890, c", "12345 67890", "`12345, 67890`", "1234567890, c"),
    ("1000-1234-5678", "1000-1234-5678", "digits alone", "100012345678"),
    ("1000.1234.5678", "1000.1234.5678", "digits alone", "100012345678"),
    ("1000–1234–5678", "1000–1234–5678", "digits alone", "100012345678"),
    ("uin/100012345678", "uin/100012345678", "digits alone", "100012345678"),
    ("UIN:100012345678", "UIN:100012345678", "digits alone", "100012345678"),
    ("uin/12345 67890", "uin/12345", "digits alone", "12345, 67890"),
    ("67890 uin/12345", "uin/12345", "digits alone", "67890, 12345"),
    ("uin 100012345678", "uin 100012345678", "digits alone", "100012345678"),
    ("id=100012345678", "id=100012345678", "digits alone", "100012345678"),
    ("account:100012345678", "account:100012345678", "digits alone", "100012345678"),
    ("qcs::cam::uin/100012345678:root", "qcs::cam::uin/100012345678:root", "digits alone", "100012345678"),
    ("qcs::cam::uin/100012345678:uin/7", "qcs::cam::uin/100012345678:uin/7", "not the id of a root", "…"),
    ("appid:1251006373", "appid:1251006373", "not the id of a root account", "…"),
    ("AppId 1251006373", "AppId 1251006373", "not the id of a root account", "…"),
    ("1234", "1234", "5 to 14 digits", "…"),
    ("012345678901", "012345678901", "doesn't begin with 0", "…"),
    ("123456789012345", "123456789012345", "5 to 14 digits", "…"),
    ("100012345678, 1234", "1234", "5 to 14 digits", "100012345678, …"),
    ("1000 1234 5678 100098765432", "1000 1234 5678", "in one piece", "100012345678, 100098765432"),
]

LISTS = [
    ("lsit mine", "lsit", "Did you mean `list`?", "/image list mine"),
    ("images", "images", "Did you mean `list`?", "/image list"),
    ("find base", "find", "Did you mean `list`?", "/image list base"),
    ("list shared with data-team", "with data-team", "Leave out the rest", "/image list shared"),
    ("list data base", "base", "A name with spaces goes in quotes", '/image list "data base"'),
    ("list <@U0LIN|lin>", "@lin", "a part of a name", "/image list"),
    ("list with", "with", "a part of a name", "/image list"),
    ("list NAME", "NAME", "Put a part of an image's name", "/image list base-nightly"),
]
ENDS = [
    ("share base with c for a few days", "for a few days", "not a length of time", "/image share base with c for 7d"),
    ("share base with c for 7", "for 7", "not a length of time", "/image share base with c for 7d"),
    ("share base with c for 7x because y", "for 7x", "not a length", "/image share base with c for 7d because y"),
    ("share base with c for 0d", "for 0d", "no length of time for a share", "/image share base with c for 7d"),
    ("share base with c for 99 years", "for 99 years", "3650 days at most", "/image share base with c for 7d"),
    ("share base with c until friday", "until friday", "is not a day", "/image share base with c for 7d"),
    ("share base with c until 2026-02-30", "until 2026-02-30", "is not a day", "/image share base with c for 7d"),
    ("share base with c until 1/2/2027", "until 1/2/2027", "is not a day", "/image share base with c for 7d"),
    ("share base with c until 3 Nov 202²", "until 3 Nov 202²", "is not a day", "/image share base with c for 7d"),
    (
        "share base with c until 2026-12-31 18:00 because y",
        "18:00",
        "after the end of the share",
        "/image share base with c until 2026-12-31 because y",
    ),
    ("share base with c for 7d for 9d", "for 9d", "has one end", "/image share base with c for 7d"),
    ("share base with c for 7d until 2026-12-31", "until 2026-12-31", "one end", "/image share base with c for 7d"),
    ("unshare base from c for 7d", "for 7d", "Only a share ends by itself", "/image unshare base from c"),
]
LATER = [
    ("share lhbp-abc with cvm", "cvm", "No program can move a Lighthouse image to CVM", "/image share lhbp-abc with …"),
    ("share base with all", "all", "not an account", "/image share base with …"),
    ("unshare base from all, c", "all", "name no other", "/image unshare base from c"),
    ("delete", "", "The image is missing", "/image delete base-nightly"),
    ("delete IMAGE", "IMAGE", "name or id", "/image delete base-nightly"),
    ("delete base nightly", "base nightly", "goes in quotes", '/image delete "base nightly"'),
    ("delete base, other", "other", "leave out the others", "/image delete base"),
    ("delete base and its snapshots", "its snapshots", "with snapshots", "/image delete base with snapshots"),
    ("delete base from c", "from", "say `unshare`", "/image unshare base from c"),
    ("delete base with c because x", "with c", "only `with snapshots`", "/image delete base because x"),
    ("delete base for 7d", "for 7d", "means nothing here", "/image delete base"),
    ("delete base --force", "--force", "There are no options", "/image delete base"),
    ("rm base", "rm", "Did you mean `delete`", "/image delete base"),
    ("delete 100012345678", "100012345678", "looks like an account", "/image delete …"),
    ("inbound trust", "", "Which account to trust is missing", "/image inbound trust data-team because …"),
    ("inbound trust c", "", "Say why", "/image inbound trust c because …"),
    ("inbound distrust a, c because x", "c", "One account at a time", "/image inbound distrust a because x"),
    ('inbound "trust", c', "c", "One account at a time", '/image inbound "trust"'),
    ("inbound trust SOURCE because x", "SOURCE", "in place of", "/image inbound trust data-team because x"),
    ("inbound trust 012 because x", "012", "not an account id", "/image inbound trust … because x"),
    ("inbound from c", "from c", "means nothing after `inbound`", "/image inbound"),
    ("drift base", "base", "takes nothing else", "/image drift"),
]


@pytest.mark.parametrize(
    ("text", "word", "said", "suggestion"),
    [
        *MISSING,
        *SLIPS,
        *WRONG_NAMES,
        *LISTS,
        *ENDS,
        *LATER,
        *((f"share base with {a}", word, said, f"/image share base with {b}") for a, word, said, b in NUMBERS),
    ],
)
def test_what_is_wrong_and_what_to_type(text: str, word: str, said: str, suggestion: str) -> None:
    answer = parse(text)
    assert isinstance(answer, Misread), answer
    assert (answer.word, answer.suggestion) == (word, suggestion)
    assert said in answer.sentence
    assert "!" not in answer.sentence
    assert word in answer.typed


def test_names_that_exist_stand_in_where_nothing_was_typed() -> None:
    answer = parse("unshare", Names("gpu train", "partner-lab"))
    assert isinstance(answer, Misread)
    assert answer.suggestion == '/image unshare "gpu train" from partner-lab because …'


def test_what_was_typed_is_quoted_raw() -> None:
    answer = parse("share &lt;b&gt; wiht <@U0LIN|lin> &amp; c")
    assert isinstance(answer, Misread)
    assert answer.typed == "share <b> wiht @lin & c"


def test_a_sentence_quotes_on_one_line_and_in_short() -> None:
    answer = parse("share `a\n`b with c and " + "`" + "x" * 500)
    assert isinstance(answer, Misread)
    assert answer.sentence.count("`") % 2 == 0
    assert "\n" not in answer.sentence
    assert len(answer.sentence) < 300


def test_ten_images_are_taken_and_the_eleventh_is_not() -> None:
    ten = [f"i{n}" for n in range(10)]
    assert parse(f"share {' '.join(ten)} with c") == Share(tuple(ten), ("c",), (), "")
    answer = parse(f"share {' '.join(ten)} more i1 with c because x")
    assert isinstance(answer, Misread)
    assert answer.word == "more"
    assert answer.suggestion == f"/image share {', '.join(ten)} with c because x"


def test_five_hundred_accounts_are_taken_and_one_more_is_not() -> None:
    names = [chr(0x4E00 + n) for n in range(501)]  # one character each, to fit
    taken = parse(f"share i with {' '.join(names[:500])}")
    assert isinstance(taken, Share)
    assert len(taken.targets) == 500
    answer = parse(f"share i with {' '.join(names)}")
    assert isinstance(answer, Misread)
    assert answer.word == names[500]
    assert "at most 500 accounts" in answer.sentence


@pytest.mark.parametrize(
    "text", [TAIL + " because " + "x" * 3000, "x" * 3001, "<" * 20_000, "<@U0|" + "x" * 20_000 + ">"]
)
def test_a_text_that_is_too_long_is_not_read(text: str) -> None:
    answer = parse(text)
    assert isinstance(answer, Misread)
    assert "at most 3,000 characters" in answer.sentence
    assert len(answer.typed) <= 3000


def test_a_text_that_is_too_long_is_not_read_in_part() -> None:
    answer = parse("share a with <!date^" + "x" * 14_970 + "|b>" + ", c" * 20)
    assert isinstance(answer, Misread)
    assert "at most 3,000 characters" in answer.sentence


def test_three_thousand_characters_are_read_whatever_slack_makes_of_them() -> None:
    reason = "&" * (3000 - len(TAIL) - len(" because "))
    taken = parse(f"{TAIL} because {reason.replace('&', '&amp;')}")
    assert taken == Share(("base",), ("data-team",), (), reason)
