"""Conversations and their messages: one history, whatever the door."""

from steward.core.conversations.gate import conversation_row
from steward.core.conversations.once import IdempotencyKeyReused, made_before
from steward.core.conversations.rules import title_of
from steward.core.conversations.service import ConversationService, open_conversation
from steward.core.conversations.types import ConversationView, MessageView

__all__ = [
    "ConversationService",
    "ConversationView",
    "IdempotencyKeyReused",
    "MessageView",
    "conversation_row",
    "made_before",
    "open_conversation",
    "title_of",
]
