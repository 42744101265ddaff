"""Functions that a model may call: how they are defined, checked, answered by a command, and what is approved."""

from lmstudio_tui.features.tools.approvals import Approval, Approvals
from lmstudio_tui.features.tools.checking import check_arguments
from lmstudio_tui.features.tools.definitions import Problem, Tool, load_tools
from lmstudio_tui.features.tools.running import REFUSAL, ToolResult, run_command

__all__ = [
    "REFUSAL",
    "Approval",
    "Approvals",
    "Problem",
    "Tool",
    "ToolResult",
    "check_arguments",
    "load_tools",
    "run_command",
]
