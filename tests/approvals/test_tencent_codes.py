"""The table of the vendor's codes, held against what the vendor lists."""

from __future__ import annotations

import pytest
from tencentcloud.cvm.v20170312 import errorcodes as cvm
from tencentcloud.lighthouse.v20200324 import errorcodes as lighthouse
from tencentcloud.sts.v20180813 import errorcodes as sts

from approvals.errors import About, AuthFailed, CloudError, OutcomeUnknown, Refused, Throttled, Unavailable
from approvals.tencent_codes import MEANINGS, error_for, meaning_of


def codes(listed: str) -> list[str]:
    return listed.split()


DESCRIBE_IMAGES = codes("""
FailedOperation.IllegalTagKey InvalidFilter InvalidFilterValue.LimitExceeded InvalidImageId.Malformed
InvalidInstanceType.Malformed InvalidParameter.InvalidParameterCoexistImageIdsFilters
InvalidParameterValue.InstanceTypeNotFound InvalidParameterValue.InvalidAppIdFormat
InvalidParameterValue.InvalidParameterValueLimit InvalidParameterValue.LimitExceeded
InvalidParameterValue.TagKeyNotFound InvalidParameterValue.ZoneNotSupported InvalidRegion.NotFound
InvalidZone.MismatchRegion ResourcesSoldOut.SpecifiedInstanceType UnauthorizedOperation.InvalidToken
UnauthorizedOperation.PermissionDenied UnsupportedOperation
""")

DESCRIBE_IMAGE_SHARE_PERMISSION = codes("""
InvalidAccountId.NotFound InvalidAccountIs.YourSelf InvalidImageId.Malformed InvalidImageId.NotFound
InvalidParameterValue.InvalidAppIdFormat OverQuota UnauthorizedOperation.ImageNotBelongToAccount
""")

MODIFY_IMAGE_SHARE_PERMISSION = codes("""
FailedOperation.AccountAlreadyExists FailedOperation.AccountIsYourSelf FailedOperation.BYOLImageShareFailed
FailedOperation.InvalidImageState FailedOperation.NotMasterAccount FailedOperation.QImageShareFailed
FailedOperation.RImageShareFailed InvalidAccountId.NotFound InvalidAccountIs.YourSelf InvalidImageId.Malformed
InvalidImageId.NotFound InvalidParameter.InstanceImageNotSupport InvalidParameterValue.InvalidAppIdFormat
InvalidParameterValue.InvalidImageId InvalidParameterValue.InvalidImageState InvalidParameterValue.LimitExceeded
OverQuota UnauthorizedOperation.ImageNotBelongToAccount UnauthorizedOperation.InvalidToken
UnauthorizedOperation.MFAExpired UnauthorizedOperation.MFANotFound UnauthorizedOperation.PermissionDenied
UnsupportedOperation.EncryptedImagesNotSupported UnsupportedOperation.LocationImageNotSupported
""")

SYNC_IMAGES = codes("""
FailedOperation.InvalidImageState ImageQuotaLimitExceeded InvalidImageId.IncorrectState InvalidImageId.Malformed
InvalidImageId.NotFound InvalidImageId.TooLarge InvalidImageName.Duplicate InvalidParameter.InstanceImageNotSupport
InvalidParameter.InvalidKmsKeyId InvalidParameterValue.InvalidImageId InvalidParameterValue.InvalidImageState
InvalidParameterValue.InvalidRegion InvalidParameterValue.LimitExceeded InvalidParameterValue.TooLong
InvalidRegion.NotFound InvalidRegion.Unavailable UnsupportedOperation.EncryptedImagesNotSupported
UnsupportedOperation.LocationImageNotSupported UnsupportedOperation.Region
UnsupportedOperation.SyncEncryptImageNotSupport
""")

DELETE_IMAGES = codes("""
InvalidImageId.InShared InvalidImageId.IncorrectState InvalidImageId.Malformed InvalidImageId.NotFound
InvalidParameterValue.InvalidAppIdFormat InvalidParameterValue.InvalidImageId
InvalidParameterValue.InvalidImageIdIsShared InvalidParameterValue.LimitExceeded MutexOperation.TaskRunning
""")

