"""The policy in force, while others take its place."""

from __future__ import annotations

from collections.abc import Callable

from approvals.policy import FIXED_WHILE_RUNNING, Policy


class Policies:
    """Holds the policy in force. A step takes ``current`` once, so that it never sees two.

    What is ``FIXED_WHILE_RUNNING`` is the same in all that it ever holds.
    """

    def __init__(self, policy: Policy) -> None:
        self.current = policy
        self._listeners: list[Callable[[], None]] = []

    def on_put(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each change; it must be quick and must not raise."""
        self._listeners.append(listener)

    def put(self, policy: Policy) -> None:
        """Let the policy be in force from the next step on.

        :raises ValueError: it changes what is fixed while running; see ``needs_restart``
        """
        if problems := self.needs_restart(policy):
            raise ValueError("; ".join(problems))
        self.current = policy
        for listener in self._listeners:
            listener()

    def needs_restart(self, policy: Policy) -> list[str]:
        """What the policy changes that can't change while the bot runs, one sentence each."""
        return [
            f"[home] {name} can't change while Imagewarden runs: it needs a restart, and until then all of the old "
            "policy holds"
            for name in FIXED_WHILE_RUNNING
            if getattr(policy.home, name) != getattr(self.current.home, name)
        ]


def changes(before: Policy, after: Policy) -> list[str]:
    """The places in which two policies differ, as ``rules.approvals``, ``accounts.data-team`` or ``images``."""
    found = []
    for section in ("home", "rules"):
        old, new = getattr(before, section), getattr(after, section)
        names = type(old).model_fields
        found += [f"{section}.{name}" for name in names if getattr(old, name) != getattr(new, name)]
    old_accounts = {account.name: account for account in before.accounts}
    new_accounts = {account.name: account for account in after.accounts}
    names = sorted({*old_accounts, *new_accounts})
    found += [f"accounts.{name}" for name in names if old_accounts.get(name) != new_accounts.get(name)]
    if before.images != after.images:  # the order counts, so that no single rule is what changed
        rules = {rule.match: rule for rule in before.images}
        matches = [rule.match for rule in after.images if rules.get(rule.match) != rule]
        gone = [match for match in rules if match not in {rule.match for rule in after.images}]
        found += [f"images.{match}" for match in dict.fromkeys([*matches, *gone])] or ["images"]
    return found
