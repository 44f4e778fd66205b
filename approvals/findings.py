"""Every result that a check can have, as data: its weight, whether the policy may say otherwise, where it is from.

``docs/checks.md`` lists the same for people. The sentences that name the image and the account are in the checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from approvals.model import Finding, Level

_IMAGE_PAGE = "Image (data type of the CVM API)"
_SHARE_API = "ModifyImageSharePermission (CVM API)"
_SHARE_GUIDE = "Sharing a Custom Image"
_COPY_API = "SyncImages (CVM API)"
_LIGHTHOUSE_API = "ModifyImageSharePermission (Lighthouse API)"
_BLUEPRINT_API = "ShareBlueprintAcrossAccounts (Lighthouse API)"
_DELETE_API = "DeleteImages (CVM API)"
_POLICY = "your policy"
_US = "Imagewarden"


@dataclass(frozen=True, slots=True)
class Code:
    """One result that a check can have.

    :ivar level: its level, unless the policy says otherwise
    :ivar fixed: why the policy can't say otherwise; empty where it can, under ``[rules.findings]``
    :ivar meaning: when it is found
    :ivar source: the page that it follows from: one of the vendor's, else the policy or ourselves
    """

    code: str
    level: Level
    meaning: str
    source: str
    fixed: str = ""


_LIMIT = "it is a limit of the cloud, which refuses it whatever the policy says"
_UNCLEAR = "there is nothing to share before it is settled"
_PEOPLE = "without it nobody could decide"

_ALL = (
    # Which image
    Code("image_not_found", Level.BLOCK, "There is no image of that id or name.", _US, _UNCLEAR),
    Code("image_ambiguous", Level.BLOCK, "Several images have the name.", _US, _UNCLEAR),
    # In which regions
    Code(
        "region_unknown",
        Level.BLOCK,
        "A region is asked for that is not among [home] regions.",
        _POLICY,
        "add the region under [home] instead",
    ),
    Code(
        "region_quota_used_up",
        Level.BLOCK,
        "A copy is needed in a region that has as many images as it may have.",
        _COPY_API,
        _LIMIT,
    ),
    Code(
        "copy_needed",
        Level.NOTE,
        "The image is copied to another region first, since a share stays in the image's region.",
        _COPY_API,
    ),
    Code("copy_under_way", Level.NOTE, "A copy of ours to that region is being made for another request.", _US),
    Code("copy_used", Level.NOTE, "A copy of the image that we made is in that region already, and is shared.", _US),
    # Whether it can be shared at all
    Code(
        "image_shared_with_us",
        Level.BLOCK,
        "Somebody else shared the image with us, and only its owner can share or delete it.",
        _SHARE_GUIDE,
        _LIMIT,
    ),
    Code("image_public", Level.BLOCK, "The image is a public one of the vendor.", _SHARE_GUIDE, _LIMIT),
    Code("image_not_ours", Level.BLOCK, "The image is no custom image of our account.", _SHARE_API, _LIMIT),
    Code("image_not_ready", Level.BLOCK, "The image is in another state than NORMAL.", _SHARE_API, _LIMIT),
    Code("image_byol", Level.BLOCK, "The image's licence was brought by its owner (BYOL).", _SHARE_API, _LIMIT),
    Code("image_whole_machine", Level.BLOCK, "The image holds data disks too.", _SHARE_API, _LIMIT),
    # What is in it, and who made it
    Code(
        "image_imported",
        Level.WARN,
        "The image was imported from outside (ImageSource is EXTERNAL_IMPORT).",
        _IMAGE_PAGE,
    ),
    Code(
        "image_creator_foreign",
        Level.WARN,
        "The image's ImageCreator is neither our account nor one of [home] creators.",
        _IMAGE_PAGE,
    ),
    Code(
        "image_from_shared",
        Level.WARN,
        "By its lineage tag the image was made from one that another account shared with us, "
        "which the policy doesn't trust as a source.",
        _SHARE_GUIDE,
    ),
    Code(
        "image_origin_unknown",
        Level.NOTE,
        "The image's lineage tag names an image that isn't there, or nothing that could be one.",
        _POLICY,
    ),
    Code("image_deprecated", Level.NOTE, "The image is marked as deprecated (ImageDeprecated).", _IMAGE_PAGE),
    # With whom
    Code("target_is_home", Level.BLOCK, "The account is our own.", _SHARE_API, _LIMIT),
    Code(
        "target_unknown",
        Level.WARN,
        "The policy doesn't trust the account as a target.",
        _POLICY,
        "set unknown_target under [rules] instead",
    ),
    Code(
        "target_not_for_image",
        Level.WARN,
        "The policy trusts the account as a target, but for other images.",
        _POLICY,
    ),
    Code("many_targets", Level.WARN, "More accounts get the image at once than [rules] many_targets.", _POLICY),
    Code("first_share", Level.NOTE, "Imagewarden never shared any image with the account before.", _US),
    # The shares
    Code(
        "nothing_to_do",
        Level.BLOCK,
        "It is so already: every account has the image, or to take back, none has it.",
        _US,
        "there is nothing to do",
    ),
    Code("shares_used_up", Level.BLOCK, "The image would be shared with more than 500 accounts.", _SHARE_API, _LIMIT),
    Code("shares_used", Level.NOTE, "How many of the 500 shares are used.", _SHARE_API),
    Code("shared_already", Level.NOTE, "Some of the accounts have the image already.", _US),
    Code("not_shared", Level.NOTE, "Some of the accounts don't have the image.", _US),
    Code(
        "shared_elsewhere",
        Level.NOTE,
        "Who is to lose the image has it, or our copy of it, in a region that isn't named, by the record.",
        _US,
    ),
    # Deletion
    Code(
        "deletion_is_final",
        Level.WARN,
        "An image is to be deleted, which can't be undone.",
        _DELETE_API,
        "an image is deleted with a guardian's word only",
    ),
    Code(
        "copy_in_the_way",
        Level.BLOCK,
        "A copy of the image is being made.",
        _DELETE_API,
        _LIMIT,
    ),
    Code(
        "copy_missing",
        Level.BLOCK,
        "The image, or the copy that is to be deleted, isn't in a region that is named.",
        _US,
        _UNCLEAR,
    ),
    Code("shares_cancelled", Level.NOTE, "Who has the image that is to be deleted.", _DELETE_API),
    Code("snapshots_kept", Level.NOTE, "The image's snapshots stay when it is deleted.", _DELETE_API),
    Code("snapshots_deleted", Level.NOTE, "The image's snapshots are deleted with it.", _DELETE_API),
    # Lighthouse
    Code(
        "lighthouse_off",
        Level.BLOCK,
        "Lighthouse is meant, and isn't switched on in the policy.",
        _POLICY,
        "set lighthouse = true under [home] instead",
    ),
    Code(
        "lighthouse_itself",
        Level.BLOCK,
        "An image of Lighthouse is to be shared with Lighthouse.",
        _LIGHTHOUSE_API,
        _UNCLEAR,
    ),
    Code(
        "lighthouse_unlisted",
        Level.BLOCK,
        "Lighthouse doesn't list the image among those that it could take.",
        _LIGHTHOUSE_API,
        _LIMIT,
    ),
    Code(
        "lighthouse_imported",
        Level.BLOCK,
        "The image was imported from outside, and is to be shared with Lighthouse.",
        _LIGHTHOUSE_API,
        _LIMIT,
    ),
    Code(
        "lighthouse_whole_machine",
        Level.BLOCK,
        "The image holds data disks too, and is to be shared with Lighthouse.",
        _LIGHTHOUSE_API,
        _LIMIT,
    ),
    Code(
        "lighthouse_no_cloud_init",
        Level.BLOCK,
        "The image has no cloud-init, and is to be shared with Lighthouse.",
        _LIGHTHOUSE_API,
        _LIMIT,
    ),
    Code(
        "lighthouse_state",
        Level.BLOCK,
        "The image is in another state than NORMAL, and is to be shared with Lighthouse.",
        _LIGHTHOUSE_API,
        _LIMIT,
    ),
    Code(
        "lighthouse_platform",
        Level.BLOCK,
        "Lighthouse doesn't take the image, for its operating system or another reason that it gives.",
        _LIGHTHOUSE_API,
        _LIMIT,
    ),
    Code(
        "lighthouse_role_missing",
        Level.BLOCK,
        "The account never let Lighthouse look at CVM's images.",
        _LIGHTHOUSE_API,
        _LIMIT,
    ),
    Code(
        "lighthouse_elsewhere",
        Level.BLOCK,
        "An image of Lighthouse is asked for in another region than its own.",
        _BLUEPRINT_API,
        _LIMIT,
    ),
    Code(
        "lighthouse_untold",
        Level.BLOCK,
        "An image of Lighthouse is to be taken back from everybody on the international site.",
        _BLUEPRINT_API,
        _LIMIT,
    ),
    Code(
        "lighthouse_deletion",
        Level.BLOCK,
        "An image of Lighthouse is to be deleted.",
        _US,
        "only images of CVM are deleted",
    ),
    Code(
        "lighthouse_unverified",
        Level.NOTE,
        "On the international site nobody can see who has an image of Lighthouse.",
        _BLUEPRINT_API,
    ),
    # Accounts that share images with us
    Code("source_is_home", Level.BLOCK, "Our own account is to be trusted as a source, or not.", _US, _UNCLEAR),
    Code(
        "source_unchecked",
        Level.WARN,
        "An account that shares images with us is to be trusted as a source.",
        _SHARE_GUIDE,
        "the guardians decide about it alone",
    ),
    Code(
        "source_dropped",
        Level.WARN,
        "An account that shares images with us is to be trusted no longer.",
        _SHARE_GUIDE,
        "the guardians decide about it alone",
    ),
    # What is asked
    Code("share_endless", Level.NOTE, "The share has no end; the vendor's API knows none.", _SHARE_API),
    Code(
        "share_long",
        Level.BLOCK,
        "The share would last longer than [rules] max_days, or than ten years.",
        _POLICY,
        "set max_days under [rules] instead",
    ),
    Code("share_limited", Level.NOTE, "No end was asked for: it is the longest of [rules] max_days.", _POLICY),
    Code("share_over", Level.BLOCK, "The share would end before it began.", _US, _UNCLEAR),
    Code("share_extended", Level.NOTE, "Some of the accounts have the image already, for less long.", _US),
    Code("reason_missing", Level.NOTE, "No reason was given.", _US),
    Code(
        "share_is_not_recall",
        Level.NOTE,
        "A receiver can start instances from the image and copy it; taking it back undoes neither.",
        _COPY_API,
    ),
    Code(
        "unshare_is_not_recall",
        Level.NOTE,
        "Instances that the receiver started go on, and its copies stay.",
        _COPY_API,
    ),
    # Who asks and who decides
    Code("requester_may_not_ask", Level.BLOCK, "A guest, a bot or a stranger asked.", _US, _PEOPLE),
    Code("nobody_can_decide", Level.BLOCK, "Too few people could agree.", _US, _PEOPLE),
    Code(
        "approval_void",
        Level.BLOCK,
        "Right before it is done: who approved may not decide any more, or more must agree by the policy of now.",
        _POLICY,
        "nothing is shared or deleted without the word of those who may give it",
    ),
    Code("owner_unknown", Level.NOTE, "The policy or the owner tag names somebody whom Slack doesn't know.", _POLICY),
    Code(
        "cloud_refused", Level.BLOCK, "The cloud refused to tell what must be known.", "Error Codes (CVM API)", _LIMIT
    ),
)

CATALOGUE: Mapping[str, Code] = {one.code: one for one in _ALL}


def found(code: str, text: str, remedy: str, *, about: str = "") -> Finding:
    """A finding at the level of its code.

    :param about: see ``Finding.about``
    """
    return Finding(code, CATALOGUE[code].level, text, remedy, about)
