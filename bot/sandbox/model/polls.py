"""Polls: made by the bot or by users, answered by users, counted."""

from typing import Any, Final

from bot.sandbox.model.errors import ControlError
from bot.sandbox.model.messages import Message
from bot.sandbox.model.people import Payload, User
from bot.sandbox.model.world import World

MOST_OPTIONS: Final = 12  # core.telegram.org/bots/api#sendpoll


def poll(world: World, question: str, options: list[str], **settings: Any) -> Payload:
    """The content of a message with a new poll that nobody has answered."""
    number = world.new_query_id()
    fixed = {
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }
    counted = [
        {"persistent_id": str(at), "text": text, "voter_count": 0}
        for at, text in enumerate(options)
    ]
    content = {"id": number, "question": question, "options": counted, "total_voter_count": 0}
    return {"poll": {**content, **fixed, **settings}}


def again(world: World, media: Payload) -> Payload:
    """The content of a copied message: a poll begins anew, everything else stays as it is."""
    if "poll" not in media:
        return media
    old = media["poll"]
    counted = {"id", "question", "options", "total_voter_count"}
    settings = {name: value for name, value in old.items() if name not in counted}
    return poll(world, old["question"], [option["text"] for option in old["options"]], **settings)


def vote(world: World, user: User, message: Message, chosen: list[int]) -> Payload:
    """`user` answers the poll, or takes the answer back with nothing chosen."""
    content = message.media.get("poll")
    if content is None:
        raise ControlError(f"message {message.message_id} is no poll", 404)
    _check(content, chosen)
    if chosen:
        message.votes[user.id] = sorted(set(chosen))
    else:
        message.votes.pop(user.id, None)
    message.media = {"poll": _counted(content, message.votes)}
    world.record("voted", message, user=user.id)
    return {"update_id": _announced(world, user, message, chosen)}


def _check(content: Payload, chosen: list[int]) -> None:
    if not all(isinstance(at, int) and 0 <= at < len(content["options"]) for at in chosen):
        raise ControlError("the poll has no such option")
    if len(chosen) > 1 and not content["allows_multiple_answers"]:
        raise ControlError("this poll takes one answer")


def _counted(content: Payload, votes: dict[int, list[int]]) -> Payload:
    chosen = [at for answer in votes.values() for at in answer]
    options = [
        {**option, "voter_count": chosen.count(at)} for at, option in enumerate(content["options"])
    ]
    return {**content, "options": options, "total_voter_count": len(votes)}


def _announced(world: World, user: User, message: Message, chosen: list[int]) -> int | None:
    """A bot hears of the polls it sent itself, and of names where a poll is not anonymous."""
    if not message.from_bot:
        return None
    content = message.media["poll"]
    if not content["is_anonymous"]:
        given = {"option_ids": chosen, "option_persistent_ids": [str(at) for at in chosen]}
        answer = {"poll_id": content["id"], "user": user.payload(), **given}
        world.updates.add("poll_answer", answer)
    return world.updates.add("poll", content)
