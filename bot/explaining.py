"""``imagewarden policy explain``: who must agree to a share and why. Asks Slack for names where a token is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slack_sdk.errors import SlackApiError

from approvals import explaining, facts, policy
from approvals.archive import opened
from approvals.cloud import BLUEPRINT, IDS, Image
from approvals.errors import CloudError, StoreError
from approvals.explaining import Question
from approvals.files import is_there
from approvals.policy import Policy
from approvals.policy_lines import lines_of
from bot import config
from bot.app import cloud_client, web_client
from bot.config import Settings
from bot.installation import Installation
from bot.patience import patiently
from bot.people import People
from bot.slack import UNREACHED


def explain(image_ref: str, target: str, requester: str) -> Iterator[str]:
    """The sentences. The cloud is asked only about an image that is named by its id, and only with credentials.

    :raises PolicyError: the policy file can't be used
    :raises UnknownTarget: the target is neither a name of the policy nor an account id
    """
    path = config.places().policy
    text = policy.read(path)
    rules = policy.parse(text, str(path))
    settings = config.known()
    people = _people(settings) if settings else None
    if people is None:
        yield "Slack isn't asked: people and groups are told by their ids."
    image = origin = None
    if settings and _is_told_by_id(image_ref, rules):
        try:
            image, origin = _looked_up(settings, rules, image_ref)
        except CloudError as error:
            yield f"The cloud can't be asked about {image_ref} now ({error.code}: {error.message})."
        else:
            if image is None:
                yield f"The cloud has no image {image_ref} in the regions of the policy."
    try:
        sources = _sources()
    except StoreError as error:
        sources = {}
        yield f"The bot's database can't be read ({error}): what guardians said of sources isn't known."
    question = Question(image_ref, image, origin, target, requester, lines_of(text), sources)
    yield from explaining.explain(question, rules, people)


def _is_told_by_id(image_ref: str, rules: Policy) -> bool:
    """Of Lighthouse nothing is asked where the policy has it off."""
    return image_ref.startswith(IDS) and (rules.home.lighthouse or not image_ref.startswith(BLUEPRINT))


def _sources() -> Mapping[str, bool]:
    """The guardians' word on sources, from the bot's database where there is one here.

    :raises StoreError: it can't be read
    """
    path = config.places().db
    try:
        if not is_there(path):
            return {}
    except OSError as error:
        raise StoreError(str(path), error.strerror or str(error)) from error
    with opened(path) as archive:
        return {row["account"]: bool(row["trusted"]) for row in archive.rows("source_words")}


def _people(settings: Settings) -> People | None:
    """Who people are; None where Slack doesn't answer or doesn't take the token."""
    client = web_client(settings, settings.bot_token.get_secret_value())
    installation = Installation(client)
    try:
        installation.ask()
    except (SlackApiError, *UNREACHED):
        return None
    return People(client, installation.workspace)


def _looked_up(settings: Settings, rules: Policy, image_ref: str) -> tuple[Image | None, Image | None]:
    """The image and what its lineage tag names, as far as they are there.

    :raises CloudError: the cloud can't be asked
    """
    cloud = cloud_client(settings, rules, lambda *_: None)
    try:
        found = patiently(facts.find, cloud, rules.home.regions, image_ref)
        image = found[0] if len(found) == 1 else None
        return image, patiently(facts.origin_of, cloud, rules, image) if image else None
    finally:
        cloud.close()
