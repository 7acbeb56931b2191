"""Login sessions. Tokens are signed, not stored: a session row says which are still good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import Base, Identified


class LoginSession(Identified, Base):
    """One sign-in.

    ``refresh_floor`` is the highest counter of a refresh token that was used: lower ones are stolen or stale, the
    floor itself may be repeated, floor + 1 is the newest that was handed out.

    ``method`` is how it began: ``password``, ``passkey``, ``oauth:<provider>``, ``registration``. While ``factor_due``
    a second factor is missing and the session is good for nothing else; ``factor_at`` is the last proof of one.
    """

    __tablename__ = "login_sessions"
    __table_args__ = (Index("ix_login_sessions_user", "user_key", "key"),)

    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    user_agent: Mapped[str] = mapped_column(String(400), default="")
    ip: Mapped[str] = mapped_column(String(64), default="")
    surface: Mapped[str] = mapped_column(String(10), default="api_v1")
    method: Mapped[str] = mapped_column(String(50), default="password")
    factor_due: Mapped[bool] = mapped_column(default=False)
    factor_at: Mapped[datetime | None]
    refresh_floor: Mapped[int] = mapped_column(default=0)
    rotated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_activity_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
