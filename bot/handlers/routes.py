"""Which function handles what: PTB's handlers in one table, tried in order."""

from __future__ import annotations

from telegram import Update
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.handlers import (
    admin,
    admin_page,
    ask_team,
    audit,
    content,
    faq,
    groups,
    guards,
    inbox,
    inline,
    invitations,
    membership,
    privacy,
    saved,
    search,
    service_wishes,
    settings,
    signs,
    start,
    team,
    tip,
    week,
    words,
)
from bot.handlers.broadcasts import audience, card, compose, control, dialogue, time
from bot.handlers.button import on_tap
from bot.handlers.command import Command, OrderReader
from bot.handlers.context import Context
from bot.handlers.filters import (
    FORWARDED,
    GROUP,
    NEW,
    PRIVATE,
    SAYS_SOMETHING,
    AnyCommand,
)
from bot.handlers.help import show_help
from bot.handlers.role_command import RoleCommand
from bot.texts import callbacks as taps

Row = BaseHandler[Update, Context, None]


def guard_rows() -> list[Row]:
    """The rows that come first: what is handled at once, and what goes on to the other rows."""
    return [
        ChatMemberHandler(membership.on_change, ChatMemberHandler.MY_CHAT_MEMBER),
        MessageHandler(NEW & filters.StatusUpdate.MIGRATE, membership.on_migration),
        MessageHandler(GROUP, groups.on_message),
        MessageHandler(PRIVATE & SAYS_SOMETHING, guards.open_message),
        CallbackQueryHandler(guards.open_tap),
    ]


def admin_rows() -> list[Row]:
    """The row that takes what an admin was asked for, whatever it looks like."""
    return [MessageHandler(PRIVATE & SAYS_SOMETHING, dialogue.open_message)]


