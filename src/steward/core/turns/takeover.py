"""The rows of a turn whose process died: finding it, taking it over, giving it back; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import orjson
from sqlalchemy import and_, bindparam, exists, select, text, update
from sqlalchemy.orm import aliased

from steward.core.access import actor_of_user, both
from steward.core.turns.presence import LOCK_SPACE
from steward.core.turns.rules import arguments_json, first_number, shown_action
from steward.core.turns.store import LEASE, RUNNING, history_before, kept_events
from steward.core.turns.types import Started, TurnEvent, TurnRecord, TurnWish
from steward.db.database import Transaction
from steward.db.tables import Conversation, Message, ToolCall, Turn
from steward.db.types import Instant
from steward.kit.actor import Actor
from steward.ports import model as port

_ahead = aliased(Turn)
_EXPIRED = select(Turn.key).where(
    Turn.status == RUNNING,
    Turn.lease_until <= bindparam("now"),
    ~exists(
        select(_ahead.key).where(
            _ahead.status == RUNNING, _ahead.conversation_key == Turn.conversation_key, _ahead.key < Turn.key
        )
    ),
)
_ABSENT = text(
    """
    UPDATE turns SET lease_until = :now
    WHERE status = 'running' AND holder IS NOT NULL AND lease_until > :now AND lease_until <= :silent
      AND NOT EXISTS (
        SELECT 1 FROM pg_locks
        WHERE locktype = 'advisory' AND classid = :space AND objid = CAST(turns.holder AS oid) AND objsubid = 2
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      )
    """
).bindparams(bindparam("now", type_=Instant()), bindparam("silent", type_=Instant()))
SILENCE = timedelta(seconds=2)
"""How long a turn must not have been renewed before its holder counts as dead.

