"""``/image``: answered at once from what is at hand; what needs Slack or the cloud follows behind the ack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import structlog
from slack_bolt import Ack, App, BoltContext

from approvals.cloud import NORMAL
from approvals.errors import StoreError
from approvals.model import Action, Asked, Person, Target
from approvals.terms import NO_END
from bot import grammar, ids
from bot.cards import private
from bot.cards.lists import ACCOUNT_HELP, help_text, misread
from bot.cards.text import code
from bot.gate import told
from bot.languages import _, translated
from bot.listeners import drift, form, images, inbound, lists
from bot.listeners.members import Answer, address_of, answer_later, answer_names, answer_now, open_view
from bot.listeners.pages import ImagesAt, NumberedAt, RequestsAt
from bot.payloads import Asking, Command
from bot.refusals import refused
from bot.replies import ReplyAddress
from bot.services import Services

_EXAMPLES = 20  # images among which to look for examples

log = structlog.get_logger()

NOT_RECORDED = refused("not_recorded")


def register(app: App, services: Services) -> None:
    @app.command(ids.COMMAND)
    def image(ack: Ack, context: BoltContext) -> None:
        answer = answer_command(services, told(context, Command))
        if answer is None:
            ack()
        else:
            ack(text=translated(answer[0]), blocks=answer[1], response_type="ephemeral")


def answer_command(services: Services, asked: Command) -> Answer | None:
    """What to say at once; None where everything follows behind the ack."""
    command = grammar.parse(asked.text)
    match command:
        case grammar.Misread():
            return answer_names(services, asked, lambda: _misread_as_typed(services, asked.text))
        case grammar.Share() | grammar.Unshare():
            return _ask(services, command, asked)
        case grammar.Delete():
            return _delete(services, command, asked)
        case grammar.Inbound(source=""):
            address = address_of(services, asked, replace=True)
            inbound.answer_inbound(services, address, lambda: inbound.list_inbound(services, NumberedAt("inbound")))
            return inbound.LOOKING, None
        case grammar.Inbound() | grammar.Trust():
            return _about_source(services, command, asked)
        case grammar.Show(image=image):
            address = address_of(services, asked, replace=True)
            answer_later(services, "show", address, lambda: images.show_image(services, image))
            return _("Looking up {image} …", image=code(image)), None
        case grammar.List(which, name):
            return images.answer_list(services, asked, ImagesAt(which, name))
        case grammar.Requests():
            person_id = asked.person_id
            return answer_now(
                services,
                "requests",
                asked,
                lambda: _requests(services, command, person_id),
                meanwhile=(_("Looking up the requests …"), None),
            )
        case grammar.Drift():
            return answer_now(
                services,
                "drift",
                asked,
                lambda: drift.list_drift(services, NumberedAt("drift")),
                meanwhile=(_("Looking up where the cloud differs …"), None),
            )
        case grammar.Account():
            return ACCOUNT_HELP, None
        case grammar.OpenForm():
            open_form(services, asked)
            return None
        case grammar.Help():
            return answer_names(services, asked, lambda: _help(services))


def _requests(services: Services, command: grammar.Requests, person_id: str) -> Answer:
    if command.number is not None:
        return lists.show_request(services.store, command.number)
    return lists.list_requests(services.store, RequestsAt(command.which), person_id)


def _ask(services: Services, command: grammar.Share | grammar.Unshare, asked: Command) -> Answer:
    targets = grammar.resolve(command, services.policy.account_names, asked.text)
    if isinstance(targets, grammar.Misread):
        wrong = targets
        return answer_names(services, asked, lambda: _misread(wrong))
    address = address_of(services, asked, replace=len(command.images) == 1)
    return submit(services, command, targets, asked, key=asked.trigger_id, address=address)


def _about_source(services: Services, command: grammar.Inbound | grammar.Trust, asked: Command) -> Answer:
    source = grammar.resolve_source(command, services.policy.account_names, asked.text)
    if isinstance(source, grammar.Misread):
        wrong = source
        return answer_names(services, asked, lambda: _misread(wrong))
    address = address_of(services, asked, replace=True)
    if isinstance(command, grammar.Inbound):
        inbound.answer_inbound(services, address, lambda: inbound.show_source(services, source))
        return inbound.LOOKING, None
    person = Person(asked.person_id, asked.person_name)
    wanted = Asked(
        key=f"{person.id}:{asked.trigger_id}:0",
        action=Action.TRUST if command.trusted else Action.DISTRUST,
        image_ref=source.name or source.account,
        regions=(),
        targets=(source,),
        reason=command.reason,
        requester=person,
        reply_to=address.text(),
    )
    return _recorded(services, [wanted])


def _delete(services: Services, command: grammar.Delete, asked: Command) -> Answer:
    person = Person(asked.person_id, asked.person_name)
    wanted = Asked(
        key=f"{person.id}:{asked.trigger_id}:0",
        action=Action.DELETE,
        image_ref=command.image,
        regions=command.regions,
        targets=(),
        reason=command.reason,
        requester=person,
        reply_to=address_of(services, asked, replace=True).text(),
        everyone=True,
        snapshots=command.snapshots,
    )
    return _recorded(services, [wanted])


def submit(
    services: Services,
    command: grammar.Share | grammar.Unshare,
    targets: tuple[Target, ...],
    asking: Asking,
    *,
    key: str,
    address: ReplyAddress,
) -> Answer:
    """Record what was asked, one request an image, and say so.

    :param targets: those that the command names; none where it means every account
    :param key: the same again is the same command or form, delivered twice
    """
    person = Person(asking.person_id, asking.person_name)
    asked = [
        Asked(
            key=f"{person.id}:{key}:{index}",
            action=Action.SHARE if isinstance(command, grammar.Share) else Action.UNSHARE,
            image_ref=image,
            regions=command.regions,
            targets=targets,
            reason=command.reason,
            requester=person,
            reply_to=address.text(),
            everyone=isinstance(command, grammar.Unshare) and command.targets == (grammar.EVERY,),
            term=command.term if isinstance(command, grammar.Share) else NO_END,
        )
        for index, image in enumerate(command.images)
    ]
    return _recorded(services, asked)


def _recorded(services: Services, asked: Sequence[Asked]) -> Answer:
    try:
        numbers = services.desk.submit(asked)
    except StoreError:
        log.exception("not_recorded")
        return NOT_RECORDED, None
    return private.recorded(numbers, [one.image_ref for one in asked]), None


def open_form(services: Services, asking: Asking) -> None:
    services.opening.run("open_form", lambda: open_view(services, asking, form.empty(services)))


def _help(services: Services) -> Answer:
    return help_text(grammar.examples(_image_names(services), _receivers(services)))


def _misread_as_typed(services: Services, text: str) -> Answer:
    """Read again with the names that a suggestion needs: they cost more than all the rest of an ack."""
    wrong = grammar.parse(text, _names(services))
    assert isinstance(wrong, grammar.Misread)  # noqa: S101  names change a suggestion, never the reading
    return _misread(wrong)


def _misread(wrong: grammar.Misread) -> Answer:
    return misread(wrong.typed, wrong.word, wrong.sentence, wrong.suggestion)


def _names(services: Services) -> grammar.Names:
    """What a suggestion falls back on where the person named nothing."""
    usual = grammar.Names()
    images, accounts = _image_names(services), _receivers(services)
    return grammar.Names(images[0] if images else usual.image, accounts[0] if accounts else usual.account)


def _receivers(services: Services) -> tuple[str, ...]:
    return tuple(account.name for account in services.policy.accounts if "target" in account.trusted_as)


def _image_names(services: Services) -> tuple[str, ...]:
    """Images that exist: those asked for lately, those that the policy names, and the newest."""
    with services.store.read() as ledger:
        lately = [one.image.name for one in ledger.requests(before=0, limit=5) if one.image and one.deciders]
    named = [rule.match for rule in services.policy.images if not set("*?[") & set(rule.match)]
    return tuple(dict.fromkeys([*lately, *named, *_newest(services)]))


def _newest(services: Services) -> list[str]:
    """The newest of ours that can be shared by name."""
    found = services.catalogue.search("", _EXAMPLES)
    often = Counter(image.name for image in found)
    return [image.name for image in found if image.state == NORMAL and often[image.name] == 1]
