"""Everything that the tables hold about one person: to hand it out, and to erase it.

One list of tables serves both, so that nothing can be in the one and not in the other. A test
walks all tables and fails where a column about a person is neither handed out nor excused here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, delete, or_, select, update
from sqlalchemy import Table as CoreTable

from bot.store.outbox_models import NOT_BEGUN
from bot.store.queries import admins, broadcasts, deliveries, inbox, subscribers
from bot.store.tables import (
    Executor,
    admin,
    affected,
    answer_vote,
    audit,
    broadcast,
    delivery,
    dialogue,
    flood_wait,
    invitation,
    listed,
    login,
    miss,
    question,
    rotation,
    saved,
    segment,
    subscriber,
    subscription,
    tip_vote,
    withdrawn_tip,
)
from bot.store.tables import inbox as inbox_table
from bot.store.values import NOBODY


class Person(NamedTuple):
    """Whom it is about, and what their rows in the outbox are found by: it has no other index."""

    chat_id: int
    subscription_ids: Sequence[int]
    dates: Sequence[date]
    broadcasts: Sequence[int]


Rows = dict[str, list[dict[str, Any]]]
Where = Callable[[Person], Sequence[ColumnElement[bool]]]


def _of_chat(table: CoreTable) -> Where:
    return lambda person: [table.c.chat_id == person.chat_id]


def _by_admin(*columns: Column[Any]) -> Where:
    return lambda person: [or_(*(column == person.chat_id for column in columns))]


def _audit(person: Person) -> Sequence[ColumnElement[bool]]:
    named = admins.subject_of(person.chat_id)
    return [or_(audit.c.actor == person.chat_id, audit.c.subject == named)]


def _deliveries(person: Person) -> Sequence[ColumnElement[bool]]:
    of_broadcasts = delivery.c.broadcast_id.in_(person.broadcasts)
    found = [of_broadcasts & (delivery.c.chat_id == person.chat_id)]
    if person.subscription_ids:
        mine = delivery.c.subscription_id.in_(person.subscription_ids)
        found.append(delivery.c.local_date.in_(person.dates) & mine)
    return found


def _broadcasts(person: Person) -> Sequence[ColumnElement[bool]]:
    columns = ("admin_id", "source_chat_id", "progress_chat_id", "approved_by")
    return [or_(*(broadcast.c[name] == person.chat_id for name in columns))]


PERSONAL: Mapping[str, tuple[CoreTable, Where]] = {
    table.name: (table, where)
    for table, where in (
        (subscriber, _of_chat(subscriber)),
        (rotation, _of_chat(rotation)),
        (subscription, _of_chat(subscription)),
        (saved, _of_chat(saved)),
        (tip_vote, _of_chat(tip_vote)),
        (answer_vote, _of_chat(answer_vote)),
        (miss, _of_chat(miss)),
        (delivery, _deliveries),
        (broadcast, _broadcasts),
        (inbox_table, _of_chat(inbox_table)),
        (flood_wait, _of_chat(flood_wait)),
        (listed, _of_chat(listed)),
        (question, _of_chat(question)),
        (admin, _by_admin(admin.c.user_id, admin.c.invited_by)),
        (login, _by_admin(login.c.user_id)),
        (dialogue, _by_admin(dialogue.c.user_id)),
        (invitation, _by_admin(invitation.c.made_by, invitation.c.used_by)),
        (audit, _audit),
        (segment, _by_admin(segment.c.made_by)),
        (withdrawn_tip, _by_admin(withdrawn_tip.c.by)),
    )
}
"""The tables with rows about a person, and how theirs are found."""

WITHHELD: Mapping[tuple[str, str], str] = {
    ("inbox", "body"): "their own message, encrypted until it is answered: a moment from now",
    ("broadcast", "cursor"): "another subscriber's chat number",
    ("question", "words"): "their own question, encrypted for the admins who may answer it",
    ("login", "token_hash"): "what a secret of theirs is recognised by",
    ("invitation", "token_hash"): "what the secret of an invitation is recognised by",
}
"""Columns of a person's rows that are not handed out, and why."""

DELETED = (
    "delivery", "saved", "tip_vote", "answer_vote", "miss", "subscription", "flood_wait",
    "listed", "question", "login", "dialogue",
)  # fmt: skip
"""The tables whose rows go with the person, besides their own."""

