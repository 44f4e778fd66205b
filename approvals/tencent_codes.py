"""The vendor's error codes, and what each means for us: which error, what it is about, and what a person can do.

Listed are the codes that the vendor's SDKs give for DescribeImages, DescribeImageSharePermission,
ModifyImageSharePermission, SyncImages, DescribeImageQuota and DeleteImages (CVM), everything that STS declares, and the
codes that any action may answer with ("Error Codes" in the CVM reference). A code that is not here means nothing to us,
so its outcome is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from approvals import tencent_lighthouse_codes as lighthouse
from approvals.errors import About, AuthFailed, CloudError, OutcomeUnknown, Refused, Throttled, Unavailable
from approvals.sentences import say
from approvals.texts import sentence

NO_SUCH_IMAGE = frozenset({"InvalidImageId.NotFound", "InvalidImageId.Malformed"})
"""Codes that say of an id that no image has it."""

WOULD_SUCCEED = "DryRunOperation"
"""The code of a dry run that went well; where none was asked for, it is an error like others."""

_ROOT_ID = "Ask them for the root account id: in their console, top right, Account Information."
_OWN_ID = "Leave this account out: the image is its own."
_IMAGE_ID = "Check the image id and the region: an image is known in its own region only."
_QUOTA = "Take the image back from accounts that no longer need it: at most 500 can have it."
_REGION = "Name a region that the account uses: the regions under [home] in the policy are those asked."
_DESTINATION = "Name another region: images can't be copied from this one to that one."
_KEYS = "Give Imagewarden a valid secret id and secret key of the home account."
_TOKEN = "Give Imagewarden a fresh session token, or permanent keys."  # noqa: S105  a sentence
_GRANT = "Allow this action to Imagewarden's user or role in CAM, on the resource `*` or on `image/*`."
_MFA = "Let Imagewarden's user act without a second factor: a program can't give one."
_ADDRESS = "Let this machine's address through in the access rules of the key."
_ROLE = "Check in CAM that the role exists and that Imagewarden may take it on."
_UPDATE = "Update Imagewarden: it speaks to the cloud in a way that the cloud does not take."

_ACCOUNT_REFUSED = {
    "FailedOperation.AccountAlreadyExists": "The account has the image already, as far as the cloud knows.",
    "FailedOperation.AccountIsYourSelf": _OWN_ID,
    "FailedOperation.NotMasterAccount": f"This is a sub-account. {_ROOT_ID}",
    "InvalidAccountId.NotFound": f"There is no such account on this site. {_ROOT_ID}",
    "InvalidAccountIs.YourSelf": _OWN_ID,
    "InvalidParameterValue.InvalidAppIdFormat": f"An AppId is not an account id. {_ROOT_ID}",
}

_IMAGE_REFUSED = {
    "FailedOperation.BYOLImageShareFailed": "An image under a licence of your own can't be shared: make one without.",
    "InvalidImageId.InShared": "Take the image back from everybody first, Lighthouse too: a shared one can't go.",
    "InvalidImageId.IncorrectState": "Look in the console how the image stands: in this state it can't be done.",
    "InvalidImageId.Malformed": _IMAGE_ID,
    "InvalidImageId.NotFound": _IMAGE_ID,
    "InvalidImageId.TooLarge": "Make a smaller image: one of this size can't be copied.",
    "InvalidParameter.InstanceImageNotSupport": "Make an image of the system disk alone: one with data disks can't be.",
    "InvalidParameterValue.InvalidImageId": "Choose another image: the cloud does not allow it with this one.",
    "InvalidParameterValue.InvalidImageIdIsShared": "Leave it to the account that owns the image: it is not ours.",
    "UnauthorizedOperation.ImageNotBelongToAccount": "Ask the account that owns the image to share it with them.",
    "UnsupportedOperation.EncryptedImagesNotSupported": "Make an image that is not encrypted: others can't be shared.",
    "UnsupportedOperation.LocationImageNotSupported": "Share an image of a region: those of edge zones can't be.",
    "UnsupportedOperation.SyncEncryptImageNotSupport": "Make an image that is not encrypted: others can't be copied.",
    # Not about the image, but neither would any part of the call go through.
    "ImageQuotaLimitExceeded": "Delete images that nobody needs in that region, or raise its quota in the console.",
    "InvalidParameterValue.InvalidRegion": _DESTINATION,
    "InvalidRegion.NotFound": _REGION,
    "InvalidRegion.Unavailable": _DESTINATION,
    "UnsupportedOperation.Region": _DESTINATION,
    "UnsupportedRegion": _REGION,
}

_NAME_REFUSED = {"InvalidImageName.Duplicate": "Delete or rename the image of that name there."}

_SIZE_REFUSED = dict.fromkeys(
    (
        "InvalidParameterValue.LimitExceeded",
        "LimitExceeded",
        "RequestSizeLimitExceeded",
        "ResponseSizeLimitExceeded",
    ),
    "Ask for fewer accounts at a time.",
)

_CALL_REFUSED = {
    "InvalidParameter": _ROOT_ID,
    "InvalidParameterValue": _ROOT_ID,
    "OverQuota": _QUOTA,
    "ResourceNotFound": "Check that the image and the accounts still exist.",
    "UnsupportedOperation": "Look in the console whether this image can be shared with these accounts by hand.",
}

# Faults of Imagewarden's own, or of its age. No part of the call would go through.
_MALFORMED_CALL = (
    "ActionOffline",
    WOULD_SUCCEED,
    "FailedOperation.IllegalTagKey",
    "InvalidAction",
    "InvalidFilter",
    "InvalidFilterValue.LimitExceeded",
    "InvalidInstanceType.Malformed",
    "InvalidParameter.InvalidKmsKeyId",
    "InvalidParameter.ExtendStrategyOverSize",
    "InvalidParameter.InvalidParameterCoexistImageIdsFilters",
    "InvalidParameter.ParamError",
    "InvalidParameter.PolicyTooLong",
    "InvalidParameter.ResouceError",
    "InvalidParameter.StrategyFormatError",
    "InvalidParameter.StrategyInvalid",
    "InvalidParameterValue.InstanceTypeNotFound",
    "InvalidParameterValue.InvalidParameterValueLimit",
    "InvalidParameterValue.TooLong",
    "InvalidParameterValue.TagKeyNotFound",
    "InvalidParameterValue.ZoneNotSupported",
    "InvalidRequest",
    "InvalidZone.MismatchRegion",
    "MissingParameter",
    "NoSuchProduct",
    "NoSuchVersion",
    "ResourcesSoldOut.SpecifiedInstanceType",
    "UnknownParameter",
    "UnsupportedProtocol",
)

_AUTH_FAILED = {
    "AuthFailure.AccessKeyIllegal": _KEYS,
    "AuthFailure.InvalidAuthorization": _KEYS,
    "AuthFailure.InvalidSecretId": _KEYS,
    "AuthFailure.MFAFailure": _MFA,
    "AuthFailure.SecretIdNotFound": _KEYS,
    "AuthFailure.SignatureExpire": "Set this machine's clock: it is more than five minutes off.",
    "AuthFailure.SignatureFailure": _KEYS,
    "AuthFailure.TokenFailure": _TOKEN,
    "AuthFailure.UnauthorizedOperation": _GRANT,
    "FailedOperation.CheckMFAError": _MFA,
    "FailedOperation.MFATypeNotSupported": _MFA,
    "FailedOperation.TempKeyNotAllowed": "Give Imagewarden permanent keys: this action takes no temporary ones.",
    "InvalidParameter.AccessKeyNotSupport": _KEYS,
    "InvalidParameter.AccountNotAvaliable": _KEYS,
    "InvalidParameter.GrantOtherResource": _ROLE,
    "InvalidParameter.OverTimeError": _ROLE,
    "InvalidParameter.TempCodeNotAvaliable": _ROLE,
    "InvalidParameter.WebIdentityTokenError": _ROLE,
    "IpInBlacklist": _ADDRESS,
    "IpNotInWhitelist": _ADDRESS,
    "ResourceNotFound.RoleNotFound": _ROLE,
    "UnauthorizedOperation": _GRANT,
    "UnauthorizedOperation.InvalidToken": _TOKEN,
    "UnauthorizedOperation.MFAExpired": _MFA,
    "UnauthorizedOperation.MFANotFound": _MFA,
    "UnauthorizedOperation.PermissionDenied": _GRANT,
}

_THROTTLED = (
    "InvalidParameter.OverLimit",
    "RequestLimitExceeded",
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
    "RequestLimitExceeded.IPLimitExceeded",
    "RequestLimitExceeded.UinLimitExceeded",
)

# Busy with another task, or out of service: the call was not begun.
_UNAVAILABLE = (
    "FailedOperation.InvalidImageState",
    "InvalidParameterValue.InvalidImageState",
    "MutexOperation.TaskRunning",
    "ResourceInUse",
    "ResourceInsufficient",
    "ResourceUnavailable",
    "ServiceUnavailable",
)

# Said without a reason, or from somewhere within the call: some of it may have been done.
_UNKNOWN = (
    "FailedOperation",
    "FailedOperation.QImageShareFailed",
    "FailedOperation.RImageShareFailed",
    "InternalError",
    "InternalError.DbError",
    "InternalError.EncryptError",
    "InternalError.GetAppIdError",
    "InternalError.GetRoleError",
    "InternalError.GetSeedTokenError",
    "InternalError.IllegalRole",
    "InternalError.PbSerializeError",
    "InternalError.SystemError",
    "InternalError.UnknownError",
)


_LIGHTHOUSE_ACTIONS = frozenset({"DescribeImagesToShare", "lighthouse:ModifyImageSharePermission"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says.

    :ivar kind: the error to raise
    :ivar about: of a refusal, what it is about
    :ivar advice: what a person can do, as one sentence or two; empty where there is nothing to do but wait
    """

    kind: type[CloudError]
    about: About | None = None
    advice: str = ""


