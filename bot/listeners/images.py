"""``/image list`` and ``/image show``: from memory where they can be, from the cloud where it counts."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Sequence

import structlog

from approvals import facts
from approvals.catalogue import newest_first
from approvals.cloud import Image, ImageKind
from approvals.errors import CloudError, DirectoryError
from approvals.ledger import Ledger
from approvals.people import deciders_of
from approvals.policy import Policy
from approvals.sentences import say
from approvals.trust_image import shareable
from bot import grammar
from bot.cards import images, lists
from bot.cards.image import Shares, Shown, Then, image_card
from bot.cards.images import Row
from bot.cards.text import all_of, code, cut
from bot.languages import _
from bot.listeners import pages
from bot.listeners.members import Answer, address_of, answer_later, answer_now
from bot.listeners.pages import ImagesAt, Key
from bot.payloads import Asking
from bot.replies import ReplyAddress
from bot.services import Services

READING = say("I am still reading the images of our regions; the list follows here.")
_LOOKING = say("Looking up the images …")
_LISTS = ("mine", "shared")
_LONGEST = 60  # characters of what was typed that are compared and quoted
_ALL = 1_000_000  # more images than an account can have
_NEAR = 3  # names that are suggested
_SHARED_NOTE = say(
    "By Imagewarden's record. What was shared in the console shows here once the cloud was asked "
    "about the image: `/image show IMAGE` asks it."
)
_TITLES = {"all": say("Images"), "mine": say("Your images"), "shared": say("Shared images")}

log = structlog.get_logger()


def answer_list(services: Services, asking: Asking, at: ImagesAt) -> Answer:
    """What to say at once to a command; the list itself follows where something must be waited for."""

    def work() -> Answer:
        return list_images(services, at, asking.person_id)

    if services.catalogue.known and at.which != "mine":
        return answer_now(services, "list", asking, work, meanwhile=(_LOOKING, None))
    known = services.catalogue.known
    list_later(services, at, address_of(services, asking, replace=True))
    return _LOOKING if known else READING, None


def list_later(services: Services, at: ImagesAt, address: ReplyAddress) -> None:
    """The list behind the ack, as soon as there is one."""

    def work() -> Answer:
        return list_images(services, at, address.person_id)

    services.catalogue.once_read(lambda: answer_later(services, "list", address, work))


def list_images(services: Services, at: ImagesAt, person_id: str) -> Answer:
    """A page of images, from memory; only who belongs to a group is asked of Slack."""
    catalogue, policy = services.catalogue, services.policy
    if not catalogue.known:
        faults = all_of([code(f"{region}: {one.fault}") for region, one in catalogue.readings.items() if one.fault])
        return _(
            "The cloud can't be read right now ({faults}), so there is no list. Try again in a minute.", faults=faults
        ), None
    names = _account_names(policy)
    with services.store.read() as ledger:
        try:
            found = _found(services, ledger, at, person_id)
        except DirectoryError as error:
            log.warning("groups_unclear", error=str(error))
            return _("Slack doesn't tell me right now which groups you belong to. Try again in a minute."), None
        if not found:
            return images.no_images(_nothing(services, at), catalogue.readings)
        keys = [key for key, _ in found]
        shown = pages.cut(keys, at.key, newer=at.newer, rows=lists.ROWS)
        rows = [_row(services, ledger, found[place][1]) for place in shown]
    page = images.Page(
        rows,
        shown.start + 1,
        len(found),
        newer=ImagesAt(at.which, at.name, keys[shown.start]).value() if shown.start else "",
        older=ImagesAt(at.which, at.name, keys[shown.stop - 1]).value() if shown.stop < len(found) else "",
    )
    title = _TITLES.get(at.which) or _("Images with {name}", name=at.name)
    note = _SHARED_NOTE if at.which == "shared" else ""
    return images.images_list(title, page, catalogue.readings, names, note)


def show_image(services: Services, image_ref: str) -> Answer:
    """One image, as the cloud has it now; where it can't tell, as it was."""
    try:
        found = _meant_by(facts.find(services.cloud, services.policy.home.regions, image_ref))
        if len(found) != 1:
            return _not_one(services, image_ref, found), None
        image, fault = found[0], None
        ours = image.kind == ImageKind.PRIVATE
        shares = services.cloud.shared_with(image.region, image.image_id) if ours else None
    except CloudError as error:
        log.warning("show_failed", error=str(error), cloud_request_id=error.cloud_request_id)
        cant = _(
            "The cloud can't tell about {image_ref} right now ({code}).",
            image_ref=code(cut(image_ref, _LONGEST)),
            code=error.code,
        )
        known = _meant_by([one for one in services.catalogue.images() if image_ref in (one.image_id, one.name)])
        reading = services.catalogue.readings[known[0].region] if len(known) == 1 else None
        if reading is None or reading.as_of is None:
            return _("{cant} Try again in a minute.", cant=cant), None
        image, shares, fault = known[0], None, (reading.as_of, cant)
    return image_card(_shown(services, image, shares, fault), services.clock())