def rows() -> list[Row]:
    """What people may write or tap; the first row that matches handles it."""
    orders = OrderReader()
    return [
        MessageHandler(PRIVATE & filters.LOCATION, start.on_location),
        MessageHandler(PRIVATE & SAYS_SOMETHING & ~filters.TEXT, words.on_attachment),
        MessageHandler(PRIVATE & filters.TEXT & FORWARDED, words.on_forwarded),
        Command(orders, "start", invitations.open_start, PRIVATE),
        Command(orders, "tip", tip.tip_now, PRIVATE),
        Command(orders, "faq", faq.faq, PRIVATE),
        Command(orders, "search", search.search, PRIVATE),
        Command(orders, "settings", settings.show, PRIVATE),
        Command(orders, "saved", saved.saved, PRIVATE),
        Command(orders, "week", week.week, PRIVATE),
        Command(orders, "pause", settings.pause, PRIVATE),
        Command(orders, "resume", settings.resume, PRIVATE),
        Command(orders, "stop", settings.stop, PRIVATE),
        Command(orders, "help", show_help, PRIVATE),
        Command(orders, "privacy", privacy.privacy, PRIVATE),
        Command(orders, "export", privacy.export, PRIVATE),
        Command(orders, "forget", privacy.forget, PRIVATE),
        RoleCommand(orders, "broadcast", "edit", compose.compose),
        RoleCommand(orders, "scheduled", "look", time.scheduled),
        RoleCommand(orders, "inbox", "edit", inbox.inbox),
        RoleCommand(orders, "preview", "look", content.preview),
        RoleCommand(orders, "withdraw", "edit", content.withdraw),
        RoleCommand(orders, "unwithdraw", "edit", content.unwithdraw),
        RoleCommand(orders, "reload", "edit", content.reload),
        RoleCommand(orders, "stats", "look", admin.stats),
        RoleCommand(orders, "audit", "look", audit.audit),
        RoleCommand(orders, "admins", "own", team.team),
        RoleCommand(orders, "invite", "own", invitations.invite),
        RoleCommand(orders, "page", "look", admin_page.way_in),
        MessageHandler(PRIVATE & AnyCommand(orders), words.on_unknown_command),
        MessageHandler(PRIVATE & filters.TEXT, words.on_words),
        InlineQueryHandler(inline.answer),
        on_tap(taps.Agree, start.agree),
        on_tap(taps.Begin, start.begin),
        on_tap(taps.PickAudience, start.pick_audience),
        on_tap(taps.AskZone, start.ask_zone),
        on_tap(taps.PickZone, start.pick_zone),
        on_tap(taps.KeepZone, start.keep_zone),
        on_tap(taps.AskHour, start.ask_hour),
        on_tap(taps.PickHour, start.pick_hour),
        on_tap(taps.Why, tip.why),
        on_tap(taps.FoldWhy, tip.fold_why),
        on_tap(taps.SayWhyNot, tip.say_why_not),
        on_tap(taps.RateTip, tip.rate),
        on_tap(taps.SaveTip, tip.save),
        on_tap(taps.OpenTip, tip.open_tip),
        on_tap(taps.SavedPage, saved.saved_page),
        on_tap(taps.TidySaved, saved.tidy),
        on_tap(taps.RemoveSaved, saved.remove),
        on_tap(taps.TipNow, tip.another),
        on_tap(taps.DropTheme, tip.drop_theme),
        on_tap(taps.ShowSettings, settings.show_view),
        on_tap(taps.SetHour, settings.set_hour),
        on_tap(taps.SetWeekday, settings.set_weekday),
        on_tap(taps.SetTheme, settings.set_theme),
        on_tap(taps.SetAudience, settings.set_audience),
        on_tap(taps.SetQuiet, settings.set_quiet),
        on_tap(taps.SetAnnouncements, settings.set_announcements),
        on_tap(taps.NoAnnouncements, settings.no_announcements),
        on_tap(taps.AboutAnnouncement, settings.about_announcement),
        on_tap(taps.SetLanguage, settings.set_language),
        on_tap(taps.Pause, settings.pause_tapped),
        on_tap(taps.PauseMonth, settings.pause_month),
        on_tap(taps.PauseUntil, settings.pause_until),
        on_tap(taps.Resume, settings.resume_tapped),
        on_tap(taps.Stop, settings.stop_tapped),
        on_tap(taps.Forget, privacy.forget_tapped),
        on_tap(taps.FaqTopics, faq.topics_page),
        on_tap(taps.FaqTopic, faq.topic_page),
        on_tap(taps.OpenAnswer, faq.open_answer),
        on_tap(taps.ShowSources, faq.show_sources),
        on_tap(taps.RateAnswer, faq.rate),
        on_tap(taps.NotAsked, faq.not_asked),
        on_tap(taps.AskService, service_wishes.chosen),
        on_tap(taps.RunCommand, service_wishes.run_command),
        on_tap(taps.SignSources, signs.show_sources),
        on_tap(taps.BroadcastDo, control.act),
        on_tap(taps.BroadcastThis, compose.this),
        on_tap(taps.StopComposing, compose.stop),
        on_tap(taps.ShowCard, card.show_view),
        on_tap(taps.AskFor, card.ask),
        on_tap(taps.SetSilent, card.set_silent),
        on_tap(taps.SetPoll, card.set_poll),
        on_tap(taps.SetPart, audience.set_part),
        on_tap(taps.UseSegment, audience.use_segment),
        on_tap(taps.DropSegment, audience.drop_segment),
        on_tap(taps.SetTime, time.set_time),
        on_tap(taps.SetLate, time.set_late),
        on_tap(taps.SetEnd, time.set_end),
        on_tap(taps.AskTeam, ask_team.act),
        on_tap(taps.OpenInbox, inbox.opened),
        on_tap(taps.InboxDo, inbox.act),
        on_tap(taps.AnswerDo, inbox.answer),
        on_tap(taps.TipWithdrawn, content.act),
        on_tap(taps.ShowStats, admin.stats_span),
        on_tap(taps.ShowAudit, audit.audit_page),
        on_tap(taps.ShowTeam, team.team_page),
        on_tap(taps.OpenMember, team.open_member),
        on_tap(taps.SetRole, team.set_role),
        on_tap(taps.RemoveMember, team.remove),
        on_tap(taps.Invite, invitations.invite_tapped),
        on_tap(taps.SendStatsFile, admin.stats_file_tapped),
    ]
