"""Roles: the team as owners see it, invitations, and what somebody is told of their role."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.admins.roles import Member, Role
from bot.texts import html, times
from bot.texts.callbacks import Begin, Invite, OpenMember, RemoveMember, SetRole, ShowTeam
from bot.texts.catalogue import Translator
from bot.texts.commands import COMMANDS
from bot.texts.message import Button, Message, Rows, page, toast

NAME_UNITS = 40
# Signs that turn the direction of writing: what stands behind a name would read otherwise.
TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def known_as(_: Translator, user_id: int, name: str) -> str:
    """The name that Telegram tells of somebody; their number where it tells none."""
    return html.one_line(TURNS.sub("", name), NAME_UNITS) or _("number {number}").format(
        number=user_id
    )


def role_name(_: Translator, role: Role) -> str:
    """The role as one says it."""
    names = {Role.OWNER: _("owner"), Role.EDITOR: _("editor"), Role.VIEWER: _("viewer")}
    return names[role]


def a_role(_: Translator, role: Role) -> str:
    """The role with its article."""
    names = {Role.OWNER: _("an owner"), Role.EDITOR: _("an editor"), Role.VIEWER: _("a viewer")}
    return names[role]


def team(
    _: Translator,
    members: Sequence[Member],
    names: Mapping[int, str],
    you: int,
    number: int,
    pages: int,
    now: datetime,
) -> Message:
    """A page (``number`` from 0, of ``pages``) of those with a role; a tap opens one."""
    lines = [_line(_, one, names.get(one.user_id, ""), you, now) for one in members]
    others = [one for one in members if one.role is not Role.OWNER]
    how = _("Tap a name to change or end a role.") if others else ""
    return page(
        _head(_, number, pages),
        html.join(lines),
        html.text(how),
        buttons=(
            *((_opener(_, one, names.get(one.user_id, "")),) for one in others),
            _pager(_, number, pages),
            *_inviters(_),
        ),
    )


def _head(_: Translator, number: int, pages: int) -> html.Html:
    head = html.bold(_("The team"))
    if pages == 1:
        return head
    return head + html.fill(_(", page {number} of {pages}"), number=number + 1, pages=pages)


def _line(_: Translator, one: Member, name: str, you: int, now: datetime) -> html.Html:
    who = known_as(_, one.user_id, name)
    if one.user_id == you:
        who = _("{name} (you)").format(name=who)
    if one.since is None:
        return html.fill(_("{who}: {role}"), who=who, role=role_name(_, one.role))
    since = times.day_at(_, one.since, now, "UTC")
    words = _("{who}: {role} since {day}")
    return html.fill(words, who=who, role=role_name(_, one.role), day=since)


def _opener(_: Translator, one: Member, name: str) -> Button:
    return Button(known_as(_, one.user_id, name), OpenMember(one.user_id))


def _pager(_: Translator, number: int, pages: int) -> tuple[Button, ...]:
    back = (Button(_("◀ Earlier page"), ShowTeam(number - 1)),) if number > 0 else ()
    on = (Button(_("Next page ▶"), ShowTeam(number + 1)),) if number + 1 < pages else ()
    return (*back, *on)


def _inviters(_: Translator) -> Rows:
    return (
        (Button(_("Invite an editor"), Invite("editor")),),
        (Button(_("Invite a viewer"), Invite("viewer")),),
    )


def member(_: Translator, one: Member, name: str, now: datetime) -> Message:
    """Somebody with a role, and what an owner may do about it."""
    back = (Button(_("Back to the team"), ShowTeam(0)),)
    line = html.bold(_line(_, one, name, 0, now).plain)
    if one.role is Role.OWNER:
        return page(line, html.text(_("Owners stand in the bot's settings.")), buttons=(back,))
    return page(
        line,
        html.text(_what_it_is(_, one.role)),
        buttons=(
            (_swap(_, one),),
            (Button(_("Remove from the team"), RemoveMember(one.user_id)),),
            back,
        ),
    )


def _swap(_: Translator, one: Member) -> Button:
    if one.role is Role.EDITOR:
        return Button(_("Make them a viewer"), SetRole(one.user_id, "viewer"))
    return Button(_("Make them an editor"), SetRole(one.user_id, "editor"))


def _what_it_is(_: Translator, role: Role) -> str:
    if role is Role.EDITOR:
        return _("Editors write to subscribers, change the content and answer questions.")
    return _("Viewers see figures, reports and what the team did. They change nothing.")


def ask_role(_: Translator) -> Message:
    """/invite without a role."""
    return page(
        html.bold(_("Who would you like to invite?")),
        html.text(_what_it_is(_, Role.EDITOR)),
        html.text(_what_it_is(_, Role.VIEWER)),
        buttons=_inviters(_),
    )


def forward_this(_: Translator, role: Role) -> Message:
    """Goes before an invitation."""
    words = _("Forward the next message to whoever you'd like as {role}, and to nobody else.")
    return page(
        html.fill(words, role=a_role(_, role)),
        html.text(_("Its link works once, for two days. You'll hear when it's used.")),
    )


def invitation(_: Translator, role: Role, address: str) -> Message:
    """An invitation, to be forwarded."""
    words = _("You're invited to help run this bot as {role}.")
    return page(
        html.fill(words, role=a_role(_, role)),
        html.text(_("Open this link and tap Start. It works once, for two days:")),
        html.text(address),
    )


def bad_invitation(_: Translator) -> Message:
    """A link that is used, too old, or made up."""
    return page(
        html.text(_("Sorry, that invitation doesn't work. Each works once, for two days.")),
        html.text(_("Ask whoever sent it for a new one. For a tip a day, tap below.")),
        buttons=((Button(_("Get tips"), Begin()),),),
    )


def has_role(_: Translator, role: Role) -> Message:
    """They had this role, or a higher one, before they opened the link."""
    words = _("You're {role} already, so there's nothing to change. See /help.")
    return page(html.fill(words, role=a_role(_, role)))


def welcome(_: Translator, role: Role) -> Message:
    """They have taken up an invitation."""
    return page(
        html.fill(_("You're in: you're now {role} of this bot."), role=a_role(_, role)),
        _commands(_, role),
        html.text(_("Everything the team changes is written down: /audit")),
        html.text(_("You needn't get tips yourself. If you'd like one a day: /start")),
    )


def _commands(_: Translator, role: Role) -> html.Html:
    theirs = [one for one in COMMANDS if one.who != "everyone" and role.may(one.who)]
    return html.join(html.text(f"/{one.name}: {_(one.description)}") for one in theirs)


def joined(_: Translator, role: Role, user_id: int, name: str) -> Message:
    """Tells the owner who has used their invitation."""
    who = known_as(_, user_id, name)
    words = _("{who} has used your invitation and is now {role}.")
    return page(
        html.fill(words, who=who, role=a_role(_, role)),
        html.text(_("Not who you meant? Tap below, and take the role away.")),
        buttons=((Button(_("See {name}").format(name=who), OpenMember(user_id)),),),
    )


def role_changed(_: Translator, role: Role) -> Message:
    """Tells somebody that an owner gave them another role."""
    words = _("An owner of this bot has changed your role: you're now {role}.")
    return page(html.fill(words, role=a_role(_, role)), _commands(_, role))


def removed(_: Translator) -> Message:
    """Tells somebody that they have no role any more."""
    return page(
        html.text(_("An owner of this bot has ended your role. Thanks for all your help.")),
        html.text(_("Your own tips and settings stay as they are.")),
    )


def command_refused(_: Translator, role: Role) -> Message:
    """A command that takes another role than they have."""
    return page(html.text(_refusal(_, role)), html.text(_("What you can do is in /help.")))


def tap_refused(_: Translator, role: Role | None) -> str:
    """Toast: a button that takes a role which they don't have, or not any more."""
    if role is None:
        return toast(_("Only the team can do that, and you're not in it. I've changed nothing."))
    return toast(_refusal(_, role))


def _refusal(_: Translator, role: Role) -> str:
    if role is Role.VIEWER:
        return _("As a viewer you can look, but that takes an editor. I've changed nothing.")
    return _("Only an owner can do that. I've changed nothing.")
