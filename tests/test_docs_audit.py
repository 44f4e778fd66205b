"""docs/audit.md lists every event that the code can write, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import approvals
from approvals.code_model import ACCEPTED, COPYING, UNANSWERED
from approvals.copy_model import CopyState
from approvals.model import Action, ItemState, State

DOCUMENT = Path(__file__).parents[1] / "docs" / "audit.md"

# Where the name of the event is put together: by what it can be.
BUILT = {
    *(f"{action}_{what}" for action in ("share", "unshare", "delete") for what in (*ItemState, ACCEPTED, UNANSWERED)),
    f"{Action.SHARE}_{COPYING}",
    *(f"copy_{state}" for state in CopyState),
    *(state.value for state in (State.DONE, State.PARTIAL, State.FAILED, State.DENIED, State.CANCELLED, State.REFUSED)),
    *("checked", "policy_loaded", "policy_refused", "head_posted", "copy_kept"),
}


def documented() -> set[str]:
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def written() -> set[str]:
    """Every event that stands as a text where a line is made."""
    names: set[str] = set()
    for source in Path(approvals.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Entry":
                names |= {str(part.value) for part in ast.walk(node.args[1]) if isinstance(part, ast.Constant)}
    return {name for name in names if re.fullmatch(r"[a-z]+(_[a-z]+)*", name)}


def test_every_event_is_in_the_document() -> None:
    assert written() | BUILT >= documented()
    assert written() <= documented()
