"""The codes of an account within a request that are ours; all others are the vendor's, or those of findings."""

from __future__ import annotations

ACCEPTED = "accepted"
"""The code of an account for which a call was accepted whose effect doesn't show yet."""

UNANSWERED = "unanswered"
"""The code of an account for which a call may have been made whose answer was lost, also with the process that made it,
and whose effect doesn't show."""

KEPT = "kept"
"""The code of an account from which nothing is taken back, since another share of the image to it goes on."""

SETTLED = "settled"
"""The code of an account that stood as wanted when others of the request were tried: a retry of those leaves it alone,
whatever became of it since."""

UNVERIFIED = "unverified"
"""The code of an account that is done as far as the cloud's answer goes: nobody can look."""

COPYING = "copying"
"""The code of an account that waits for a copy of the image in its region."""
