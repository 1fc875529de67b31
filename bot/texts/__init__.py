"""Every word and every keyboard: pure functions from plain data to a ``message.Message``.

Every text takes a ``catalogue.Translator`` first: it is made once for an update or a recipient.
A text that returns ``str`` is a *toast*, the short note that answers a tap. ``subscriber`` is the
store's ``SubscriberRead``; ``next_at`` is the next tip's instant (UTC) or None; ``now`` comes from
the clock.
"""
