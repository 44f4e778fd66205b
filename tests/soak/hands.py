"""Somebody who shares and takes back by hand, past the bot."""

from __future__ import annotations

import random

from tests.soak.stage import EXISTING, IMAGES, Stage

_SELDOM = 0.03  # of all times that there was an occasion


class Hands:
    """
    :ivar rests: touches nothing
    """

    def __init__(self, stage: Stage, dice: random.Random) -> None:
        self._cloud = stage.cloud.state
        self._dice = dice
        self.rests = False

    def __call__(self) -> None:
        image_id, account = self._dice.choice(list(IMAGES.values())), self._dice.choice(EXISTING)
        if self.rests or self._dice.random() > _SELDOM or image_id not in self._cloud.images:
            return
        has = account in self._cloud.shares(image_id)
        (self._cloud.unshare if has else self._cloud.share)(image_id, [account])