SHARE_BLUEPRINT = codes("""
FailedOperation FailedOperation.ShareBlueprintAcrossAccountFailed InvalidParameterValue.AccountIdInvalidAccountArea
InvalidParameterValue.AccountIdSameWithUin InvalidParameterValue.AccountIdsNotExist
InvalidParameterValue.AccountIdsNotOwnerAccount InvalidParameterValue.BlueprintIdMalformed
InvalidParameterValue.InvalidBlueprintId InvalidParameterValue.InvalidBlueprintState
LimitExceeded.ShareBlueprintAcrossAccountQuotaLimitExceeded OperationDenied.BlueprintOperationInProgress
ResourceInUse.BlueprintModifyingSharePermission ResourceNotFound.BlueprintIdNotFound
ResourceNotFound.PrivateBlueprintNotFound UnauthorizedOperation.NoPermission UnauthorizedOperation.TokenInvalid
UnsupportedOperation.BlueprintAlreadyShared UnsupportedOperation.BlueprintCurStateInvalid
UnsupportedOperation.BlueprintLatestOperationUnfinished UnsupportedOperation.BlueprintOccupied
""")

CANCEL_BLUEPRINT = codes("""
InvalidParameterValue.LimitExceeded ResourceNotFound.BlueprintNotFound UnsupportedOperation.BlueprintHasNotShared
InvalidParameterValue.BlueprintIdMalformed OperationDenied.BlueprintOperationInProgress
ResourceNotFound.BlueprintIdNotFound ResourceNotFound.PrivateBlueprintNotFound UnauthorizedOperation.NoPermission
UnsupportedOperation.BlueprintCurStateInvalid UnsupportedOperation.BlueprintOccupied
""")

OFFER_TO_LIGHTHOUSE = codes("""
FailedOperation.ImageOperationFailed FailedOperation.RequestError InternalError.RequestError
InvalidParameterValue.InvalidImageIdMalformed ResourceInUse.ImageInUse ResourceNotFound.ImageIdNotFound
ResourceNotFound.RoleNotFound UnauthorizedOperation.NoPermission UnsupportedOperation.AssumeRoleFailed
UnsupportedOperation.ImageAlreadyShared UnsupportedOperation.ImageOccupied UnsupportedOperation.ImageUnableToShare
""")

LIST_BLUEPRINTS = codes("""
FailedOperation.DescribeBlueprintsFailed InvalidParameter.FilterValueLimitExceeded
InvalidParameter.InvalidFilterNotSupportedName InvalidParameter.ParameterConflict
InvalidParameterValue.BlueprintIdMalformed InvalidParameterValue.Duplicated InvalidParameterValue.Negative
InvalidParameterValue.OutOfRange UnsupportedOperation.OperationNotSupportedInIntlSite AuthFailure.InvalidRegion
""")

COMMON = codes("""
ActionOffline AuthFailure.InvalidAuthorization AuthFailure.InvalidSecretId AuthFailure.MFAFailure
AuthFailure.SecretIdNotFound AuthFailure.SignatureExpire AuthFailure.SignatureFailure AuthFailure.TokenFailure
AuthFailure.UnauthorizedOperation DryRunOperation FailedOperation InternalError InvalidAction InvalidParameter
InvalidParameterValue InvalidRequest IpInBlacklist IpNotInWhitelist LimitExceeded MissingParameter NoSuchProduct
NoSuchVersion RequestLimitExceeded RequestLimitExceeded.GlobalRegionUinLimitExceeded
RequestLimitExceeded.IPLimitExceeded RequestLimitExceeded.UinLimitExceeded RequestSizeLimitExceeded ResourceInUse
ResourceInsufficient ResourceNotFound ResourceUnavailable ResponseSizeLimitExceeded ServiceUnavailable
UnauthorizedOperation UnknownParameter UnsupportedOperation UnsupportedProtocol UnsupportedRegion
""")


def declared(module: object) -> set[str]:
    return {value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}


@pytest.mark.parametrize(
    "listed",
    [
        DESCRIBE_IMAGES,
        DESCRIBE_IMAGE_SHARE_PERMISSION,
        MODIFY_IMAGE_SHARE_PERMISSION,
        SYNC_IMAGES,
        DELETE_IMAGES,
        COMMON,
        sorted(declared(sts)),
    ],
    ids=[
        "DescribeImages",
        "DescribeImageSharePermission",
        "ModifyImageSharePermission",
        "SyncImages",
        "DeleteImages",
        "common",
        "sts",
    ],
)
def test_every_code_of_our_actions_is_known(listed: list[str]) -> None:
    assert set(listed) - MEANINGS.keys() == set()


