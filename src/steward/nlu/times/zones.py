"""Spoken time zones: cities, countries and abbreviations to IANA names."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re

_PLACES = """
Europe/London: london, england, the uk, uk, britain, great britain, scotland, wales, edinburgh, manchester, british
Europe/Dublin: dublin, ireland
Europe/Paris: paris, france, lyon, marseille
Europe/Berlin: berlin, germany, munich, hamburg, frankfurt, cologne, german
Europe/Madrid: madrid, spain, barcelona
Europe/Lisbon: lisbon, portugal
Europe/Rome: rome, italy, milan
Europe/Amsterdam: amsterdam, the netherlands, netherlands, holland
Europe/Brussels: brussels, belgium
Europe/Zurich: zurich, switzerland, geneva
Europe/Vienna: vienna, austria
Europe/Prague: prague, czech republic
Europe/Warsaw: warsaw, poland
Europe/Budapest: budapest, hungary
Europe/Stockholm: stockholm, sweden
Europe/Oslo: oslo, norway
Europe/Copenhagen: copenhagen, denmark
Europe/Helsinki: helsinki, finland
Europe/Athens: athens, greece
Europe/Istanbul: istanbul, turkey
Europe/Kyiv: kyiv, kiev, ukraine
Europe/Moscow: moscow, russia
Europe/Bucharest: bucharest, romania
Atlantic/Reykjavik: reykjavik, iceland
Africa/Cairo: cairo, egypt
Africa/Lagos: lagos, nigeria
Africa/Nairobi: nairobi, kenya
Africa/Johannesburg: johannesburg, cape town, south africa
Africa/Casablanca: casablanca, morocco
Asia/Dubai: dubai, abu dhabi, the emirates
Asia/Riyadh: riyadh, saudi arabia
Asia/Jerusalem: jerusalem, tel aviv, israel
Asia/Tehran: tehran, iran
Asia/Karachi: karachi, pakistan
Asia/Kolkata: kolkata, mumbai, delhi, new delhi, india, bangalore, chennai, indian
Asia/Dhaka: dhaka, bangladesh
Asia/Kathmandu: kathmandu, nepal
Asia/Bangkok: bangkok, thailand
Asia/Ho_Chi_Minh: ho chi minh city, hanoi, vietnam
Asia/Jakarta: jakarta, indonesia
Asia/Singapore: singapore
Asia/Kuala_Lumpur: kuala lumpur, malaysia
Asia/Manila: manila, philippines, the philippines
Asia/Hong_Kong: hong kong
Asia/Shanghai: shanghai, beijing, china, shenzhen
Asia/Taipei: taipei, taiwan
Asia/Seoul: seoul, korea, south korea
Asia/Tokyo: tokyo, japan, osaka, kyoto, japanese
Australia/Sydney: sydney, canberra
Australia/Melbourne: melbourne
Australia/Brisbane: brisbane
Australia/Perth: perth
Australia/Adelaide: adelaide
Pacific/Auckland: auckland, new zealand, wellington
Pacific/Honolulu: honolulu, hawaii
America/Anchorage: anchorage, alaska
America/New_York: new york, nyc, new york city, boston, miami, washington, washington dc, atlanta, philadelphia, eastern, east coast, florida, orlando
America/Detroit: detroit
America/Toronto: toronto, ottawa, montreal
America/Halifax: halifax
America/Chicago: chicago, dallas, houston, austin, texas, new orleans, minneapolis, central
America/Denver: denver, colorado, salt lake city, mountain
America/Phoenix: phoenix, arizona
America/Los_Angeles: los angeles, la, san francisco, sf, seattle, california, san diego, las vegas, portland, pacific, west coast
America/Vancouver: vancouver
America/Mexico_City: mexico city, mexico
America/Bogota: bogota, colombia
America/Lima: lima, peru
America/Santiago: santiago, chile
America/Caracas: caracas, venezuela
America/Argentina/Buenos_Aires: buenos aires, argentina
America/Sao_Paulo: sao paulo, são paulo, rio, rio de janeiro, brazil
America/Havana: havana, cuba
"""
_ABBREVIATIONS = """
America/New_York: est, edt, et
America/Chicago: cst, cdt, ct
America/Denver: mst, mdt
America/Los_Angeles: pst, pdt, pt
Europe/London: bst
UTC: utc, gmt, zulu
Europe/Paris: cet, cest
Europe/Athens: eet, eest
Asia/Kolkata: ist
Asia/Tokyo: jst
Asia/Seoul: kst
Asia/Singapore: sgt
Australia/Sydney: aest, aedt
Pacific/Auckland: nzst, nzdt
"""


def _table(text: str) -> dict[str, str]:
    return {
        name.strip(): zone
        for zone, _, names in (line.partition(":") for line in text.strip().splitlines())
        for name in names.split(",")
    }


_BY_PLACE = _table(_PLACES)
_BY_ABBREVIATION = _table(_ABBREVIATIONS)
_PLACE = "(?:" + "|".join(sorted((re.escape(p) for p in _BY_PLACE), key=len, reverse=True)) + ")"

ZONE = (
    rf"(?:(?:in )?(?P<place>{_PLACE})(?:'s)?(?: standard| daylight)? time\b(?! ?(?:line|zone difference))"
    rf"|(?P<abbr>{'|'.join(sorted(_BY_ABBREVIATION, key=len, reverse=True))})\b(?: time)?|(?P<mine>my|local|our) time\b)"
)
"""Regular expression of a spoken zone."""


def zone_of_place(name: str) -> str | None:
    """Return the IANA zone of a city, country or abbreviation, or None when it is not in the table."""
    key = name.lower().strip(" .?!")
    return _BY_PLACE.get(key) or _BY_PLACE.get(key.removeprefix("the ")) or _BY_ABBREVIATION.get(key)


def zone_found(found: re.Match[str]) -> str:
    """Return the IANA zone of a match of ``ZONE``; empty for "my time"."""
    if found["mine"]:
        return ""
    return zone_of_place(found["place"] or found["abbr"]) or ""
