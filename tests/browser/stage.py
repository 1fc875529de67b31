"""What stands in front of the page's tests: messages of every kind, put there over HTTP."""

from __future__ import annotations

from typing import Any

import aiohttp

from tests.browser.window import ChatPage

ANNA = 1001
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">'
    '<rect width="640" height="480" fill="{}"/></svg>'
)
LONG_QUOTE = "".join(f"Line {number} of the details. " for number in range(1, 40))
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänswitwe" * 4
RTL = "مرحبا بك في البوت. كيف حال بشرتك اليوم؟\nAnd a line in English."


class Stage:
    """Acts as the bot and as Anna, past the page; the page hears of it as of anything else."""

    def __init__(self, chat: ChatPage, session: aiohttp.ClientSession) -> None:
        self._session = session
        base = chat.sandbox.base_url
        self._control, self._bot = f"{base}/control", chat.bot_address

    async def bot(self, method: str, **parameters: Any) -> Any:
        """A call by the bot to Anna's chat."""
        body = {"chat_id": ANNA, **parameters}
        async with self._session.post(f"{self._bot}/{method}", json=body) as answer:
            result = await answer.json()
            assert answer.status == 200, result
            return result["result"]

    async def anna(self, act: str, **parameters: Any) -> Any:
        """An act of Anna's."""
        body = {"user": ANNA, **parameters}
        async with self._session.post(f"{self._control}/{act}", json=body) as answer:
            result = await answer.json()
            assert answer.status == 200, result
            return result

    async def picture(self, colour: str = "teal") -> str:
        """A picture that the browser can show; its file's id."""
        headers = {"Content-Type": "image/svg+xml"}
        address = f"{self._control}/files?name=picture.svg"
        body = PICTURE.format(colour).encode()
        async with self._session.post(address, data=body, headers=headers) as answer:
            return str((await answer.json())["file"])

    async def quote(self) -> int:
        """A message by the bot with a long quote that folds; its number."""
        text = f"Before\n<blockquote expandable>{LONG_QUOTE}<a href='https://a.org'>Source</a>"
        sent = await self.bot("sendMessage", text=f"{text}</blockquote>\nAfter", parse_mode="HTML")
        return int(sent["message_id"])

    async def album(self) -> None:
        """Three pictures by Anna."""
        files = [await self.picture(colour) for colour in ("teal", "coral", "gold")]
        await self.anna("album", files=files, caption="Three creams")

    async def poll(self) -> None:
        """A poll by the bot that Anna has answered."""
        options = [{"text": "The thick one"}, {"text": "None"}]
        sent = await self.bot("sendPoll", question="Which cream?", options=options)
        await self.anna("vote", message_id=sent["message_id"], options=[0])

    async def voice(self) -> None:
        """A voice message by Anna."""
        await self.anna("say", media="voice")

    async def words(self) -> None:
        """Long words, and words from right to left."""
        await self.bot("sendMessage", text=LONG_WORD)
        await self.bot("sendMessage", text=RTL)

    async def buttons(self) -> None:
        """A silent message with a button of each sort."""
        row = [
            {"text": "Copy", "copy_text": {"text": "a word"}},
            {"text": "Share", "switch_inline_query": "fibre"},
            {"text": "Read", "url": "https://a.org"},
        ]
        keyboard = {"inline_keyboard": [row]}
        await self.bot(
            "sendMessage", text="Buttons", disable_notification=True, reply_markup=keyboard
        )
