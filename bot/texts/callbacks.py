"""What the inline buttons carry: one frozen pydantic dataclass a button kind; ``codec`` writes and
reads them.

Switches carry the wanted state and not "toggle": the second of two taps changes nothing.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from bot.texts import fields as form
from bot.texts.codec import DATA_BYTES, Callback, decode, encode, kinds

__all__ = ["DATA_BYTES", "Callback", "decode", "encode", "kinds"]

STATS_DAYS = (7, 30, 365)


@dataclass(frozen=True)
class Agree(Callback):
    """Consent to the texts of this version; ``link`` is the deep link's parameter ("": none).

    It waits in the button, as nothing is stored before. Only its first 55 characters fit.
    """

    kind: ClassVar[str] = "ag"
    version: form.Version
    link: form.Link


@dataclass(frozen=True)
class Begin(Callback):
    """Subscribe: the same as /start."""

    kind: ClassVar[str] = "go"


@dataclass(frozen=True)
class PickAudience(Callback):
    """Who the tips are for, while subscribing."""

    kind: ClassVar[str] = "ap"
    audience: form.AudienceChoice


@dataclass(frozen=True)
class AskZone(Callback):
    """Ask for the time zone (again)."""

    kind: ClassVar[str] = "za"


@dataclass(frozen=True)
class PickZone(Callback):
    """This time zone."""

    kind: ClassVar[str] = "zp"
    zone: form.ZoneName


@dataclass(frozen=True)
class KeepZone(Callback):
    """Leave the time zone as it is."""

    kind: ClassVar[str] = "zk"


@dataclass(frozen=True)
class AskHour(Callback):
    """Ask to type another hour."""

    kind: ClassVar[str] = "ha"


@dataclass(frozen=True)
class PickHour(Callback):
    """This hour, while subscribing. Minutes after local midnight."""

    kind: ClassVar[str] = "hp"
    minute: form.Minute


@dataclass(frozen=True)
class Why(Callback):
    """Why does this tip say so?"""

    kind: ClassVar[str] = "tw"
    tip: form.TipNumber


@dataclass(frozen=True)
class FoldWhy(Callback):
    """Fold away again why this tip says so."""

    kind: ClassVar[str] = "tf"
    tip: form.TipNumber


@dataclass(frozen=True)
class SayWhyNot(Callback):
    """Why this tip is not for me."""

    kind: ClassVar[str] = "tx"
    tip: form.TipNumber
    why: form.WhyNot


@dataclass(frozen=True)
class RateTip(Callback):
    """Helpful (1), not for me (-1), or neither (0)."""

    kind: ClassVar[str] = "tr"
    tip: form.TipNumber
    vote: form.Vote


@dataclass(frozen=True)
class SaveTip(Callback):
    """Save this tip (1) or remove it (0)."""

    kind: ClassVar[str] = "ts"
    tip: form.TipNumber
    on: form.Switch


@dataclass(frozen=True)
class OpenTip(Callback):
    """Show this saved tip."""

    kind: ClassVar[str] = "to"
    tip: form.TipNumber


@dataclass(frozen=True)
class SavedPage(Callback):
    """A page of the saved tips, from 0."""

    kind: ClassVar[str] = "tp"
    page: form.Page


@dataclass(frozen=True)
class TidySaved(Callback):
    """A page of the saved tips, from 0, where a tap removes one."""

    kind: ClassVar[str] = "tq"
    page: form.Page


@dataclass(frozen=True)
class RemoveSaved(Callback):
    """Remove this tip from the list of the saved ones, at this page."""

    kind: ClassVar[str] = "tu"
    tip: form.TipNumber
    page: form.Page


@dataclass(frozen=True)
class TipNow(Callback):
    """A tip at once."""

    kind: ClassVar[str] = "tn"


@dataclass(frozen=True)
class DropTheme(Callback):
    """No more of this theme (1), or keep it (0)."""

    kind: ClassVar[str] = "td"
    theme: form.ThemeBit
    drop: form.Switch


@dataclass(frozen=True)
class ShowSettings(Callback):
    """A view of the settings message."""

    kind: ClassVar[str] = "sv"
    view: form.View


@dataclass(frozen=True)
class SetHour(Callback):
    """This hour, from the settings. Minutes after local midnight."""

    kind: ClassVar[str] = "sh"
    minute: form.Minute


@dataclass(frozen=True)
class SetWeekday(Callback):
    """Tips on this weekday (0 = Monday): on (1) or off (0)."""

    kind: ClassVar[str] = "sd"
    day: form.Weekday
    on: form.Switch


@dataclass(frozen=True)
class SetTheme(Callback):
    """Tips of this theme (its bit): on (1) or off (0)."""

    kind: ClassVar[str] = "st"
    theme: form.ThemeBit
    on: form.Switch


@dataclass(frozen=True)
class SetAudience(Callback):
    """Who the tips are for."""

    kind: ClassVar[str] = "sf"
    audience: form.AudienceChoice


@dataclass(frozen=True)
class SetQuiet(Callback):
    """Tips without a sound (1), or with one (0)."""

    kind: ClassVar[str] = "sq"
    on: form.Switch


@dataclass(frozen=True)
class SetAnnouncements(Callback):
    """Messages from the team (1), or none (0), from the settings."""

    kind: ClassVar[str] = "sm"
    on: form.Switch


@dataclass(frozen=True)
class NoAnnouncements(Callback):
    """No more messages from the team, from below one."""

    kind: ClassVar[str] = "an"


@dataclass(frozen=True)
class AboutAnnouncement(Callback):
    """Who this message is from, where it has no words to say so."""

    kind: ClassVar[str] = "aw"


@dataclass(frozen=True)
class SetLanguage(Callback):
    """The language of the texts."""

    kind: ClassVar[str] = "sl"
    language: form.Language


@dataclass(frozen=True)
class Pause(Callback):
    """No tips for so many days; 0 = until /resume."""

    kind: ClassVar[str] = "pp"
    days: form.PauseDays


@dataclass(frozen=True)
class PauseMonth(Callback):
    """Show the days of a month (0: this one) that a pause may last until."""

    kind: ClassVar[str] = "pm"
    ahead: form.MonthsAhead


@dataclass(frozen=True)
class PauseUntil(Callback):
    """No tips until this day, which has one again."""

    kind: ClassVar[str] = "pu"
    day: form.Day


@dataclass(frozen=True)
class Resume(Callback):
    """Tips again."""

    kind: ClassVar[str] = "pr"


@dataclass(frozen=True)
class Stop(Callback):
    """No more tips."""

    kind: ClassVar[str] = "ps"


@dataclass(frozen=True)
class Forget(Callback):
    """Erase everything about me (1), or leave it (0)."""

    kind: ClassVar[str] = "xf"
    sure: form.Switch


@dataclass(frozen=True)
class FaqTopics(Callback):
    """A page of the list of topics, from 0."""

    kind: ClassVar[str] = "fl"
    page: form.Page


@dataclass(frozen=True)
class FaqTopic(Callback):
    """A page of the questions of one topic, from 0."""

    kind: ClassVar[str] = "ft"
    topic: form.Slug
    page: form.Page


@dataclass(frozen=True)
class OpenAnswer(Callback):
    """Show this answer."""

    kind: ClassVar[str] = "fa"
    answer: form.Slug


@dataclass(frozen=True)
class ShowSources(Callback):
    """Show the sources of this answer (1), or hide them (0)."""

    kind: ClassVar[str] = "fs"
    on: form.Switch
    answer: form.Slug


@dataclass(frozen=True)
class RateAnswer(Callback):
    """Helpful (1), not helpful (-1), or neither (0)."""

    kind: ClassVar[str] = "fr"
    vote: form.Vote
    answer: form.Slug


@dataclass(frozen=True)
class NotAsked(Callback):
    """This answer is not what I asked."""

    kind: ClassVar[str] = "fn"
    answer: form.Slug


@dataclass(frozen=True)
class AskService(Callback):
    """What was meant is this wish about the bot itself."""

    kind: ClassVar[str] = "ws"
    service: form.ServiceId


@dataclass(frozen=True)
class RunCommand(Callback):
    """The same as this command."""

    kind: ClassVar[str] = "wc"
    command: form.Runnable


@dataclass(frozen=True)
class SignSources(Callback):
    """What this advice for a warning sign rests on."""

    kind: ClassVar[str] = "us"
    advice: form.Slug


@dataclass(frozen=True)
class BroadcastDo(Callback):
    """An admin's action on a broadcast; retry: what failed, doubt: what may have failed.

    Where that costs Stars, these two only ask; ``retry_sure`` and ``doubt_sure`` answer with yes,
    ``report`` with no. ``approve`` and ``refuse`` are a second admin's; ``edit`` and ``recall``
    only ask, too, and so does ``cancel`` once it has begun: ``cancel_sure`` is yes, ``keep`` no.
    """

    kind: ClassVar[str] = "bd"
    what: Literal[
        "confirm",
        "cancel",
        "cancel_sure",
        "keep",
        "pause",
        "resume",
        "retry",
        "retry_sure",
        "doubt",
        "doubt_sure",
        "report",
        "approve",
        "refuse",
        "csv",
        "edit",
        "recall",
        "test_me",
        "test_all",
        "gathered",
    ]
    broadcast: form.BigId


@dataclass(frozen=True)
class BroadcastThis(Callback):
    """Broadcast the message that this one replies to."""

    kind: ClassVar[str] = "bt"


@dataclass(frozen=True)
class StopComposing(Callback):
    """Nothing is to be broadcast after all."""

    kind: ClassVar[str] = "bn"


@dataclass(frozen=True)
class ShowCard(Callback):
    """A view of a broadcast's card."""

    kind: ClassVar[str] = "bc"
    view: form.CardView
    broadcast: form.BigId


