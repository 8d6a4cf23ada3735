"""What programs send and get, as pydantic models: they check what comes, and describe what goes out.

What goes out is made by `Answer.to_json` and its like, so that it is what the command line prints; a test holds these
descriptions to it.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from index import Scope

from ..answer import Citation, Conflict
from ..ask import MAX_QUESTION
from ..delivery import State
from .desk import MAX_K

MAX_HISTORY = 1_000
"""Messages of a conversation that may be sent; the last twenty turns are looked at."""
MAX_ARTICLES = 10_000
"""Articles of one request."""


class Sent(BaseModel):
    """What a program sends: fields that nobody knows are refused, so that a misspelt one is not silently lost."""

    model_config = ConfigDict(extra="forbid")


class Scoped(Sent):
    """Which articles to look at: all, unless they are limited."""

    articles: list[str] | None = Field(None, max_length=MAX_ARTICLES, description="Only the articles with these ids.")
    since: str | None = Field(None, description="Only articles published then or later.", examples=["2023-05-04"])
    until: str | None = Field(None, description="Only articles published then or before.", examples=["2024"])

    def scope(self) -> Scope:
        """The same as a value; raises ScopeError."""
        return Scope(None if self.articles is None else frozenset(self.articles), self.since, self.until)


class Question(Scoped):
    """A question, and what was said before it."""

    question: str = Field(max_length=MAX_QUESTION, examples=["Why was the listing called off?"])
    history: list[Any] | None = Field(
        None,
        max_length=MAX_HISTORY,
        description='Texts (questions), `{"role", "content"}` messages, or `{"question", "answer"}` pairs.',
        examples=[[{"role": "user", "content": "Who founded the firm?"}]],
    )
    extractive: bool = Field(False, description="Leave out the language model, where the server has one.")


class StreamedQuestion(Question):
    """A question whose answer may come as it grows."""

    stream: bool = Field(
        False, description="Server-sent events instead: answers that grow, each a whole object; the last one counts."
    )


class Query(Scoped):
    """A search."""

    query: str = Field(max_length=MAX_QUESTION, examples=["market value"])
    k: int = Field(10, ge=1, le=MAX_K, description="How many passages.")


class NewArticle(BaseModel):
    """An article as a line of a `.jsonl` file holds it; its text is kept to the character. Other fields are let go."""

    id: str | None = Field(None, description="Made from title and text where none is given.", examples=["news-17"])
    title: str = Field("", examples=["Harbour opens"])
    text: str = Field(examples=["The harbour opened on Monday."])
    url: str | None = None
    published: str | None = None
    author: str | None = None
    language: str | None = None


class NewArticles(Sent):
    """Articles to add, and addresses to read them from."""

    articles: list[NewArticle] = Field(default_factory=list, max_length=MAX_ARTICLES)
    urls: list[str] = Field(
        default_factory=list, max_length=20, description="Web pages and feeds, which the server fetches."
    )


class SentenceJson(BaseModel):
    """A sentence of an answer, and the numbers of its citations."""

    text: str
    citations: list[int]
    support: float
    supported: bool


class AnswerJson(BaseModel):
    """An answer, as `footnote ask --json` prints it."""

    question: str
    answer: str
    abstained: bool
    confidence: float
    mode: str
    sentences: list[SentenceJson]
    citations: list[Citation]
    nearest: list[Citation]
    conflicts: list[Conflict]
    missing: list[str]
    timings_ms: dict[str, float]
    understood: str
    notes: list[str]
    follow_ups: list[str]
    read: int


class HitJson(BaseModel):
    """A passage, as `footnote search --json` prints it."""

    article_id: str
    title: str
    start: int
    end: int
    text: str
    score: float
    dense_rank: int | None
    lexical_rank: int | None


class HitsJson(BaseModel):
    """Passages, best first."""

    hits: list[HitJson]


class SummaryJson(BaseModel):
    """An article without its text, as `footnote articles --json` prints it."""

    id: str
    title: str
    source: str
    published: str | None
    characters: int
    passages: int


class ArticleJson(BaseModel):
    """One article, as `footnote show --json` prints it."""

    id: str
    title: str
    source: str
    url: str | None
    published: str | None
    text: str


class Failure(BaseModel):
    """An article that could not be read: `source` is its number in the request, or its address."""

    source: str
    reason: str


class Added(BaseModel):
    """What became of the articles that were sent: ids."""

    added: list[str]
    changed: list[str]
    unchanged: list[str]
    removed: list[str]
    failed: list[Failure]


class Delivered(BaseModel):
    """A file that was handed in, and what has become of it; `articles` are ids."""

    id: str
    name: str
    state: State
    line: str
    articles: list[str]


class Removed(BaseModel):
    """The article that is gone."""

    removed: list[str]


class Problem(BaseModel):
    """Why a request was refused, in one line."""

    error: str


class Part(BaseModel):
    """A part of a message's content."""

    type: str
    text: str | None = None


class Message(BaseModel):
    """One message of an OpenAI conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """The content's text."""
        if isinstance(self.content, list):
            return "\n".join(part.text or "" for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """How to stream."""

    include_usage: bool | None = None


class ChatRequest(BaseModel):
    """A chat completion as OpenAI's clients ask for it; what steers a language model is taken and not used."""

    model: str = Field(max_length=200, examples=["footnote"])
    messages: list[Message] = Field(
        min_length=1,
        max_length=MAX_HISTORY,
        examples=[[{"role": "user", "content": "Who was fined?"}]],
    )
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = Field(None, ge=1, le=1, description="One answer: there is only one.")