DISOWNED = (
    admin.c.invited_by, invitation.c.made_by, invitation.c.used_by, audit.c.actor,
    segment.c.made_by, withdrawn_tip.c.by, broadcast.c.approved_by,
)  # fmt: skip
"""What an admin did outlasts them, as nobody's."""


async def find(session: Executor, *chats: int) -> list[Person]:
    """By what the rows about each of these chats are found."""
    own = select(subscription.c.chat_id, subscription.c.id).where(
        subscription.c.chat_id.in_(chats)
    )
    subscriptions: defaultdict[int, list[int]] = defaultdict(list)
    for row in await session.execute(own):
        subscriptions[row.chat_id].append(row.id)
    dates, every = await deliveries.all_dates(session), await broadcasts.ids(session)
    return [Person(chat, subscriptions[chat], dates, every) for chat in chats]


async def rows(session: Executor, person: Person) -> Rows:
    """All rows about the person by table, tables without any left out."""
    found: Rows = {}
    for name, (table, where) in PERSONAL.items():
        columns = [column for column in table.c if (name, column.name) not in WITHHELD]
        for condition in where(person):
            made = select(*columns).where(condition).order_by(*table.primary_key)
            theirs = (await session.execute(made)).mappings().all()
            if theirs:
                plain = ({str(key): value for key, value in row.items()} for row in theirs)
                found.setdefault(str(name), []).extend(plain)
    return found


async def erase(session: Executor, person: Person) -> bool:
    """Delete every row about the person, but for a broadcast of theirs that is under way; whether
    there was one, besides the updates that are being answered.

    Of an update its number stays, so that Telegram's repeat of it is known; of a finished
    broadcast its figures, as nobody's.
    """
    erased = 0
    for name in DELETED:
        table, where = PERSONAL[name]
        for condition in where(person):
            if table is delivery:
                await deliveries.keep_count(session, condition, "forgotten")
            erased += await affected(session, delete(table).where(condition))
    await inbox.forget_chat(session, person.chat_id)
    erased += await affected(session, delete(admin).where(admin.c.user_id == person.chat_id))
    erased += await _disown_broadcasts(session, person)
    for column in DISOWNED:
        theirs = update(column.table).where(column == person.chat_id)
        erased += await affected(session, theirs.values({column.name: NOBODY}))
    named = update(audit).where(audit.c.subject == admins.subject_of(person.chat_id))
    erased += await affected(session, named.values(subject=admins.subject_of(NOBODY)))
    return await subscribers.erase(session, person.chat_id) or erased > 0


async def under_way(session: Executor, chat_id: int) -> list[int]:
    """The broadcasts of this admin that are being sent or paused."""
    open_ones = broadcast.c.state.in_(broadcasts.OPEN_STATES)
    statement = select(broadcast.c.id).where(broadcast.c.admin_id == chat_id, open_ones)
    return list((await session.execute(statement.order_by(broadcast.c.id))).scalars())


async def _disown_broadcasts(session: Executor, person: Person) -> int:
    chat, table = person.chat_id, broadcast
    over = table.c.state.in_(("done", "cancelled"))
    # Nobody was sent anything of these, so they go with their admin.
    drafts = delete(table).where(table.c.admin_id == chat, table.c.state.in_(NOT_BEGUN))
    changed = await affected(session, drafts)
    # A chat that is where the sender stands may be left out: nobody of that number is there.
    behind = update(table).where(table.c.cursor == chat)
    await session.execute(behind.where(over).values(cursor=None))
    await session.execute(behind.values(cursor=chat - 1))
    theirs, source = table.c.admin_id == chat, table.c.source_chat_id == chat
    nobodys = {
        "admin_id": NOBODY,
        "source_chat_id": NOBODY,
        "source_message_id": 0,
        "content": None,
    }
    ended = update(table).where(over)
    changed += await affected(session, ended.where(theirs | source).values(**nobodys))
    shown = {"progress_chat_id": None, "progress_message_id": None}
    elsewhere = update(table).where(table.c.progress_chat_id == chat, over | ~theirs)
    changed += await affected(session, elsewhere.values(**shown))
    return changed
