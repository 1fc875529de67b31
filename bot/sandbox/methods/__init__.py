"""The methods of the Bot API, by subject."""

from functools import cache

from bot.sandbox.methods import answering, editing, looking, profile, receiving, sending
from bot.sandbox.methods.call import Handler


@cache
def implementations() -> dict[str, Handler]:
    """Methods with an implementation of their own, by name."""
    modules = (answering, editing, looking, profile, receiving, sending)
    return {name: handler for module in modules for name, handler in module.METHODS.items()}
