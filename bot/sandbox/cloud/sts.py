"""STS, version 2018-08-13."""

from __future__ import annotations

from typing import Any

from bot.sandbox.cloud.action import Action
from bot.sandbox.cloud.parameters import Params
from bot.sandbox.cloud.state import CloudState


def _get_caller_identity(state: CloudState, _region: str, _params: Params) -> dict[str, Any]:
    return {
        "AccountId": state.account,
        "Arn": f"qcs::cam:{state.account}:uin/{state.user}",
        "UserId": state.user,
        "PrincipalId": state.user,
        "Type": "CAMUser",
    }


ACTIONS = {"GetCallerIdentity": Action(_get_caller_identity, {}, per_second=20)}
