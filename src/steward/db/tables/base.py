"""What every table has: an integer key for joins and order, and a random id for the outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Integer, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from steward.db.types import Id, Instant
from steward.kit.ids import new_id

Key = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


SEALED = {"sealed": True}
"""What is noted of a column whose values are sealed (``kit.secrets.Sealer``), so that a new key reaches each."""


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {datetime: Instant, dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012 - SQLAlchemy's form

    key: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)


class Identified:
    """A row that the outside can name."""

    id: Mapped[UUID] = mapped_column(Id, unique=True, default=new_id)
