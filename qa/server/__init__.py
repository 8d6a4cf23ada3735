"""The web app: a chat on the left, the cited article on the right. Only this package knows Gradio and FastAPI.

Reading order: links (where a footnote leads) -> sheet (our own pages), layout and reader (an article's page), shelf
(all articles) -> messages (an answer as a chat message), options (how a question is asked), welcome (before the first)
-> chat (the Gradio page) -> page (Gradio's HTML, finished) -> security -> app (all of it together) -> serving (the
process).

Importing this package loads neither Gradio nor FastAPI: `serve` does.
"""

from .serving import PortInUse, check_port, serve

__all__ = ["serve", "check_port", "PortInUse"]
