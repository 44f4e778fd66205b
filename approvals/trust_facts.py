"""What the checks judge by: what was asked, and what the cloud and the ledger said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from approvals.cloud import Image, ImageKind, LighthouseView
from approvals.model import Action, Affected, Deletion, Finding, Target
from approvals.trust_regions import Place


@dataclass(frozen=True)
class Facts:
    """What was asked, and what the cloud and the ledger said about it.

    :ivar regions: those asked for; none: the image's own
    :ivar home: our root account
    :ivar found: every image that the words could mean, in any region of the policy
    :ivar shared_with: who has the image; None where it isn't ours or isn't known
    :ivar origin: the image that the lineage tag of the image names; None where there is none
    :ivar shared_before: those of the targets with which we ever shared any image, by the ledger
    :ivar places: how it stands in other regions than the image's
    :ivar everyone: whoever has the image is meant, and is the targets
    :ivar snapshots: they are to be deleted with the image
    :ivar refusal: why Lighthouse can't look at the image, where it was asked and can't
    :ivar uses_lighthouse: whether the policy has Lighthouse switched on
    :ivar lighthouse: what Lighthouse says of the image, where it is to be offered
    :ivar sources: the guardians' last word on accounts that share images with us
    :ivar until: when the share would end, if it were approved now
    :ivar lasts: how long that is from now
    :ivar limited: the end is the policy's, since none was asked for
    :ivar lasting: until when an account keeps the image in a region by the ledger, None where that has no end
    :ivar staying: who has the image or our copy of it, by region, where nothing is to be taken back, by the ledger
    :ivar deletion: by which request an image of that name or id was deleted, where none is there
    """

    action: Action
    image_ref: str
    regions: tuple[str, ...]
    targets: tuple[Target, ...]
    reason: str
    home: str
    found: tuple[Image, ...]
    shared_with: Mapping[str, datetime | None] | None = None
    origin: Image | None = None
    shared_before: frozenset[str] = frozenset()
    places: tuple[Place, ...] = ()
    everyone: bool = False
    snapshots: bool = False
    refusal: Finding | None = None
    deletion: Deletion | None = None
    uses_lighthouse: bool = False
    lighthouse: LighthouseView | None = None
    sources: Mapping[str, bool] = field(default_factory=dict)
    until: datetime | None = None
    lasts: timedelta | None = None
    limited: bool = False
    lasting: Mapping[tuple[str, str], datetime | None] = field(default_factory=dict)
    staying: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def candidates(self) -> tuple[Image, ...]:
        """Those that can be meant. Our own come before others of the same name, which anybody could choose.

        One that is in a region asked for comes before those that would have to be copied there.
        """
        ours = tuple(image for image in self.found if image.kind == ImageKind.PRIVATE)
        return self._asked_for(ours) or ours or self._asked_for(self.found) or self.found

    def _asked_for(self, images: tuple[Image, ...]) -> tuple[Image, ...]:
        return tuple(image for image in images if not self.regions or image.region in self.regions)

    @cached_property
    def image(self) -> Image | None:
        """The one image that is meant, where there is just one."""
        return self.candidates[0] if len(self.candidates) == 1 else None

    @property
    def wanted_regions(self) -> tuple[str, ...]:
        """The regions in which it is to be shared; none where it isn't known which image is meant."""
        return self.regions or ((self.image.region,) if self.image else ())

    @property
    def image_ids(self) -> dict[str, str]:
        """The image that can be shared in each region, where there is one."""
        own = {self.image.region: self.image.image_id} if self.image else {}
        return own | {place.region: place.copy.image_id for place in self.places if place.copy}

    @property
    def affected(self) -> tuple[Affected, ...]:
        """Who loses the image and where, where no account is named, and the images that would be deleted: the copies
        first, so that as long as anything is left the image is there to find it by."""
        if not self.everyone or self.shared_with is None:
            return ()
        has, ids = self.has, self.image_ids
        there = [region for region in self.wanted_regions if region in ids]
        losing = [
            Affected(target, region, "") for region in there for target in self.targets if target.account in has[region]
        ]
        if self.action is not Action.DELETE:
            return tuple(losing)
        own = self.image.region if self.image else ""
        images = [Affected(Target(""), region, ids[region]) for region in sorted(there, key=lambda one: one == own)]
        return (*losing, *images)

    @property
    def has(self) -> dict[str, Mapping[str, datetime | None]]:
        """Who has the image, or our copy of it, by region."""
        own = {self.image.region: self.shared_with or {}} if self.image else {}
        return own | {place.region: place.shared_with for place in self.places}

    @property
    def elsewhere(self) -> tuple[Place, ...]:
        """How it stands in those of them that aren't the image's own."""
        return tuple(place for place in self.places if place.region in self.wanted_regions)
