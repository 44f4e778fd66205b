"""Gathers what the checks judge by: asks the cloud, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from approvals.cloud import Cloud, Image, ImageKind
from approvals.model import Request
from approvals.policy import Policy
from approvals.trust import Facts


def gather(cloud: Cloud, policy: Policy, request: Request, *, home: str) -> Facts:
    """Ask the cloud for everything that ``trust.judge`` needs about a request.

    :param home: our root account
    :raises CloudError: the cloud could not be asked
    """
    regions = policy.home.regions
    if request.image is not None:  # known since the first check: judge that very image again
        found = cloud.images_by_id(request.image.region, [request.image.image_id])
    else:
        found = find(cloud, regions, request.image_ref)
    facts = Facts(
        action=request.action,
        image_ref=request.image_ref,
        region=request.region,
        targets=request.targets,
        reason=request.reason,
        home=home,
        found=tuple(found),
    )
    image = facts.image
    if image is None or image.kind != ImageKind.PRIVATE:
        return facts
    return replace(facts, shared_with=cloud.shared_with(image.region, image.image_id))


def find(cloud: Cloud, regions: Iterable[str], image_ref: str) -> list[Image]:
    """Every image of that id or exact name, in all the regions.

    :raises CloudError: the cloud could not be asked
    """
    if image_ref.startswith("img-"):
        found = [image for region in regions for image in cloud.images_by_id(region, [image_ref])]
        if found:
            return found
    return [image for region in regions for image in cloud.images_by_name(region, image_ref)]