@pytest.mark.parametrize(
    ("action", "listed"),
    [
        ("ShareBlueprintAcrossAccounts", SHARE_BLUEPRINT),
        ("CancelShareBlueprintAcrossAccounts", CANCEL_BLUEPRINT),
        ("lighthouse:ModifyImageSharePermission", OFFER_TO_LIGHTHOUSE),
        ("DescribeBlueprints", LIST_BLUEPRINTS),
        ("DescribeBlueprintsShareAcrossAccountInfos", LIST_BLUEPRINTS),
        ("DescribeImagesToShare", [*LIST_BLUEPRINTS, "ResourceNotFound.RoleNotFound"]),
    ],
)
def test_every_code_of_lighthouses_actions_is_known_after_them(action: str, listed: list[str]) -> None:
    assert [code for code in [*listed, *COMMON] if meaning_of(action, code) is None] == []
    assert set(listed) <= {*declared(lighthouse), *COMMON}


def test_a_role_that_lighthouse_misses_is_no_fault_of_the_keys() -> None:
    code = "ResourceNotFound.RoleNotFound"
    of_lighthouse = error_for("DescribeImagesToShare", code, "There is no role.")
    assert isinstance(of_lighthouse, Refused)
    assert of_lighthouse.about is About.ROLE
    assert isinstance(error_for("GetCallerIdentity", code, "There is no role."), AuthFailed)


@pytest.mark.parametrize("action", ["SyncImages", "DeleteImages"])
def test_what_is_said_of_an_image_alone_sends_nobody_to_look_at_accounts(action: str) -> None:
    for code in [*SYNC_IMAGES, *DELETE_IMAGES, *COMMON]:
        error = error_for(action, code, "Said so.")
        if isinstance(error, Refused):
            assert (
                "account" not in error.advice
                or code in ("InvalidParameterValue.InvalidImageIdIsShared",)
                or ("regions under [home]" in error.advice)
            ), (code, error.advice)


def test_no_code_is_misspelt() -> None:
    assert MEANINGS.keys() - declared(cvm) - declared(sts) - set(COMMON) == set()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("RequestLimitExceeded", Throttled),
        ("RequestLimitExceeded.IPLimitExceeded", Throttled),
        ("FailedOperation.InvalidImageState", Unavailable),
        ("InvalidParameterValue.InvalidImageState", Unavailable),
        ("ResourceInUse", Unavailable),
        ("AuthFailure.SignatureExpire", AuthFailed),
        ("AuthFailure.UnauthorizedOperation", AuthFailed),
        ("UnauthorizedOperation", AuthFailed),
        ("UnauthorizedOperation.PermissionDenied", AuthFailed),
        ("UnauthorizedOperation.ImageNotBelongToAccount", Refused),
        ("FailedOperation.RImageShareFailed", OutcomeUnknown),
        ("InternalError", OutcomeUnknown),
        ("AuthFailure.NotInTheTable", OutcomeUnknown),
        ("", OutcomeUnknown),
    ],
)
def test_which_error_a_code_is(code: str, kind: type[CloudError]) -> None:
    error = error_for("ModifyImageSharePermission", code, "Said so.", "req-1")
    assert type(error) is kind
    assert (error.action, error.code, error.message, error.cloud_request_id) == (
        "ModifyImageSharePermission",
        code,
        "Said so.",
        "req-1",
    )


@pytest.mark.parametrize(
    ("code", "about"),
    [
        ("FailedOperation.AccountAlreadyExists", About.ACCOUNT),
        ("InvalidAccountIs.YourSelf", About.ACCOUNT),
        ("UnsupportedOperation.EncryptedImagesNotSupported", About.IMAGE),
        ("InvalidParameterValue.LimitExceeded", About.SIZE),
        ("LimitExceeded", About.SIZE),
        ("RequestSizeLimitExceeded", About.SIZE),
        ("OverQuota", About.CALL),
        ("ImageQuotaLimitExceeded", About.IMAGE),
        ("InvalidRegion.Unavailable", About.IMAGE),
        ("InvalidImageName.Duplicate", About.NAME),
    ],
)
def test_what_a_refusal_is_about(code: str, about: About) -> None:
    error = error_for("ModifyImageSharePermission", code, "Said so.")
    assert isinstance(error, Refused)
    assert error.about is about


def test_whoever_is_refused_is_told_what_to_do() -> None:
    helpless = [
        code
        for code, meaning in MEANINGS.items()
        if issubclass(meaning.kind, Refused | AuthFailed) and not meaning.advice.endswith(".")
    ]
    assert helpless == []
