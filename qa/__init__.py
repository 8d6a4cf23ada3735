"""Question answering over a library: from a question to an answer whose every sentence cites its source.

Reading order: answer (what is given back) -> conversation (a follow-up made whole) -> features and extract (evidence
sentences, scored and chosen) -> ask (the one way to an answer) -> cli and server (the doors).
"""
