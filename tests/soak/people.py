"""People who ask for anything, look at anything, and press whatever button they see."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

from bot.sandbox import company
from tests.e2e.person import PersonAt, Seen
from tests.soak.stage import ACCOUNTS, IMAGES, SCRATCH

ASKERS = ("U0MEI", "U0WEI", "U0LIN")
DECIDERS = ("U0LIN", "U0OMAR", "U0SARA")
LOOKERS = ("U0WEI", "U0GUS")

_RECORDED = re.compile(r"#(\d+) recorded|已记录 #(\d+)")
_NEWEST = 25  # cards among which somebody looks for something to press
_LIKELY = {
    "Approve": 20,
    "Deny": 1,
    "Cancel": 1,
    "Retry": 8,
    "End now": 1,
    "Ask again": 1,
    "Extend": 1,
    "Adopt": 4,
    "Revoke": 4,
    "Share again": 4,
    "Close": 4,
}
_FILLED = {
    "Deny": {"Why": "not now"},
    "Adopt": {"Why": "it was agreed"},
    "Extend": {"Why": "it goes on", "For how long": "30 days"},
}
"""What is filled in where a button opens a form."""
_LOOKS = (
    "list",
    "list shared",
    "list base",
    "show base-nightly",
    "requests",
    "requests mine",
    "requests 3",
    "drift",
    "inbound",
    "inbound golden-images",
    "account",
    "help",
    "shaer base-nightly",
    "",
)


class Asks:
    """Types a command, again and again until it is acked, then the next.

    :ivar acked: the numbers of the requests that were recorded
    :ivar rests: asks for nothing
    """

    def __init__(self, person: PersonAt, dice: random.Random, *, number: int) -> None:
        self._person = person
        self._dice = dice
        self._left = number
        self._text = ""
        self.acked: list[int] = []
        self.rests = False

    def __call__(self) -> None:
        if not self._left or self.rests:
            return
        self._text = self._text or self._anything()
        shown = self._person.types(f"/image {self._text} because of the soak") or ""
        if recorded := [int(one or other) for one, other in _RECORDED.findall(shown)]:
            self.acked += recorded
            self._left, self._text = self._left - 1, ""

    @property
    def has_all(self) -> bool:
        return not self._left

    def _anything(self) -> str:
        dice = self._dice
        image, accounts = dice.choice(list(IMAGES)), " ".join(dice.sample(ACCOUNTS, dice.randint(1, 2)))
        regions = dice.choice(("", "", f" in {company.REGIONS[1]}", f" in {' '.join(company.REGIONS)}"))
        return dice.choices(
            [
                f"share {image} with {accounts}{regions}{dice.choice(('', ' for 1min', ' for 7d'))}",
                f"unshare {image} from {accounts}",
                f"unshare {image} from all",
                f"share {image} with lighthouse{dice.choice(('', ' for 1min'))}",
                f"unshare {image} from lighthouse",
                f"delete {dice.choice(list(SCRATCH))}",
                f"inbound {dice.choice(('trust', 'distrust'))} golden-images",
            ],
            [60, 20, 5, 12, 6, 8, 4],
        )[0]


class Looks:
    """Reads lists and pages, opens the Home tab, and cares for nothing.

    :ivar rests: looks at nothing
    """

    def __init__(self, person: PersonAt, dice: random.Random) -> None:
        self._person = person
        self._dice = dice
        self.rests = False

    def __call__(self) -> None:
        if self.rests:
            return
        if self._dice.random() < 0.2:
            self._goes_home()
        else:
            self._person.types(f"/image {self._dice.choice(_LOOKS)}".rstrip())

    def _goes_home(self) -> None:
        try:
            home = self._person.opens_home(within=1.0)
        except AssertionError:
            return  # nobody is there to draw it
        if buttons := [label for label in self._person.buttons(home) if label not in _LIKELY]:
            self._person.presses(self._dice.choice(buttons), on=home)


class Presses:
    """Presses a button of one of the newest cards that have any.

    :ivar only_agrees: from now on, approve whatever waits for a word, and nothing else
    :ivar rests: presses nothing
    """

    def __init__(self, person: PersonAt, dice: random.Random) -> None:
        self._person = person
        self._dice = dice
        self.only_agrees = False
        self.rests = False

    def __call__(self) -> None:
        if self.rests:
            return
        cards = [card for card in self._person.messages() if self._known(card)]
        if not cards:
            return
        card = self._dice.choice(cards if self.only_agrees else cards[:_NEWEST])
        labels = self._known(card)
        if not labels:
            return  # just now it is to agree alone
        label = self._dice.choices(labels, [_LIKELY[one] for one in labels])[0]
        if self._person.presses(label, on=card) is None and label in _FILLED:
            self._fills_in(_FILLED[label])

    def _known(self, card: Seen) -> list[str]:
        labels = [label for label in self._person.buttons(card) if label in _LIKELY]
        return [label for label in labels if label == "Approve"] if self.only_agrees else labels

    def _fills_in(self, values: Mapping[str, str | list[str]]) -> None:
        try:
            form = self._person.modal(within=2.0)
        except AssertionError:
            return  # Slack did not open it: that is one of the faults
        labels = {block["label"]["text"] for block in form["blocks"] if block["type"] == "input"}
        if labels >= set(values):  # else it is another form, of a press before
            self._person.fills_and_submits(form, values)