def _meant_by(found: Sequence[Image]) -> Sequence[Image]:
    """Of those with one name ours are meant, as in a request; what Lighthouse makes of an image has its name, too."""
    return [image for image in found if image.kind == ImageKind.PRIVATE] or found


def _shown(services: Services, image: Image, shares: Shares, then: Then) -> Shown:
    catalogue, policy = services.catalogue, services.policy
    with services.store.read() as ledger:
        grants, waiting = ledger.grants.of(image.image_id, image.region), ledger.open_requests(image, lists.ROWS)
        copies = ledger.copies.of(image)
        copies_with = {copy.image_id: ledger.grants.of(copy.image_id, copy.region) for copy in copies}
    return Shown(
        image=image,
        names=_account_names(policy),
        owners=_owners(services, image),
        approvals=policy.approvals_for(image),
        shares=shares,
        grants=grants,
        copies=copies,
        copies_with=copies_with,
        namesakes=[one for one in catalogue.images() if _is_namesake(one, image)],
        waiting=waiting,
        blocked=tuple(shareable(image)),
        then=then,
    )


def _is_namesake(one: Image, image: Image) -> bool:
    return one.name == image.name and one.kind == ImageKind.PRIVATE and one.image_id != image.image_id


def _owners(services: Services, image: Image) -> Sequence[str]:
    """People, the policy's groups resolved; the groups as such where Slack can't tell who is in them."""
    try:
        deciders = deciders_of(
            image, requester_id="", guardian_needed=False, policy=services.policy, directory=services.people
        )
    except DirectoryError as error:
        log.warning("owners_unclear", error=str(error))
        return services.policy.owners_of(image)
    return deciders.owner_ids


def _not_one(services: Services, image_ref: str, found: Sequence[Image]) -> str:
    if found:
        listed = all_of([f"{code(one.image_id)} ({one.region})" for one in found], most=lists.ROWS)
        return _(
            "{image_ref} can mean {listed}. Show one by its id.",
            image_ref=code(cut(image_ref, _LONGEST)),
            listed=listed,
        )
    missing = _("There is no image {image_ref} in our regions.", image_ref=code(cut(image_ref, _LONGEST)))
    return f"{missing} {_suggestion(services, image_ref, grammar.Show)}"


def owned(services: Services, person_id: str) -> list[Image] | None:
    """The images that somebody owns, the newest first; None where the cloud hasn't told yet which there are, or Slack
    doesn't which groups they belong to."""
    if not services.catalogue.known:
        return None
    with services.store.read() as ledger:
        try:
            return [image for _key, image in _found(services, ledger, ImagesAt("mine"), person_id)]
        except DirectoryError as error:
            log.warning("groups_unclear", error=str(error))
            return None


def _found(services: Services, ledger: Ledger, at: ImagesAt, person_id: str) -> list[tuple[Key, Image]]:
    """Every image of the list, in its order.

    :raises DirectoryError: who belongs to which group can't be told now
    """
    catalogue = services.catalogue
    match at.which:
        case "named":
            wanted = at.name.casefold().strip()
            return [(_key(image, wanted), image) for image in catalogue.search(at.name, _ALL)]
        case "mine":
            policy = services.policy
            owned = [(one, policy.owners_of(one)) for one in catalogue.images() if one.kind == ImageKind.PRIVATE]
            named = {owner for _image, owners in owned for owner in owners}
            meant = _meant(services, person_id, named)
            listed = [image for image, owners in owned if not meant.isdisjoint(owners)]
        case "shared":
            listed = _shared(services, ledger)
        case _:
            listed = list(catalogue.images())
    return [(_key(image), image) for image in listed]


