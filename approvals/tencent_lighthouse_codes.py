"""The error codes of Lighthouse's actions, and what each means for us; see ``tencent_codes`` for those of CVM.

Listed are the codes that the vendor's SDKs give for DescribeBlueprints, DescribeBlueprintsShareAcrossAccountInfos,
ShareBlueprintAcrossAccounts, CancelShareBlueprintAcrossAccounts, DescribeImagesToShare and Lighthouse's own
ModifyImageSharePermission.
"""

from __future__ import annotations

from collections.abc import Mapping

NO_SUCH_BLUEPRINT = frozenset(
    {
        "InvalidParameterValue.BlueprintIdMalformed",
        "InvalidParameterValue.InvalidBlueprintId",
        "ResourceNotFound.BlueprintIdNotFound",
        "ResourceNotFound.BlueprintNotFound",
    }
)
"""Codes that say of an id that no Lighthouse image has it."""

NO_READ_BACK = frozenset({"UnsupportedOperation.OperationNotSupportedInIntlSite", "InvalidAction", "ActionOffline"})
"""Codes by which a site says that it doesn't tell who has an image."""

_ROLE = (
    "An admin opens the Lighthouse console, Images, once, and lets Lighthouse create its service role; then ask again."
)
_ROOT_ID = "Ask them for the root account id: in their console, top right, Account Information."
_STATE = "Look in the Lighthouse console how the image stands: only one in state NORMAL can be shared."
_REGION = "Name a region in which Lighthouse is offered."
_CHECK_ID = "Check the id and the region: a Lighthouse image is known in its own region only."

ACCOUNT_REFUSED: Mapping[str, str] = {
    "InvalidParameterValue.AccountIdInvalidAccountArea": (
        "The account belongs to the vendor's other site, and Lighthouse images can't cross between the two."
    ),
    "InvalidParameterValue.AccountIdSameWithUin": "Leave this account out: the image is its own.",
    "InvalidParameterValue.AccountIdsNotExist": f"There is no such account on this site. {_ROOT_ID}",
    "InvalidParameterValue.AccountIdsNotOwnerAccount": f"This is a sub-account. {_ROOT_ID}",
    "UnsupportedOperation.BlueprintAlreadyShared": "The account has the image already, as far as the cloud knows.",
    "UnsupportedOperation.BlueprintHasNotShared": "The account doesn't have the image, as far as the cloud knows.",
}

IMAGE_REFUSED: Mapping[str, str] = {
    **dict.fromkeys(sorted(NO_SUCH_BLUEPRINT), _CHECK_ID),
    "AuthFailure.InvalidRegion": _REGION,
    "FailedOperation.ShareBlueprintAcrossAccountFailed": "Try it in the Lighthouse console: the cloud gives no reason.",
    "InvalidParameterValue.InvalidBlueprintState": _STATE,
    "InvalidParameterValue.InvalidImageIdMalformed": _CHECK_ID,
    "InvalidParameterValue.RegionNotFound": _REGION,
    "InvalidParameterValue.RegionNotSupported": _REGION,
    "InvalidParameterValue.RegionUnavailable": _REGION,
    "InvalidParameterValue.UnavailableRegion": _REGION,
    "LimitExceeded.ShareBlueprintAcrossAccountQuotaLimitExceeded": (
        "Take the image back from accounts that no longer need it: it has no share left to give."
    ),
    "ResourceNotFound.ImageIdNotFound": _CHECK_ID,
    "ResourceNotFound.PrivateBlueprintNotFound": "Name a Lighthouse image that you made: others are not ours to share.",
    "UnsupportedOperation.BlueprintCurStateInvalid": _STATE,
    "UnsupportedOperation.BlueprintTypeNotSupportOperation": "Share a Lighthouse image that you made.",
    "UnsupportedOperation.ImageAlreadyShared": "Lighthouse has the image already, as far as the cloud knows.",
    "UnsupportedOperation.ImageUnableToShare": "Look at the conditions under docs/checks.md, and make another image.",
    "UnsupportedOperation.NotSupportSharedBlueprint": "Ask the account that owns the image to share it with them.",
    "UnsupportedOperation.OperationNotSupportedInIntlSite": "The vendor's international site doesn't do this.",
}

ROLE_REFUSED: Mapping[str, str] = dict.fromkeys(
    (
        "ResourceNotFound.RoleNotFound",
        "UnsupportedOperation.AssumeRoleFailed",
        "UnsupportedOperation.ServiceRoleNotExist",
    ),
    _ROLE,
)

SIZE_REFUSED = ("InvalidParameterValue.LimitExceeded",)

AUTH_FAILED: Mapping[str, str] = {
    "AuthFailure.InvalidHeaderUin": "Give Imagewarden a valid secret id and secret key of the home account.",
    "UnauthorizedOperation.CertificationNeedUpgrade": "Verify the account's identity in the console.",
    "UnauthorizedOperation.NoPermission": "Allow this action of Lighthouse to Imagewarden's user in CAM, on `*`.",
    "UnauthorizedOperation.NotCertification": "Verify the account's identity in the console.",
    "UnauthorizedOperation.TokenInvalid": "Give Imagewarden a fresh session token, or permanent keys.",
}

# Busy with another task: the call was not begun.
UNAVAILABLE = (
    "OperationDenied.BlueprintOperationInProgress",
    "ResourceInUse.BlueprintModifyingSharePermission",
    "ResourceInUse.ImageInUse",
    "ResourceUnavailable.BlueprintInvalid",
    "ResourceUnavailable.BlueprintUnavailable",
    "UnsupportedOperation.BlueprintLatestOperationUnfinished",
    "UnsupportedOperation.BlueprintOccupied",
    "UnsupportedOperation.ImageOccupied",
    "UnsupportedOperation.LatestOperationUnfinished",
    "UnsupportedOperation.SystemBusy",
)

# Said without a reason: some of it may have been done.
UNKNOWN = (
    "FailedOperation.DescribeBlueprintsFailed",
    "FailedOperation.DescribeImagesFailed",
    "FailedOperation.ImageOperationFailed",
    "FailedOperation.RequestError",
    "InternalError.InvalidActionNotFound",
    "InternalError.RequestError",
)

MALFORMED_CALL = (
    "InvalidParameter.Conflict",
    "InvalidParameter.ConflictParameter",
    "InvalidParameter.FilterValueLimitExceeded",
    "InvalidParameter.InvalidFilter",
    "InvalidParameter.InvalidFilterInvalidKey",
    "InvalidParameter.InvalidFilterInvalidNameNotStr",
    "InvalidParameter.InvalidFilterInvalidValuesNotList",
    "InvalidParameter.InvalidFilterName",
    "InvalidParameter.InvalidFilterNotDict",
    "InvalidParameter.InvalidFilterNotSupportedName",
    "InvalidParameter.ParameterConflict",
    "InvalidParameterValue.BlueprintId",
    "InvalidParameterValue.DuplicateParameterValue",
    "InvalidParameterValue.Duplicated",
    "InvalidParameterValue.InvalidBlueprintPlatformType",
    "InvalidParameterValue.InvalidBlueprintType",
    "InvalidParameterValue.Length",
    "InvalidParameterValue.Negative",
    "InvalidParameterValue.OutOfRange",
)
