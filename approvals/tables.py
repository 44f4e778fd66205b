"""Runs the named queries on one connection."""

from __future__ import annotations

from sqlite_utils import Database

from approvals import rows
from approvals.sql import queries

_SQL = queries()

Happened = tuple[str, ...]
"""Something that is counted: what it is, then what kind of it: ``("request", "share", "done")``."""


class Tables:
    """The tables within one transaction; who begins and ends it is none of its business.

    :ivar happened: what this transaction does, for those who count when it is committed
    """

    def __init__(self, db: Database, happened: list[Happened] | None = None) -> None:
        self.happened = [] if happened is None else happened
        self._execute = db.conn.execute  # the handle's own costs a tenth of a short statement more

    def _all(self, query: str, **values: object) -> list[rows.Row]:
        return self._execute(_SQL[query], values).fetchall()

    def _one(self, query: str, **values: object) -> rows.Row | None:
        found = self._all(query, **values)
        return found[0] if found else None

    def _sure(self, query: str, **values: object) -> rows.Row:
        return self._all(query, **values)[0]

    def _changed(self, query: str, **values: object) -> bool:
        return bool(self._all(query, **values))

    def _do(self, query: str, **values: object) -> None:
        self._execute(_SQL[query], values)

    def _counted(self, query: str, happened: Happened, **values: object) -> bool:
        changed = self._changed(query, **values)
        if changed:
            self.happened.append(happened)
        return changed
