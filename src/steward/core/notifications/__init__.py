"""In-app notices: what Steward told people, read or not."""

from steward.core.notifications.gate import NotificationUnknown
from steward.core.notifications.service import NotificationService
from steward.core.notifications.types import TYPES, Notice, NotificationView, Recipient

__all__ = ["TYPES", "Notice", "NotificationService", "NotificationUnknown", "NotificationView", "Recipient"]
