"""Somebody who shares, takes back and deletes by hand, past the bot."""

from __future__ import annotations

import random

from tests.soak.stage import EXISTING, IMAGES, SCRATCH, Stage

_SELDOM = 0.03  # of all times that there was an occasion
_FOR_GOOD = 0.2  # of all times that it is about an image that may be deleted


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
        may_go = image_id in SCRATCH.values() and not self._cloud.lighthouse.has(image_id)
        if may_go and self._dice.random() < _FOR_GOOD:
            self._cloud.unshare(image_id, list(self._cloud.shares(image_id)))
            self._cloud.delete_image(image_id, with_snapshots=False)
            return
        has = account in self._cloud.shares(image_id)
        (self._cloud.unshare if has else self._cloud.share)(image_id, [account])
