"""Which chats can be written to: the bot was blocked or unblocked, or a group moved."""

from __future__ import annotations

from telegram import Chat, ChatMember, Update

from bot.handlers.context import Context


async def on_change(update: Update, context: Context) -> None:
    """Somebody blocked or unblocked the bot."""
    change = update.my_chat_member
    if change is None or change.chat.type != Chat.PRIVATE:
        return
    if change.new_chat_member.status in {ChatMember.BANNED, ChatMember.LEFT}:
        await context.services.subscribers.blocked(change.chat.id)
    elif change.new_chat_member.status == ChatMember.MEMBER:
        await context.services.subscribers.unblocked(change.chat.id)


async def on_migration(_update: Update, context: Context) -> None:
    """A group became a supergroup; Telegram says so twice, under the old id and the new one."""
    message = context.written
    old, new = message.chat.id, message.migrate_to_chat_id
    if message.migrate_from_chat_id is not None:
        old, new = message.migrate_from_chat_id, message.chat.id
    if new is not None:
        await context.services.subscribers.move_chat(old, new)
