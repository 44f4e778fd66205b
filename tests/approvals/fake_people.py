"""A directory in memory: the company's people and groups, which a test can change at any time."""

from __future__ import annotations

from collections.abc import Callable

from approvals.errors import DirectoryError, UnknownPerson
from approvals.model import Person
from bot.sandbox import company
from tests.approvals.fake_cloud import Unforeseen


class FakeDirectory:
    """Implements ``approvals.people.Directory``.

    :ivar were: people as they were some minutes ago, where somebody remembers them so
    :ivar down: the chat doesn't answer
    :ivar asked: how often it was
    :ivar odd: ids about which it answers what nothing in the product expects
    :ivar on_ask: told of each id that it is asked about, before it answers
    """

    def __init__(self) -> None:
        self.people = {one.id: _person(one) for one in company.PEOPLE}
        self.addresses = {company.address_of(one): one.id for one in company.PEOPLE}
        self.groups = {group.id: group.members for group in company.GROUPS}
        self.were: dict[str, Person] = {}
        self.down = False
        self.asked = 0
        self.odd: set[str] = set()
        self.on_ask: Callable[[str], None] = lambda _about: None

    def person(self, person_id: str) -> Person:
        self._answer(person_id)
        if person_id not in self.people:
            raise UnknownPerson(person_id)
        return self.people[person_id]

    def lately(self, person_id: str) -> Person:
        return self.were.get(person_id) or self.person(person_id)

    def members(self, principal: str) -> tuple[str, ...]:
        self._answer(principal)
        if "@" in principal:
            if principal not in self.addresses:
                raise UnknownPerson(principal)
            return (self.addresses[principal],)
        if not principal.startswith("S"):
            return (principal,)
        if principal not in self.groups:
            raise UnknownPerson(principal)
        return self.groups[principal]

    def _answer(self, about: str) -> None:
        self.asked += 1
        self.on_ask(about)
        if about in self.odd:
            raise Unforeseen(about)
        if self.down:
            raise DirectoryError("the chat doesn't answer")


def _person(member: company.Member) -> Person:
    why_not = f"{member.real_name} is a guest here." if member.guest else ""
    return Person(member.id, member.name, may_act=not member.guest, why_not=why_not)
