"""An input of the door as a readable file: how it is posted, headers, a blank line, and the body.

::

    POST /slack/events signed interaction 0
    User-Agent: Slackbot 1.0

    {"type": "block_actions", …}

The words of the first line are the method, the path, the signature, the wrapping of the body, and how many blanks are
put behind it, so that a large body needs no large file. Any bytes are a letter; what is missing is as in this one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from bot.sandbox import company

SIGNATURES = ("signed", "unsigned", "forged", "late", "early", "twice", "other")
WRAPPINGS = ("form", "interaction", "json", "raw")
METHODS = ("POST", "GET", "HEAD", "PUT", "DELETE", "OPTIONS")
PATHS = ("/slack/events", "/slack/events/", "/", "/healthz", "/readyz", "/metrics", "/slack/events?payload=1")

_USUAL = ("POST", "/slack/events", "signed", "raw", "0")
_MOST_BLANKS = 1_100_000  # beyond what the door reads
_HEADER = re.compile(r"([A-Za-z0-9_-]{1,60}):[ \t]*([\x20-\x7e\x80-\xff\t]{0,3000})")
_TYPES = {"json": "application/json", "raw": "text/plain"}
_FORM = "application/x-www-form-urlencoded"

_SIGNED_BY = (b"x-slack-request-timestamp", b"x-slack-signature")

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Letter:
    method: str
    path: str
    signature: str
    wrapping: str
    blanks: int
    headers: tuple[str, ...]
    body: bytes

    @classmethod
    def read(cls, data: bytes) -> Letter:
        head, _, body = data.partition(b"\n\n")
        first, *headers = head.decode("latin-1").split("\n")
        words = first.split(" ")
        method, path, signature, wrapping, blanks = (*words[:5], *_USUAL[len(words[:5]) :])
        return cls(
            method if method in METHODS else "POST",
            path if path in PATHS else "/slack/events",
            signature if signature in SIGNATURES else "signed",
            wrapping if wrapping in WRAPPINGS else "raw",
            min(int(blanks), _MOST_BLANKS) if re.fullmatch("[0-9]{1,9}", blanks) else 0,
            tuple(headers[:20]),
            body,
        )

    def written(self) -> bytes:
        first = f"{self.method} {self.path} {self.signature} {self.wrapping} {self.blanks}"
        return "\n".join([first, *self.headers]).encode("latin-1", "replace") + b"\n\n" + self.body

    def posted(self) -> tuple[bytes, Headers]:
        """Body and headers as a server would hand them on: it lets no other characters through."""
        body = self._wrapped() + b" " * self.blanks
        told = [found.groups() for line in self.headers if (found := _HEADER.fullmatch(line))]
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in told]
        if not any(name == b"content-type" for name, _ in headers):
            headers.append((b"content-type", _TYPES.get(self.wrapping, _FORM).encode()))
        return body, [*headers, *self._signed(body)]

    def _wrapped(self) -> bytes:
        if self.wrapping == "interaction":
            return b"payload=" + quote_plus(self.body).encode()
        if self.wrapping == "form":
            try:
                fields = json.loads(self.body)
                return urlencode({str(name): value for name, value in fields.items()}, errors="replace").encode()
            except (ValueError, AttributeError, RecursionError):
                return self.body
        return self.body

    def _signed(self, body: bytes) -> Headers:
        if self.signature == "unsigned":
            return []
        moment = str(int(time.time()) + {"late": -400, "early": 400}.get(self.signature, 0))
        secret = "of somebody else" if self.signature == "forged" else company.SIGNING_SECRET
        base = b"v0:" + moment.encode() + b":" + body
        signature = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
        if self.signature == "other":
            signature = "v0=\xe9" + "0" * 5000
        once = list(zip(_SIGNED_BY, (moment.encode(), signature.encode("latin-1")), strict=True))
        return once * 2 if self.signature == "twice" else once

    @property
    def trusted(self) -> bool:
        """Whether Slack could have sent it, as far as the signature tells."""
        _, headers = self.posted()
        return self.signature == "signed" and len([name for name, _ in headers if name in _SIGNED_BY]) == len(
            _SIGNED_BY
        )
