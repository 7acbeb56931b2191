"""Notes: something to remember, without a time."""

from steward.core.notes.gate import NoteUnknown
from steward.core.notes.service import NoteService
from steward.core.notes.types import NoteView

__all__ = ["NoteService", "NoteUnknown", "NoteView"]
