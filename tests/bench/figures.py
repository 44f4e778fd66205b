"""Numbers as they are told: percentiles, and tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies; ``share`` from 0 to 1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def met(is_met: bool) -> str:
    return "met" if is_met else "**missed**"


@dataclass
class Table:
    """One table of the report.

    :ivar note: what was done, above the table
    :ivar goals: one line each, below it
    """

    title: str
    note: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    goals: list[str] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        self.rows.append(tuple(str(cell) for cell in cells))

    def markdown(self) -> str:
        lines = [f"## {self.title}", "", self.note, "", _row(self.headings), _row(["---"] * len(self.headings))]
        lines += [_row(row) for row in self.rows]
        if self.goals:
            lines += ["", *(f"- {goal}" for goal in self.goals)]
        return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
