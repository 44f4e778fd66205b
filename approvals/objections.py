"""What speaks against a press, as a code: the chat has the sentence."""

from __future__ import annotations

from datetime import datetime

from approvals import drifting
from approvals.copy_model import Copy, CopyState
from approvals.model import Deciders, ItemState, Person, Request, State, Target, Verb
from approvals.people import roles_of, suffices
from approvals.policy import Policy

_OF_THE_REQUESTER_TOO = frozenset({Verb.ASK_AGAIN, Verb.END_NOW})
_DRIFT_VERBS = frozenset(verb for verbs in drifting.VERBS.values() for verb in verbs)


def against(
    verb: Verb, person: Person, request: Request, deciders: Deciders, policy: Policy, at: datetime
) -> str | None:
    """
    :param deciders: who may decide now
    :param policy: that of now
    :param at: when it was pressed, in UTC
    :return: the code; None where nothing speaks against it
    """
    objection = _against_the_person(verb, person, request, deciders)
    if objection is not None:
        return objection
    if verb is Verb.RETRY:
        return _against_a_retry(request, policy, at)
    if verb is Verb.ASK_AGAIN:
        return None if to_ask_again(request) else "nothing_failed"
    if request.action.is_drift or verb in _DRIFT_VERBS:
        fits = request.state is State.PENDING and verb in drifting.VERBS.get(request.action, ())
        return None if fits else "not_pending"
    if verb is Verb.END_NOW:
        return None if request.standing else "nothing_to_end"
    if verb is Verb.REMOVE_COPY:
        return None if removable(request) else "nothing_to_remove"
    return _against_a_decision(verb, person, request, deciders, at)


def _against_a_retry(request: Request, policy: Policy, at: datetime) -> str | None:
    if request.state not in (State.FAILED, State.PARTIAL):
        return "nothing_to_retry"
    # An old approval says little about today: one owner alone may not bring it back.
    return "too_late_to_retry" if at >= request.changed_at + policy.rules.decide_within else None


def _against_the_person(verb: Verb, person: Person, request: Request, deciders: Deciders) -> str | None:
    if not person.may_act:
        return "may_not_act"
    if verb is Verb.CANCEL:
        return None if person.id == request.requester.id else "not_the_requester"
    asked_it = person.id == request.requester.id
    if roles_of(person.id, deciders) or (asked_it and verb in _OF_THE_REQUESTER_TOO):
        return None
    if verb is Verb.ASK_AGAIN:
        return "not_to_ask_again"
    return "own_request" if asked_it else "not_a_decider"


def _against_a_decision(verb: Verb, person: Person, request: Request, deciders: Deciders, at: datetime) -> str | None:
    if request.state is not State.PENDING:
        return "not_pending"
    if request.decide_by is not None and at >= request.decide_by:
        return "too_late"
    same = any(one.person.id == person.id and one.roles >= roles_of(person.id, deciders) for one in request.decisions)
    # The policy may ask for less since: then the same word, said again, is enough.
    repeats = verb is Verb.APPROVE and same and not suffices(request.decisions, deciders)
    return "voted_already" if repeats else None


def removable(request: Request) -> list[Copy]:
    """The copies that were begun for the request, failed, and left something half made."""
    return [
        copy
        for copy in request.copies
        if copy.request_id == request.id and copy.is_left and copy.state is CopyState.FAILED
    ]


def to_ask_again(request: Request) -> tuple[Target, ...]:
    """Those for which nothing was done, and could be."""
    if request.state is State.EXPIRED:
        return tuple(dict.fromkeys(item.target for item in request.items))
    if request.state not in (State.FAILED, State.PARTIAL):
        return ()
    return tuple(dict.fromkeys(item.target for item in request.items if item.state is ItemState.FAILED))