A holder that lives may lose its lock for a moment, with its connection or when the database server starts again.
"""


def expire_absent(tx: Transaction) -> None:
    """End the lease of running turns whose process is not present any more on the database server."""
    tx.connection.execute(_ABSENT, {"now": tx.now, "silent": tx.now + LEASE - SILENCE, "space": LOCK_SPACE})


def any_expired(tx: Transaction) -> bool:
    """Return whether a turn is there for ``take_expired``."""
    return tx.connection.execute(_EXPIRED.limit(1), {"now": tx.now}).first() is not None


def take_expired(tx: Transaction, limit: int = 100) -> list[int]:
    """Return the keys of running turns whose process stopped renewing them, and renew them for whoever resumes.

    Only the first of each conversation: those behind it come when it is their turn, so that none waits for a place
    while it holds the place that another needs.
    """
    chosen = _EXPIRED.order_by(Turn.key).limit(limit).with_for_update(skip_locked=True)
    keys = list(tx.connection.execute(chosen, {"now": tx.now}).scalars())
    if keys:
        tx.session.execute(update(Turn).where(Turn.key.in_(keys)).values(lease_until=tx.now + LEASE, holder=None))
    return keys


def expire_all(tx: Transaction) -> None:
    """End the lease of every running turn: nobody is left who could run one."""
    tx.session.execute(update(Turn).where(Turn.status == RUNNING).values(lease_until=tx.now))


def give_back(tx: Transaction, turns: Sequence[tuple[int, int]]) -> None:
    """Let go of running turns, each by key and attempt, so that the next process takes them over at once."""
    for turn_key, attempt in turns:
        tx.session.execute(
            update(Turn)
            .where(Turn.key == turn_key, Turn.attempts == attempt, Turn.status == RUNNING)
            .values(lease_until=tx.now - timedelta(seconds=1))
        )


def take_over(
    tx: Transaction, turn_key: int, holder: int | None
) -> tuple[TurnRecord, int, list[port.Message], bool] | None:
    """Return a running turn for another try.

    Its record, the owner's key, the tool exchanges already done, and whether somebody wants it stopped. None when it is
    no longer running; one whose conversation was deleted ends here. ``holder`` as for ``store.begin``.
    """
    answer, asked = Message.__table__.alias("answer"), Message.__table__.alias("asked")
    row = tx.session.execute(
        select(
            Turn.id,
            Turn.user_key,
            Turn.wish,
            Turn.created_at,
            Turn.attempts,
            Turn.cancel_wanted,
            Conversation.key,
            Conversation.id,
            Conversation.provider,
            Conversation.model,
            Conversation.system_prompt,
            answer.c.id,
            asked.c.id,
            asked.c.content,
        )
        .join(Conversation, Conversation.key == Turn.conversation_key)
        .join(answer, and_(answer.c.turn_key == Turn.key, answer.c.role == "assistant"))
        .join(asked, and_(asked.c.turn_key == Turn.key, asked.c.role == "user"))
        .where(Turn.key == turn_key, Turn.status == "running")
        .with_for_update(of=Turn)
    ).first()
    if row is None:
        _end_without_conversation(tx, turn_key)
        return None
    attempt = row[4] + 1
    tx.session.execute(
        update(Turn).where(Turn.key == turn_key).values(attempts=attempt, lease_until=tx.now + LEASE, holder=holder)
    )
    history, is_behind = history_before(tx, row[6], turn_key)
    record = TurnRecord(
        turn_key=turn_key,
        turn_id=row[0],
        conversation_key=row[6],
        conversation_id=row[7],
        message_id=row[11],
        user_message_id=row[12],
        wish=TurnWish(text=row[13], conversation_id=row[7], **row[2]),
        provider=row[8],
        model=row[9],
        system_prompt=row[10],
        history=history,
        is_behind=is_behind,
        created_at=row[3],
        first_number=first_number(attempt),
        attempts=attempt,
    )
    return record, row[1], _done_exchanges(tx, turn_key, record), row[5]


def person_of(tx: Transaction, turn_key: int, user_key: int) -> Actor:
    """Return who a turn is for, with what they may do now; for one asked with an API key, no more than that gave.

    Raises:
        Unauthenticated: they are gone, or their account is switched off.
    """
    actor = actor_of_user(tx, user_key)
    rights = tx.session.scalar(select(Turn.rights).where(Turn.key == turn_key))
    return actor if rights is None else replace(actor, permissions=both(actor.permissions, frozenset(rights)))


def is_start_kept(tx: Transaction, turn_key: int) -> bool:
    """Return whether a reader from the beginning will find the start of the turn among its kept events."""
    kept: list[TurnEvent] = [item.event for item in kept_events(tx, turn_key, 0, 2)]
    return bool(kept) and isinstance(kept[0], Started)


def _end_without_conversation(tx: Transaction, turn_key: int) -> None:
    tx.session.execute(
        update(Turn)
        .where(Turn.key == turn_key, Turn.status == RUNNING)
        .values(status="cancelled", lease_until=None, finished_at=tx.now)
    )


def _done_exchanges(tx: Transaction, turn_key: int, record: TurnRecord) -> list[port.Message]:
    rows = tx.session.scalars(
        select(ToolCall).where(ToolCall.turn_key == turn_key).order_by(ToolCall.step, ToolCall.position)
    ).all()
    messages: list[port.Message] = []
    for step in sorted({row.step for row in rows}):
        mine = [row for row in rows if row.step == step]
        calls = tuple(port.ToolCall(row.call_id, row.name, arguments_json(row.arguments)) for row in mine)
        messages.append(port.Message("assistant", tool_calls=calls))
        messages += [
            port.Message("tool", content=orjson.dumps(row.result).decode(), call_id=row.call_id, name=row.name)
            for row in mine
        ]
    record.note_tools((row.name, row.ran, shown_action(row.name, row.ok, row.result, row.action)) for row in rows)
    record.first_step = max((row.step for row in rows), default=0) + 1
    return messages
