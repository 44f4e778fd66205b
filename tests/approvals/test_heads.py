"""The newest hash of the record is told once a day, however long nobody looked, and only where something happened."""

from __future__ import annotations

from datetime import timedelta

from approvals.heads import Heads
from tests.approvals.house import CHANNEL, DATA, LAB, House


def told(house: House) -> list[dict[str, str]]:
    return [dict(one.facts) for one in house.told() if one.kind == "head" and one.recipient == CHANNEL]


def test_it_is_told_a_day_after_the_record_began_and_then_daily(house: House) -> None:
    heads = Heads(house.store, house.policies)
    assert heads.sweep(house.tick()) == 0
    house.pending(DATA)
    assert heads.sweep(house.clock.advance(hours=23)) == 0
    assert heads.sweep(house.clock.advance(hours=1)) == 1
    (head,) = told(house)
    (line,) = house.rows("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
    assert head == {"row": str(line["seq"]), "hash": line["hash"]}
    assert heads.sweep(house.tick()) == 0

    assert heads.sweep(house.clock.advance(days=3)) == 0  # nothing was written since
    house.pending(LAB)
    assert heads.sweep(house.tick()) == 1
    assert heads.sweep(house.tick()) == 0


def test_a_clock_that_was_ahead_silences_nothing(house: House) -> None:
    heads = Heads(house.store, house.policies)
    house.pending(DATA)
    assert heads.sweep(house.clock.advance(days=400)) == 1
    house.clock.advance(days=-400)
    house.pending(LAB)
    assert heads.sweep(house.tick()) == 1
    house.pending(LAB)
    assert heads.sweep(house.clock.advance(hours=23)) == 0
    assert heads.sweep(house.clock.advance(hours=1)) == 1


def test_after_a_sleep_it_is_told_once_and_two_processes_tell_it_once(house: House) -> None:
    house.pending(DATA)
    now = house.clock.advance(days=7)
    other = house.twin()
    heads = [Heads(one.store, one.policies) for one in (house, other)]
    assert sum(one.sweep(now) for one in heads) == 1
    other.close()
    with house.store.read() as ledger:
        assert heads[0].next_due(ledger) is None
    house.pending(LAB)
    with house.store.read() as ledger:
        assert heads[0].next_due(ledger) == now + timedelta(days=1)
