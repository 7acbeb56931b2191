"""How ``/api/v1`` spells the things of the core."""

from __future__ import annotations

from typing import Any

from steward.core.accounts import UserView
from steward.core.conversations import ConversationView, MessageView
from steward.core.people import PhoneView, ShortView
from steward.core.reminders import ReminderView
from steward.core.sessions import Grant
from steward.core.tasks import TaskView
from steward.kit.clock import iso_z, iso_z_or_none
from steward.kit.money import as_number


def user(view: UserView) -> dict[str, Any]:
    """Return the union of the documents' user bodies (C01, C05)."""
    return {
        "id": str(view.id),
        "user_number": view.user_number,
        "email": view.email,
        "username": view.username,
        "full_name": view.full_name,
        "first_name": view.first_name,
        "last_name": view.last_name,
        "phone_number": view.phone_number,
        "role": view.role,
        "tenant_id": str(view.tenant_id),
        "tenant_name": view.tenant_name,
        "timezone": view.timezone,
        "language": view.language,
        "theme": view.theme,
        "is_active": view.is_active,
        "is_verified": view.is_verified,
        "last_login": iso_z_or_none(view.last_login),
        "created_at": iso_z(view.created_at),
        "updated_at": iso_z(view.updated_at),
    }


def colleague(view: ShortView) -> dict[str, Any]:
    """Return what people of one tenant see of each other (AL05)."""
    return {
        "id": str(view.id),
        "user_number": view.user_number,
        "full_name": view.full_name,
        "role": view.role,
    }


def phone_number(view: PhoneView) -> dict[str, Any]:
    """Return a phone number (AP08)."""
    return {
        "id": str(view.id),
        "phone_number": view.phone_number,
        "label": view.label,
        "is_primary": view.is_primary,
        "is_verified": view.is_verified,
        "created_at": iso_z(view.created_at),
        "verified_at": iso_z_or_none(view.verified_at),
    }


def grant(granted: Grant) -> dict[str, Any]:
    """Return the tokens of a login or refresh (C02, C03)."""
    body: dict[str, Any] = {
        "access_token": granted.access_token,
        "token_type": "bearer",
        "expires_in": granted.expires_in,
    }
    if granted.mfa_required:
        body["refresh_token"] = None
    elif granted.refresh_token is not None:
        body["refresh_token"] = granted.refresh_token
        body["refresh_expires_in"] = granted.refresh_expires_in
    return body


def sign_in(granted: Grant) -> dict[str, Any]:
    """Return the tokens, who it is, and what is still missing (C02, AP11)."""
    body = {
        **grant(granted),
        "user": user(granted.user),
        "mfa_required": granted.mfa_required,
        "mfa_setup_required": granted.mfa_setup_required,
    }
    if granted.mfa_required:
        body["mfa_methods"] = list(granted.mfa_methods)
    return body


def conversation(view: ConversationView) -> dict[str, Any]:
    """Return a conversation; ``assistant_id`` is null until the conversation has an assistant."""
    return {
        "id": str(view.id),
        "assistant_id": None,
        "title": view.title,
        "channel": view.channel,
        "provider": view.provider,
        "model": view.model,
        "system_prompt": view.system_prompt,
        "metadata": dict(view.metadata),
        "message_count": view.message_count,
        "last_message_at": iso_z(view.last_message_at) if view.message_count else None,
        "created_at": iso_z(view.created_at),
        "updated_at": iso_z(view.updated_at),
    }


def message(view: MessageView) -> dict[str, Any]:
    """Return a message; ``cost`` is in US dollars. Ids and the instant are left to ``Json``: pages are read often."""
    return {
        "id": view.id,
        "conversation_id": view.conversation_id,
        "role": view.role,
        "content": view.content,
        "status": view.status,
        "actions": view.actions,
        "tokens_used": view.tokens_used,
        "cost": as_number(view.cost_usd),
        "model_used": view.model_used,
        "created_at": view.created_at,
    }


def task(view: TaskView) -> dict[str, Any]:
    """Return a work item."""
    return {
        "id": str(view.id),
        "title": view.title,
        "description": view.description,
        "status": view.status,
        "priority": view.priority,
        "list": view.list_name,
        "due_date": iso_z_or_none(view.due_at),
        "metadata": dict(view.details),
        "result": view.result,
        "error": view.error,
        "created_at": iso_z(view.created_at),
        "updated_at": iso_z(view.updated_at),
        "completed_at": iso_z_or_none(view.completed_at),
    }


def reminder(view: ReminderView) -> dict[str, Any]:
    """Return a reminder; ``due_at`` is the next time for a recurring one."""
    return {
        "id": str(view.id),
        "text": view.text,
        "status": view.status,
        "due_at": iso_z(view.due_at),
        "timezone": view.zone,
        "recurrence": view.recurrence,
        "is_timer": view.is_timer,
        "fired_at": iso_z_or_none(view.fired_at),
        "created_at": iso_z(view.created_at),
    }
