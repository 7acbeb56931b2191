"""Conversations and their messages: one history, whatever the door."""

from steward.core.conversations.gate import conversation_row
from steward.core.conversations.rules import title_of
from steward.core.conversations.service import ConversationService, open_conversation
from steward.core.conversations.types import ConversationView, MessageView

__all__ = [
    "ConversationService",
    "ConversationView",
    "MessageView",
    "conversation_row",
    "open_conversation",
    "title_of",
]
