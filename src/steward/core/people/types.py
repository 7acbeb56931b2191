"""What other parts see of people and what is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ShortView:
    """What people of one tenant see of each other. Source: decision AL05."""

    id: UUID
    user_number: int
    full_name: str
    role: str


@dataclass(frozen=True, slots=True)
class PhoneView:
    """A phone number of a person. ``is_primary`` is only ever true of a verified one."""

    id: UUID
    phone_number: str
    label: str
    is_primary: bool
    is_verified: bool
    created_at: datetime
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class SectionView:
    """All choices of one section, with the defaults filled in; ``updated_at`` is None before the first change."""

    values: Mapping[str, Any]
    updated_at: datetime | None
