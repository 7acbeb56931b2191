"""What people have besides their account: choices, phone numbers, a copy of everything; and who looks after them."""

from steward.core.people.errors import CodeWrong, NumberUnknown, PersonUnknown, PhoneTaken
from steward.core.people.export import Export, ExportService
from steward.core.people.gate import PersonKey
from steward.core.people.numbers import PhoneNumbers
from steward.core.people.sections import SECTIONS
from steward.core.people.service import NewPerson, PeopleService
from steward.core.people.settings import SettingsService
from steward.core.people.types import PhoneView, SectionView, ShortView

__all__ = [
    "SECTIONS",
    "CodeWrong",
    "Export",
    "ExportService",
    "NewPerson",
    "NumberUnknown",
    "PeopleService",
    "PersonKey",
    "PersonUnknown",
    "PhoneNumbers",
    "PhoneTaken",
    "PhoneView",
    "SectionView",
    "SettingsService",
    "ShortView",
]
