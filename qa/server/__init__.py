"""The web app: a chat on the left, the cited article on the right. Only this package knows Gradio and FastAPI.

Reading order: links (where a footnote leads) -> sheet (our own pages), inline, layout and reader (an article's page),
shelf (all articles) -> messages (an answer as a chat message) -> options (how a question is asked), welcome (before the
first) -> chat (the Gradio page) -> page (Gradio's HTML, finished). For programs: desk (where they ask) -> schema and
api -> openai -> mcp -> reference. In front of it all: security (what may be asked at all), access and auth (by whom),
limits (how often), events (what Gradio may be told), refusals (how one is told no), metrics and life (what can be
watched) -> app (all of it together) -> serving (the process).

Importing this package loads neither Gradio nor FastAPI: `serve` does.
"""

from .serving import NoPassword, PortInUse, check_host, check_port, serve

__all__ = ["serve", "check_host", "check_port", "NoPassword", "PortInUse"]