def _shared(services: Services, ledger: Ledger) -> list[Image]:
    """What the ledger has shares of, and what the cloud showed as shared; also what is gone from the cloud."""
    catalogue = services.catalogue
    on_record = ledger.grants.images()
    listed, there = [], set()
    for image in catalogue.images():
        there.add((image.region, image.image_id))
        seen = catalogue.shares_seen(image)
        if (image.region, image.image_id) in on_record or (seen is not None and seen.accounts):
            listed.append(image)
    gone = [Image(image_id, image_id, region, ImageKind.PRIVATE, "") for region, image_id in on_record - there]
    return sorted([*listed, *gone], key=newest_first)


def _key(image: Image, wanted: str = "") -> Key:
    """What the list is sorted by: that of the catalogue, a rank before it where a text was searched for."""
    foreign, age, image_id, region = newest_first(image)
    begins = image.name.casefold().startswith(wanted) or image.image_id.casefold().startswith(wanted)
    return 2 * foreign + (not begins), round(age, 6), image_id, region


def _meant(services: Services, person_id: str, principals: Collection[str]) -> set[str]:
    """The person, the groups to which they belong, and their address, as far as they are among these.

    Slack isn't asked whose each address is: of many it would not tell in time.

    :raises DirectoryError: it can't be told now
    """
    groups = services.people.groups_of(person_id, {one for one in principals if one.startswith("S")})
    addresses = {one for one in principals if "@" in one}
    own = services.people.address(person_id).casefold() if addresses else ""
    return {person_id, *groups, *(one for one in addresses if one.casefold() == own)}


def _account_names(policy: Policy) -> dict[str, str]:
    ours = {policy.home.account: _("our account")} if policy.home.account else {}
    return {**ours, **{account.id: account.name for account in policy.accounts}}


def _row(services: Services, ledger: Ledger, image: Image) -> Row:
    if image.kind != ImageKind.PRIVATE:
        return Row(image)
    return Row(
        image,
        services.policy.owners_of(image),
        tuple(ledger.grants.of(image.image_id, image.region)),
        services.catalogue.shares_seen(image),
    )


def _nothing(services: Services, at: ImagesAt) -> str:
    match at.which:
        case "named":
            sentence = _("No image has {name} in its name or its id.", name=code(cut(at.name, _LONGEST)))
            return f"{sentence} {_suggestion(services, at.name, lambda name: grammar.List('named', name))}"
        case "mine":
            return _("By the policy you own no image. `/image list` shows all of them.")
        case "shared":
            return _(
                "No image is shared with anybody, as far as I know. `/image list` shows the images, "
                "and `/image share IMAGE with ACCOUNT` asks for a share."
            )
        case _:
            return _(
                "There is no image in {regions}. Build one in the console, then type `/image list` again.",
                regions=images.read_of(services.catalogue.readings),
            )


def _suggestion(services: Services, name: str, command: Callable[[str], grammar.Command]) -> str:
    """The commands with the nearest words that would find something, else the one that shows all."""
    known = services.catalogue.images()
    close = difflib.get_close_matches(name.casefold()[:_LONGEST], _LISTS, n=1, cutoff=0.7)
    if close and isinstance(command(name), grammar.List):
        return _("Did you mean {code}?", code=code(f"/image list {close[0]}"))
    by_name = {image.name.casefold(): image.name for image in known}
    parts = [image.name for image in services.catalogue.search(name, _NEAR)]
    near = difflib.get_close_matches(name.casefold()[:_LONGEST], by_name, n=_NEAR, cutoff=0.6)
    names = list(dict.fromkeys([*parts, *(by_name[one] for one in near)]))[:_NEAR]
    if not names:
        return _("`/image list` shows all of them.")
    return _("Near it: {join}", join=" · ".join(code(grammar.render(command(one))) for one in names))
