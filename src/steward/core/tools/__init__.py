"""What the assistant can do: the built-in tools, their arguments, and taking back what they did."""

from steward.core.tools.service import Toolbox
from steward.core.tools.types import Effect, Moment, Tool, ToolOutcome

__all__ = ["Effect", "Moment", "Tool", "ToolOutcome", "Toolbox"]
