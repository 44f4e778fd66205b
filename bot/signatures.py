"""Whose a post is: Slack's, where its signature is good. Nothing of what isn't is logged but why it was refused."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping, Sequence

import structlog
from slack_sdk.signature import SignatureVerifier

_LONGEST_TIMESTAMP = 20  # digits; int() raises on thousands of them
_TOLD_EVERY = 60.0  # seconds; whoever can reach the port could fill the log

MALFORMED, WRONG, LATE = "malformed", "wrong", "late"

# What may be an operator's to mend; malformed ones are not Slack's.
_ADVICE: Mapping[str, str] = {
    WRONG: "if Slack sent it, SLACK_SIGNING_SECRET is not that of the app: copy it from Basic Information",
    LATE: "if nobody repeats what Slack has sent, this machine's clock is more than five minutes off: set it",
}

log = structlog.get_logger()


class Signatures:
    """Used by one thread, the event loop's.

    :param on_refused: told why, of each that is refused
    :param clock: monotonic seconds
    """

    def __init__(
        self, signing_secret: str, on_refused: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._verifier = SignatureVerifier(signing_secret)
        self._on_refused = on_refused
        self._clock = clock
        self._told: dict[str, float] = {}

    def good(self, timestamps: Sequence[str], signatures: Sequence[str], body: bytes) -> str | None:
        """The signature where it is good and no older or newer than five minutes; else None.

        :param timestamps: every header of that kind; ``signatures`` likewise
        """
        why = self._fault(timestamps, signatures, body)
        if why is None:
            return signatures[0]
        self._on_refused(why)
        self._tell(why)
        return None

    def _fault(self, timestamps: Sequence[str], signatures: Sequence[str], body: bytes) -> str | None:
        if len(timestamps) != 1 or len(signatures) != 1:
            return MALFORMED  # which of two counts is not for the sender to choose
        timestamp, signature = timestamps[0], signatures[0]
        number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIMESTAMP
        if not (number and signature.isascii()):
            return MALFORMED  # the verifier raises on these instead of saying no
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return MALFORMED
        if self._verifier.is_valid(text, timestamp, signature):
            return None
        made = self._verifier.generate_signature(timestamp=timestamp, body=text) or ""
        return LATE if hmac.compare_digest(made, signature) else WRONG

    def _tell(self, why: str) -> None:
        now = self._clock()
        if why in _ADVICE and now - self._told.get(why, -_TOLD_EVERY) >= _TOLD_EVERY:
            self._told[why] = now
            log.warning("signature_refused", why=why, advice=_ADVICE[why])