def _refusals(about: About, table: Mapping[str, str]) -> dict[str, Meaning]:
    return {code: Meaning(Refused, about, advice) for code, advice in table.items()}


def _all(codes: Iterable[str], kind: type[CloudError]) -> dict[str, Meaning]:
    return dict.fromkeys(codes, Meaning(kind))


MEANINGS: Mapping[str, Meaning] = {
    **_refusals(About.ACCOUNT, _ACCOUNT_REFUSED),
    **_refusals(About.IMAGE, _IMAGE_REFUSED),
    **_refusals(About.NAME, _NAME_REFUSED),
    **_refusals(About.SIZE, _SIZE_REFUSED),
    **_refusals(About.CALL, _CALL_REFUSED),
    **_refusals(About.IMAGE, dict.fromkeys(_MALFORMED_CALL, _UPDATE)),
    **{code: Meaning(AuthFailed, advice=advice) for code, advice in _AUTH_FAILED.items()},
    **_all(_THROTTLED, Throttled),
    **_all(_UNAVAILABLE, Unavailable),
    **_all(_UNKNOWN, OutcomeUnknown),
}


_LIGHTHOUSE: Mapping[str, Meaning] = {
    **_refusals(About.ACCOUNT, lighthouse.ACCOUNT_REFUSED),
    **_refusals(About.IMAGE, lighthouse.IMAGE_REFUSED),
    **_refusals(About.ROLE, lighthouse.ROLE_REFUSED),
    **_refusals(About.SIZE, dict.fromkeys(lighthouse.SIZE_REFUSED, "Ask for fewer accounts at a time.")),
    **_refusals(About.IMAGE, dict.fromkeys(lighthouse.MALFORMED_CALL, _UPDATE)),
    **{code: Meaning(AuthFailed, advice=advice) for code, advice in lighthouse.AUTH_FAILED.items()},
    **_all(lighthouse.UNAVAILABLE, Unavailable),
    **_all(lighthouse.UNKNOWN, OutcomeUnknown),
}


