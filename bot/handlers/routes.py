"""Which function deals with which command, and with which kind of button."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.handlers import admin, broadcast, faq, privacy, settings, start, tip
from bot.handlers.context import Context
from bot.texts import callbacks as taps
from bot.texts import help as helping

OnCommand = Callable[[Context, str], Awaitable[None]]
OnTap = Callable[[Context, Any], Awaitable[None]]


async def show_help(context: Context, _rest: str) -> None:
    """``/help``: the commands this person has."""
    is_admin = context.services.is_admin(context.user)
    await context.say(helping.help_message(context.language, admin=is_admin))


ON_COMMAND: dict[str, OnCommand] = {
    "start": start.greet,
    "tip": tip.tip_now,
    "faq": faq.faq,
    "settings": settings.show,
    "saved": tip.saved,
    "pause": settings.pause,
    "resume": settings.resume,
    "stop": settings.stop,
    "help": show_help,
    "privacy": privacy.privacy,
    "export": privacy.export,
    "forget": privacy.forget,
    "broadcast": broadcast.compose,
    "stats": admin.stats,
}

ON_TAP: dict[type[taps.Callback], OnTap] = {
    taps.Agree: start.agree,
    taps.AskZone: start.ask_zone,
    taps.PickZone: start.pick_zone,
    taps.KeepZone: start.keep_zone,
    taps.AskHour: start.ask_hour,
    taps.PickHour: start.pick_hour,
    taps.Why: tip.why,
    taps.RateTip: tip.rate,
    taps.SaveTip: tip.save,
    taps.OpenTip: tip.open_saved,
    taps.SavedPage: tip.saved_page,
    taps.TipNow: tip.another,
    taps.DropTheme: tip.drop_theme,
    taps.ShowSettings: settings.show_view,
    taps.SetHour: settings.set_hour,
    taps.SetWeekday: settings.set_weekday,
    taps.SetTheme: settings.set_theme,
    taps.SetAudience: settings.set_audience,
    taps.SetLanguage: settings.set_language,
    taps.Pause: settings.pause_tapped,
    taps.Resume: settings.resume_tapped,
    taps.Stop: settings.stop_tapped,
    taps.Forget: privacy.forget_tapped,
    taps.FaqTopics: faq.topics_page,
    taps.FaqTopic: faq.topic_page,
    taps.OpenAnswer: faq.open_answer,
    taps.RateAnswer: faq.rate,
    taps.NotAsked: faq.not_asked,
    taps.BroadcastDo: broadcast.act,
    taps.ShowStats: admin.stats_span,
}
