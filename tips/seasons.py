"""The season where a subscriber lives, told from the date and the time zone's name."""

from __future__ import annotations

from datetime import date

from tips.models import Season

# Zones whose main place lies south of the equator by IANA's zone.tab (release 2026a), with the
# older names that link to them. The tropics go by their hemisphere, too; zones without a place
# (Etc/...) count as northern.
_SOUTHERN = {
    "Africa/": (
        "Blantyre Brazzaville Bujumbura Dar_es_Salaam Gaborone Harare Johannesburg Kigali "
        "Kinshasa Luanda Lubumbashi Lusaka Maputo Maseru Mbabane Nairobi Windhoek"
    ),
    "America/": (
        "Araguaina Asuncion Bahia Belem Buenos_Aires Campo_Grande Catamarca Cordoba "
        "Coyhaique Cuiaba Eirunepe Fortaleza Guayaquil Jujuy La_Paz Lima Maceio Manaus "
        "Mendoza Montevideo Noronha Porto_Acre Porto_Velho Punta_Arenas Recife Rio_Branco "
        "Rosario Santarem Santiago Sao_Paulo"
    ),
    "America/Argentina/": (
        "Buenos_Aires Catamarca ComodRivadavia Cordoba Jujuy La_Rioja Mendoza Rio_Gallegos "
        "Salta San_Juan San_Luis Tucuman Ushuaia"
    ),
    "Antarctica/": (
        "Casey Davis DumontDUrville Macquarie Mawson McMurdo Palmer Rothera South_Pole "
        "Syowa Troll Vostok"
    ),
    "Asia/": ("Dili Jakarta Jayapura Makassar Pontianak Ujung_Pandang"),
    "Atlantic/": ("South_Georgia St_Helena Stanley"),
    "Australia/": (
        "ACT Adelaide Brisbane Broken_Hill Canberra Currie Darwin Eucla Hobart LHI Lindeman "
        "Lord_Howe Melbourne NSW North Perth Queensland South Sydney Tasmania Victoria West "
        "Yancowinna"
    ),
    "Brazil/": ("Acre DeNoronha East West"),
    "Chile/": ("Continental EasterIsland"),
    "Indian/": (
        "Antananarivo Chagos Christmas Cocos Comoro Kerguelen Mahe Mauritius Mayotte Reunion"
    ),
    "Pacific/": (
        "Apia Auckland Bougainville Chatham Easter Efate Enderbury Fakaofo Fiji Funafuti "
        "Galapagos Gambier Guadalcanal Kanton Marquesas Nauru Niue Norfolk Noumea Pago_Pago "
        "Pitcairn Port_Moresby Rarotonga Samoa Tahiti Tongatapu Wallis"
    ),
    "US/": ("Samoa"),
    "": ("NZ NZ-CHAT"),
}
SOUTHERN_ZONES = frozenset(
    area + name for area, names in _SOUTHERN.items() for name in names.split()
)

# Meteorological seasons: whole months, March to May being the northern spring.
_NORTHERN_BY_MONTH = tuple(
    season
    for season in (Season.WINTER, Season.SPRING, Season.SUMMER, Season.AUTUMN)
    for _ in range(3)
)
_SOUTHERN_BY_MONTH = _NORTHERN_BY_MONTH[6:] + _NORTHERN_BY_MONTH[:6]


def season_at(on: date, zone: str) -> Season:
    """The meteorological season on a local date in an IANA time zone."""
    by_month = _SOUTHERN_BY_MONTH if zone in SOUTHERN_ZONES else _NORTHERN_BY_MONTH
    return by_month[on.month % 12]


def days_left(on: date) -> int:
    """How many days the season of a date still has, that day included; at least one.

    Seasons turn on the same days in both hemispheres.
    """
    years, month = divmod(on.month // 3 * 3 + 2, 12)
    return (date(on.year + years, month + 1, 1) - on).days