_NO_ACCOUNTS = frozenset({"SyncImages", "DeleteImages"})
_BY_HAND = "Look in the console whether it can be done by hand: the cloud gives no other reason."
# After an action that is about an image alone, what is said of accounts elsewhere would lead astray.
_ABOUT_AN_IMAGE_ALONE = _refusals(
    About.IMAGE,
    {
        **dict.fromkeys((*_CALL_REFUSED, *_SIZE_REFUSED, *_ACCOUNT_REFUSED), _BY_HAND),
        "UnsupportedOperation.EncryptedImagesNotSupported": (
            "Make an image that is not encrypted: with others the cloud doesn't do this."
        ),
        "UnsupportedOperation.LocationImageNotSupported": (
            "Make an image in a region: with those of edge zones the cloud doesn't do this."
        ),
    },
)


def meaning_of(action: str, code: str) -> Meaning | None:
    """What a code says after that action; None where it says nothing to us."""
    ours = _LIGHTHOUSE.get(code) if "Blueprint" in action or action in _LIGHTHOUSE_ACTIONS else None
    if action in _NO_ACCOUNTS:
        ours = _ABOUT_AN_IMAGE_ALONE.get(code)
    return ours or MEANINGS.get(code)


def error_for(action: str, code: str, message: str, cloud_request_id: str | None = None) -> CloudError:
    """The error that an answer of that code is; ``OutcomeUnknown`` where the code is not in the table."""
    code, message = sentence(code), sentence(message)
    meaning = meaning_of(action, code) or Meaning(OutcomeUnknown)
    advice = say(meaning.advice)
    if meaning.about is not None:
        return Refused(action, code, message, cloud_request_id, about=meaning.about, advice=advice)
    return meaning.kind(action, code, message, cloud_request_id, advice=advice)


def every_meaning() -> Iterator[Meaning]:
    """All that a code can mean, after whichever action."""
    for table in (MEANINGS, _LIGHTHOUSE, _ABOUT_AN_IMAGE_ALONE):
        yield from table.values()