@dataclass(frozen=True)
class AskFor(Callback):
    """Ask the admin to type or send this part of a broadcast."""

    kind: ClassVar[str] = "ba"
    what: form.Asked
    broadcast: form.BigId


@dataclass(frozen=True)
class SetPart(Callback):
    """This value of a part of the audience: on (1) or off (0)."""

    kind: ClassVar[str] = "bf"
    part: form.AudiencePart
    value: form.AudienceValue
    on: form.Switch
    broadcast: form.BigId


@dataclass(frozen=True)
class UseSegment(Callback):
    """The saved audience with this key, for a broadcast."""

    kind: ClassVar[str] = "bg"
    key: form.SegmentKey
    broadcast: form.BigId


@dataclass(frozen=True)
class DropSegment(Callback):
    """Forget the saved audience with this key."""

    kind: ClassVar[str] = "bh"
    key: form.SegmentKey
    broadcast: form.BigId


@dataclass(frozen=True)
class SetTime(Callback):
    """Send a broadcast now, or on this day at this minute: the admin's own, or each subscriber's.

    Minutes after local midnight.
    """

    kind: ClassVar[str] = "bw"
    how: Literal["now", "at", "local"]
    day: form.Day
    minute: form.Minute
    broadcast: form.BigId


@dataclass(frozen=True)
class SetLate(Callback):
    """What becomes of those whose local hour has passed."""

    kind: ClassVar[str] = "bl"
    late: Literal["next_day", "skip"]
    broadcast: form.BigId


