"""Reading the local outbox: the files that the mail and text adapters wrote."""

from steward.adapters.outbox.folder import FolderOutbox

__all__ = ["FolderOutbox"]
