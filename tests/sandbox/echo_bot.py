"""A bot of a few lines, for whoever tests the sandbox and not a bot."""

from __future__ import annotations

from typing import Any

from tests.sandbox.conftest import Hand, inline


class EchoBot:
    """Lives on the Bot API: it repeats what it hears, and nods to taps."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._offset = 0

    async def run(self) -> None:
        while True:
            for update in await self._hand.updates(offset=self._offset, timeout=20):
                self._offset = update["update_id"] + 1
                await self._on(update)

    async def _on(self, update: dict[str, Any]) -> None:
        if message := update.get("message"):
            await self._repeat(message)
        elif query := update.get("callback_query"):
            await self._nod(query)

    async def _repeat(self, message: dict[str, Any]) -> None:
        text = f"You said: {message.get('text', 'something')}"
        if replied := message.get("reply_to_message"):
            text += f" to: {replied['text']}"
        markup = inline("Nod", "Edit")
        await self._hand.ok(
            "sendMessage", chat_id=message["chat"]["id"], text=text, reply_markup=markup
        )

    async def _nod(self, query: dict[str, Any]) -> None:
        words = {"text": "Noted"} if query["data"] == "nod" else {}
        await self._hand.ok("answerCallbackQuery", callback_query_id=query["id"], **words)
        if query["data"] == "edit":
            message = query["message"]
            where = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
            await self._hand.ok("editMessageText", text="Changed", **where)