@dataclass(frozen=True)
class SetEnd(Callback):
    """Nothing is sent later than so many hours after it begins; 0 = as usual."""

    kind: ClassVar[str] = "be"
    hours: form.Hours
    broadcast: form.BigId


@dataclass(frozen=True)
class SetSilent(Callback):
    """When a broadcast makes no sound."""

    kind: ClassVar[str] = "bs"
    silent: form.Silent
    broadcast: form.BigId


@dataclass(frozen=True)
class SetPoll(Callback):
    """A poll forwarded, so that votes count together, or a copy for each."""

    kind: ClassVar[str] = "bp"
    manner: form.PollManner
    broadcast: form.BigId


@dataclass(frozen=True)
class TipWithdrawn(Callback):
    """What to do about a tip that was withdrawn: bring it back, or correct it where it went."""

    kind: ClassVar[str] = "cw"
    what: Literal["restore", "correct"]
    tip: form.TipNumber


@dataclass(frozen=True)
class AskTeam(Callback):
    """Pass a question that has no answer on to the team: say what that means, do it, or don't."""

    kind: ClassVar[str] = "qa"
    what: Literal["ask", "yes", "no"]


@dataclass(frozen=True)
class OpenInbox(Callback):
    """The questions for the team, as /inbox shows them."""

    kind: ClassVar[str] = "qo"


@dataclass(frozen=True)
class InboxDo(Callback):
    """An admin's action on the questions that are like this one, up to the last that was shown;
    ``alone`` on this one."""

    kind: ClassVar[str] = "qi"
    what: Literal["show", "next", "answer", "draft", "dismiss"]
    question: form.BigId
    last: form.BigId
    alone: form.Switch


@dataclass(frozen=True)
class AnswerDo(Callback):
    """Send the answer that was written to so many people, write another one, or none.

    ``mark`` tells it from an answer that another admin wrote to the same question.
    """

    kind: ClassVar[str] = "qs"
    what: Literal["send", "anew", "cancel"]
    question: form.BigId
    count: form.BigId
    mark: form.Mark


@dataclass(frozen=True)
class ShowStats(Callback):
    """The figures of the last so many days."""

    kind: ClassVar[str] = "as"
    days: form.StatsDays


@dataclass(frozen=True)
class ShowTeam(Callback):
    """A page of the list of those with a role, from 0."""

    kind: ClassVar[str] = "rl"
    page: form.Page


@dataclass(frozen=True)
class OpenMember(Callback):
    """Show somebody with a role, by their user id."""

    kind: ClassVar[str] = "ro"
    user: form.BigId


@dataclass(frozen=True)
class SetRole(Callback):
    """Give somebody this role."""

    kind: ClassVar[str] = "rs"
    user: form.BigId
    role: form.InvitedRole


@dataclass(frozen=True)
class RemoveMember(Callback):
    """Take somebody's role away."""

    kind: ClassVar[str] = "rx"
    user: form.BigId


@dataclass(frozen=True)
class Invite(Callback):
    """Make an invitation to this role."""

    kind: ClassVar[str] = "ri"
    role: form.InvitedRole


@dataclass(frozen=True)
class ShowAudit(Callback):
    """The newest entries of the audit log, or those next to this one (0: none)."""

    kind: ClassVar[str] = "ra"
    beside: form.Beside
    entry: form.EntryId


@dataclass(frozen=True)
class SendStatsFile(Callback):
    """The figures of the last so many days as a file, day by day."""

    kind: ClassVar[str] = "ac"
    days: form.StatsDays
