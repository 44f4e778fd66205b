"""``/image``: answered at once from what is at hand; what needs Slack or the cloud follows behind the ack."""

from __future__ import annotations

import structlog
from slack_bolt import Ack, App, BoltContext

from approvals import facts
from approvals.cloud import ImageKind
from approvals.errors import CloudError, StoreError
from approvals.model import Action, Asked, Person, Target
from approvals.trust import shareable
from bot import grammar, ids
from bot.cards import lists, modal, private
from bot.cards.request import card
from bot.cards.text import code
from bot.gate import told
from bot.listeners.members import Answer, address_of, answer_later, answer_names, answer_now, open_view
from bot.payloads import Asking, Command
from bot.replies import ReplyAddress
from bot.services import Services

log = structlog.get_logger()

NOT_RECORDED = "I can't record that right now, so nothing was asked. Try again in a minute."


def register(app: App, services: Services) -> None:
    @app.command(ids.COMMAND)
    def image(ack: Ack, context: BoltContext) -> None:
        answer = answer_command(services, told(context, Command))
        if answer is None:
            ack()
        else:
            ack(text=answer[0], blocks=answer[1], response_type="ephemeral")


def answer_command(services: Services, asked: Command) -> Answer | None:
    """What to say at once; None where everything follows behind the ack."""
    command = grammar.parse(asked.text)
    match command:
        case grammar.Misread():
            return answer_names(services, asked, lambda: _misread_as_typed(services, asked.text))
        case grammar.Share() | grammar.Unshare():
            return _ask(services, command, asked)
        case grammar.Show(image=image):
            address = address_of(services, asked, replace=True)
            answer_later(services, "show", address, lambda: show_image(services, image))
            return f"Looking up {code(image)} …", None
        case grammar.Requests():
            person_id = asked.person_id
            return answer_now(
                services,
                "requests",
                asked,
                lambda: answer_requests(services, command, person_id),
                meanwhile=("Looking up the requests …", None),
            )
        case grammar.Account():
            return lists.ACCOUNT_HELP, None
        case grammar.OpenForm():
            open_form(services, asked)
            return None
        case grammar.Help():
            return answer_names(services, asked, lambda: _help(services))


def _ask(services: Services, command: grammar.Share | grammar.Unshare, asked: Command) -> Answer:
    targets = grammar.resolve(command, services.policy.account_names, asked.text)
    if isinstance(targets, grammar.Misread):
        misread = targets
        return answer_names(services, asked, lambda: _misread(misread))
    address = address_of(services, asked, replace=len(command.images) == 1)
    return submit(services, command, targets, asked, key=asked.trigger_id, address=address)


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

    :param key: the same again is the same command or form, delivered twice
    """
    person = Person(asking.person_id, asking.person_name)
    asked = [
        Asked(
            key=f"{person.id}:{key}:{index}",
            action=Action.SHARE if isinstance(command, grammar.Share) else Action.UNSHARE,
            image_ref=image,
            region=command.region,
            targets=targets,
            reason=command.reason,
            requester=person,
            reply_to=address.text(),
        )
        for index, image in enumerate(command.images)
    ]
    try:
        numbers = services.desk.submit(asked)
    except StoreError:
        log.exception("not_recorded")
        return NOT_RECORDED, None
    return private.recorded(numbers, list(command.images)), None


def open_form(services: Services, asking: Asking, image: str = "") -> None:
    services.background.run("open_form", lambda: open_view(services, asking, modal.share_form(image)))


def _help(services: Services) -> Answer:
    return lists.help_text(grammar.examples(_image_names(services), _receivers(services)))


def _misread_as_typed(services: Services, text: str) -> Answer:
    """Read again with the names that a suggestion needs: they cost more than all the rest of an ack."""
    misread = grammar.parse(text, _names(services))
    assert isinstance(misread, grammar.Misread)  # noqa: S101  names change a suggestion, never the reading
    return _misread(misread)


def _misread(misread: grammar.Misread) -> Answer:
    return lists.misread(misread.typed, misread.word, misread.sentence, misread.suggestion)


def _names(services: Services) -> grammar.Names:
    """What a suggestion falls back on where the person named nothing."""
    usual = grammar.Names()
    images, accounts = _image_names(services), _receivers(services)
    return grammar.Names(images[0] if images else usual.image, accounts[0] if accounts else usual.account)


def _receivers(services: Services) -> tuple[str, ...]:
    return tuple(account.name for account in services.policy.accounts if "target" in account.trusted_as)


def _image_names(services: Services) -> tuple[str, ...]:
    """Images that exist: those asked for lately, then those that the policy names."""
    with services.store.read() as ledger:
        lately = [one.image.name for one in ledger.requests(before=0, limit=5) if one.image and one.deciders]
    named = [rule.match for rule in services.policy.images if not set("*?[") & set(rule.match)]
    return tuple(dict.fromkeys([*lately, *named]))


def answer_requests(services: Services, command: grammar.Requests, person_id: str, before: int = 0) -> Answer:
    """A page of requests, or the one of a number."""
    with services.store.read() as ledger:
        if command.number is not None:
            request = ledger.request(command.number)
            if request is None:
                return f"There is no request #{command.number}. `/image requests` lists the newest.", None
            return card(request, buttons=False)
        found = ledger.requests(
            of=person_id if command.which == "mine" else None,
            pending=command.which == "pending",
            before=before,
            limit=lists.ROWS + 1,
        )
    page = f"{command.which}:{found[lists.ROWS - 1].id}" if len(found) > lists.ROWS else ""
    title, empty = _TITLES[command.which]
    return lists.requests_list(title, empty, found[: lists.ROWS], page)


_TITLES = {
    "all": ("Requests", "Nobody has asked for anything yet. `/image help` shows how to begin."),
    "mine": ("Your requests", "You have not asked for anything yet. `/image help` shows how to begin."),
    "pending": ("Requests that wait for a decision", "Nothing waits for a decision."),
}


def show_image(services: Services, image_ref: str) -> Answer:
    """One image, as the cloud has it now."""
    try:
        found = facts.find(services.cloud, services.policy.home.regions, image_ref)
        if not found:
            return f"There is no image {code(image_ref)} in our regions. Check the name in the console.", None
        if len(found) > 1:
            listed = ", ".join(f"{code(one.image_id)} ({one.region})" for one in found[: lists.ROWS])
            return f"{code(image_ref)} can mean {listed}. Show one by its id.", None
        image = found[0]
        ours = image.kind == ImageKind.PRIVATE
        shares = services.cloud.shared_with(image.region, image.image_id) if ours else None
    except CloudError as error:
        log.warning("show_failed", error=str(error), cloud_request_id=error.cloud_request_id)
        return f"The cloud can't tell about {code(image_ref)} right now ({error.code}). Try again in a minute.", None
    with services.store.read() as ledger:
        grants = ledger.grants(image)
    return lists.image_card(
        image,
        shares=shares,
        grants=grants,
        names={account.id: account.name for account in services.policy.accounts},
        owners=services.policy.owners_of(image),
        blocked=tuple(shareable(image)),
        now=services.clock(),
    )
