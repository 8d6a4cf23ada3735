"""Question answering over a library: from a question to an answer whose every sentence cites its source.

Reading order: answer (what is given back) and cite -> question (what is asked) -> leaning, conversation, when and talk
(what it is asked within) -> reader and rank (passages, read and put in order) -> evidence and extract (sentences,
scored) -> compose and antecedents (those of the answer) -> conflicts and followups -> ask (the one way to an answer).
With a language model: prompts -> llm -> generate -> additions and support (what it writes, checked) -> stream. The
doors: terminal and cli, server.
"""
