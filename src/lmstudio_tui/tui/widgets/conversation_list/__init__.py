"""The list of conversations, which the chat's dialog and its side bar share."""

from lmstudio_tui.tui.widgets.conversation_list.states import States
from lmstudio_tui.tui.widgets.conversation_list.widget import ConversationList

__all__ = ["ConversationList", "States"]
