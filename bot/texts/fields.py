"""The types of the fields of callback data, checked when built and when read back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from bot.clock import zone_exists


def _existing(zone: str) -> str:
    if not zone_exists(zone):
        raise ValueError(f"{zone!r} is not a time zone")
    return zone


def _in_the_calendar(day: str) -> str:
    date.fromisoformat(day)
    return day


BigId = Annotated[int, Field(ge=1, le=2**63 - 1)]
EntryId = Annotated[int, Field(ge=0, le=2**63 - 1)]
Minute = Annotated[int, Field(ge=0, le=1439)]
Page = Annotated[int, Field(ge=0, le=999)]
Mark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
MonthsAhead = Annotated[int, Field(ge=0, le=12)]
PauseDays = Annotated[int, Field(ge=0, le=365)]
StatsDays = Annotated[int, Field(ge=1, le=365)]
Switch = Annotated[int, Field(ge=0, le=1)]
ThemeBit = Annotated[int, Field(ge=0, le=30)]
TipNumber = Annotated[int, Field(ge=0, le=99_999)]
Version = Annotated[int, Field(ge=1, le=9999)]
Vote = Annotated[int, Field(ge=-1, le=1)]
Weekday = Annotated[int, Field(ge=0, le=6)]
AudienceChoice = Annotated[str, StringConstraints(pattern="^(both|adult|parent)$")]
Day = Annotated[
    str,
    StringConstraints(pattern=r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"),
    AfterValidator(_in_the_calendar),
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")]
Link = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,55}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
# The shape comes first: no path is looked up that no zone can have.
ZoneName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{1,39}$"),
    AfterValidator(_existing),
]
WhyNot = Annotated[str, StringConstraints(pattern="^(obvious|not_me|hard|not_skin)$")]
ServiceId = Annotated[str, StringConstraints(pattern=r"^service-[a-z]{1,12}(-[a-z]{1,10}){0,3}$")]
Runnable = Literal["export", "forget", "help", "privacy", "saved", "settings"]
View = Literal["main", "hour", "days", "themes", "for", "sound", "team", "pause", "language"]
InvitedRole = Literal["editor", "viewer"]
Beside = Literal["newest", "older", "newer"]
AudiencePart = Literal[
    "all", "who", "theme", "zone", "country", "active", "after", "before", "without"
]
AudienceValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9*/_-]{0,24}$")]
SegmentKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
Hours = Annotated[int, Field(ge=0, le=168)]
Silent = Literal["night", "always", "never"]
PollManner = Literal["forward", "copy"]
CardView = Literal[
    "card", "audience", "who", "themes", "zones", "joined", "active", "saved", "when", "local",
    "until", "options",
]  # fmt: skip
Asked = Literal[
    "audience",
    "list",
    "segment",
    "time",
    "local",
    "until",
    "buttons",
    "words",
    "new_text",
    "new_buttons",
]
