"""What the reader learns from: groups of passages to rank for a question, and claims with the label of their support.

Pure but for the files that it reads. Whether an example is for development is a property of its document, so that no
text is ever on both sides.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.articles import Article
from index.encoder import Encoder
from index.passages import fit_sentences, split_passages
from index.sentences import split_sentences
from qa.reader import SUPPORT

from .pool import Pool, Span, find_answer
from .swaps import swap

ENTAILMENT, NEUTRAL, CONTRADICTION = LABELS = SUPPORT
UNSUPPORTED = (NEUTRAL, CONTRADICTION)
"""The labels that are allowed where the data only says that a claim is not supported."""

QUARTER = 4
"""One document in four is for development."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage beside a question. `span` is the answer's in `text`, None where the passage has none or hides it.

    `relevant` says whether the passage answers; a relevant one without a span teaches ranking only.
    """

    title: str
    text: str
    relevant: bool
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One question and the passages to rank for it; there is at most one relevant one."""

    source: str
    document: str
    question: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim beside a passage. `labels` are those that the data allows: one of LABELS, or UNSUPPORTED."""

    source: str
    document: str
    claim: str
    text: str
    labels: tuple[str, ...]


Example = Group | Claim


def for_development(example: Example) -> bool:
    """Whether the example's document is in the quarter that is never trained on.

    By the SHA-256 of set and document; SQuAD's twelve articles by their order, the first and every fourth after it.
    The files of what was written for the reader are one set: they share articles.
    """
    if example.source in ("squad", "xquad"):
        return example.document.startswith("dev:")
    name = "asked" if example.source.startswith("asked") else example.source
    return int(digest(f"{name}\x1f{example.document}"), 16) % QUARTER == 0


def read_all(bench: Path, encoder: Encoder) -> Iterator[Example]:
    """Every example of the sets below `bench`, always in the same order."""
    yield from squad(bench / "squad2-dev" / "squad.json", bench / "train-reading" / "xquad_en.jsonl.gz")
    yield from qamr(bench / "train-reading" / "qamr.jsonl.gz")
    yield from passages_of(bench / "train-reading" / "fairytaleqa.jsonl.gz", "fairytaleqa")
    yield from passages_of(bench / "train-reading" / "subjqa.jsonl.gz", "subjqa")
    yield from trecqa(bench / "train-reading" / "trecqa_sentences.jsonl.gz")
    yield from clapnq(bench / "clapnq")
    yield from news(bench / "realtimeqa-train", encoder)
    yield from support(bench / "train-support")
    yield from qags(bench / "qags" / "cnndm.jsonl")
    yield from swapped(bench / "realtimeqa-train", encoder)


# Questions over passages


def squad(path: Path, xquad: Path) -> Iterator[Group]:
    """SQuAD 2 and the English part of XQuAD, which holds paragraphs of the same articles.

    Beside a paragraph that answers stand the two of its article that look most as if they did. An unanswerable
    question stands beside its own paragraph alone: that is hard enough.
    """
    data = sorted(json.loads(path.read_bytes())["data"], key=lambda entry: str(entry["title"]))
    held_out = {entry["title"] for entry in data[::QUARTER]}
    paragraphs: dict[str, list[tuple[str, list[dict[str, Any]]]]] = {}
    home: dict[str, str] = {}
    for entry in data:
        paragraphs[entry["title"]] = [(p["context"], p["qas"]) for p in entry["paragraphs"]]
        home.update({_squeeze(p["context"]): entry["title"] for p in entry["paragraphs"]})
    for title, own in paragraphs.items():
        pool = Pool([text for text, _ in own])
        document = ("dev:" if title in held_out else "train:") + title
        name = title.replace("_", " ")
        for text, asked in own:
            for record in asked:
                question = record["question"].strip()
                answers = [] if record.get("is_impossible") else [a["text"] for a in record["answers"]]
                first = _first_span(text, answers)
                negatives = pool.hardest(question, 2, answers, besides=text) if answers else []
                others = [Candidate(name, n, False) for n in negatives]
                yield Group("squad", document, question, (Candidate(name, text, bool(answers), first), *others))
    rows = read_lines(xquad)
    pool = Pool(list(dict.fromkeys(row["context"] for row in rows)))
    for row in rows:
        text = row["context"]
        known = home.get(_squeeze(text))
        document = ("dev:" if known in held_out else "train:") + (known or digest(text))
        negatives = pool.hardest(row["question"], 1, row["answers"], besides=text)
        others = [Candidate("", n, False) for n in negatives if home.get(_squeeze(n)) not in held_out]
        positive = Candidate("", text, True, _first_span(text, row["answers"]))
        yield Group("xquad", document, row["question"], (positive, *others))


def qamr(path: Path) -> Iterator[Group]:
    """Questions over single sentences of Wikipedia and Wikinews.

    In three of five the sentence stands among one to three others that share the question's words, so that it has to
    be found; in half of them a passage of such sentences without it stands beside.
    """
    rows = read_lines(path)
    pool = Pool(list(dict.fromkeys(row["context"] for row in rows)))
    for row in rows:
        question, text = row["question"].strip(), row["context"]
        chance = random.Random(digest("qamr", question, text))
        others = pool.hardest(question, 6, row["answers"], besides=text)
        around = others[: chance.randint(1, 3)] if chance.random() < 0.6 else []
        mixed = [text, *around]
        chance.shuffle(mixed)
        before = sum(len(s) + 1 for s in mixed[: mixed.index(text)])
        first = _first_span(text, row["answers"])
        span = (first[0] + before, first[1] + before) if first else None
        candidates = [Candidate("", " ".join(mixed), True, span)]
        rest = others[len(around) :]
        if rest and chance.random() < 0.5:
            candidates.append(Candidate("", " ".join(rest[: chance.randint(1, 2)]), False))
        yield Group("qamr", text, question, tuple(candidates))


def passages_of(path: Path, source: str) -> Iterator[Group]:
    """FairytaleQA and SubjQA: one passage a question; a third of SubjQA's unanswerable ones, else they outweigh all."""
    rows = read_lines(path)
    pool = Pool(list(dict.fromkeys(row["context"] for row in rows)))
    for row in rows:
        question = row["question"].strip()
        chance = random.Random(digest(source, question, row["context"]))
        text = _window(row["context"], row["answers"], chance)
        first = _first_span(text, row["answers"])
        if row["answerable"] and first is None:
            continue
        if not row["answerable"] and chance.random() > 1 / 3:
            continue
        candidates = [Candidate("", text, row["answerable"], first)]
        if source == "fairytaleqa" and chance.random() < 0.5:
            candidates += [
                Candidate("", _window(n, [], chance), False)
                for n in pool.hardest(question, 1, row["answers"], besides=row["context"])
            ]
        yield Group(source, row["context"], question, tuple(candidates))


def trecqa(path: Path) -> Iterator[Group]:
    """Sentences judged for factoid questions: each right one beside at most three wrong ones."""
    judged: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for row in read_lines(path):
        judged[row["question"]][row["label"]].append(_detokenised(row["sentence"]))
    for question, (wrong, right) in judged.items():
        chance = random.Random(digest("trecqa", question))
        chance.shuffle(wrong)
        plain = _detokenised(question)
        for number, sentence in enumerate(right):
            others = [Candidate("", s, False) for s in wrong[number * 3 : number * 3 + 3]]
            yield Group("trecqa", question, plain, (Candidate("", sentence, True), *others))


def clapnq(folder: Path) -> Iterator[Group]:
    """Questions with long answers: the span is the first sentence that annotators selected."""
    for name in ("answerable.jsonl", "unanswerable.jsonl"):
        for row in read_lines(folder / name):
            passage = row["passages"][0]
            chosen = [s for output in row["output"] for s in output["selected_sentences"]]
            start = passage["text"].find(chosen[0].strip()) if chosen else -1
            if chosen and start < 0:
                continue
            span = (start, start + len(chosen[0].strip())) if chosen else None
            text, span = around(passage["text"], span)
            candidate = Candidate(passage["title"], text, bool(chosen), span)
            yield Group("clapnq", passage["title"], row["input"], (candidate,))


LONGEST_COMMON = 4
"""An answer of fewer letters is found by chance; it must stand in a passage that shares half the question."""


def news(folder: Path, encoder: Encoder) -> Iterator[Group]:
    """News questions with weak labels: a passage that holds the answer's words and enough of the question's.

    Passages that hold the answer but little of the question are on neither side. The document is the week's quiz.
    """
    articles = articles_of(folder)
    cut = {key: _passages(article, encoder) for key, article in articles.items()}
    for row in read_lines(folder / "questions.jsonl"):
        pool = Pool([text for key in row["retrieved"] for text in cut.get(key, ())])
        if not pool.texts:
            continue
        titles = {text: articles[key].title for key in row["retrieved"] for text in cut.get(key, ())}
        question, answer = row["question"].strip(), _bare(row["answer"])
        evidence = re.sub(r"<[^>]+>", " ", row.get("evidence") or "")
        scored = pool.scores(question)
        support = pool.scores(evidence) if evidence.strip() else scored
        holds = {text: span for text in pool.texts if (span := find_answer(text, answer))}
        least = 0.5 if len(answer) < LONGEST_COMMON else 0.35
        good = [t for t in holds if max(scored[t], support[t]) >= least]
        best = max(good, key=lambda t: scored[t] + support[t], default=None)
        wrong = [t for t in sorted(pool.texts, key=lambda t: -scored[t]) if t not in holds]
        others = [Candidate(titles[t], t, False) for t in wrong[: 3 if best else 2]]
        positive = [Candidate(titles[best], best, True, holds[best])] if best else []
        if positive or not holds:
            yield Group("realtimeqa", row["id"].split("_")[0], question, (*positive, *others))


# Claims beside passages


def support(folder: Path) -> Iterator[Claim]:
    """SICK, Climate-FEVER, BEGIN, and the paraphrase pairs of MSR with a number or name of theirs swapped."""
    for name in ("sick", "climate_fever"):
        for row in read_lines(folder / f"{name}.jsonl.gz"):
            yield Claim(name, row["claim"], row["claim"], row["premise"], (row["label"],))
    for row in read_lines(folder / "begin.jsonl.gz"):
        if row["label"] != "Generic":
            labels = (ENTAILMENT,) if row["label"] == "Fully attributable" else UNSUPPORTED
            yield Claim("begin", row["premise"], row["claim"], row["premise"], labels)
    for row in read_lines(folder / "msr_para.jsonl.gz"):
        labels = (ENTAILMENT,) if row["label"] else UNSUPPORTED
        yield Claim("msr", row["a"], row["b"], row["a"], labels)
        false = swap(row["b"], f"{row['a']} {row['b']}", random.Random(digest("msr", row["a"])))
        if row["label"] and false:
            yield Claim("msr", row["a"], false, row["a"], UNSUPPORTED)


def qags(path: Path) -> Iterator[Claim]:
    """Sentences of summaries of news."""
    for row in read_lines(path):
        text, _ = around(row["doc"], None)
        yield Claim("qags", row["doc"], row["claim"], text, (ENTAILMENT,) if row["label"] else UNSUPPORTED)


SWAPPED_ARTICLES = 3000


def swapped(folder: Path, encoder: Encoder) -> Iterator[Claim]:
    """Sentences of news beside their passage, as they are, and with a number or name changed."""
    for key, article in list(articles_of(folder).items())[:SWAPPED_ARTICLES]:
        chance = random.Random(digest("swapped", key))
        passages = _passages(article, encoder)
        if not passages:
            continue
        text = chance.choice(passages)
        sentences = [s for s in re.split(r"(?<=[.!?])\s+", text) if 60 < len(s) < 240]
        if len(sentences) < 2:
            continue
        sentence = chance.choice(sentences)
        false = swap(sentence, text, chance)
        if false:
            yield Claim("swapped", key, sentence, text, (ENTAILMENT,))
            yield Claim("swapped", key, false, text, UNSUPPORTED)


# Texts


LONGEST = 1100
"""Characters of a passage, about 240 tokens: longer contexts are cut around the answer."""


def around(text: str, span: Span | None) -> tuple[str, Span | None]:
    """A stretch of at most LONGEST characters, cut at white space, with the span in it, and the span in the stretch."""
    if len(text) <= LONGEST:
        return text, span
    start = 0 if span is None else max(0, min(span[0] - LONGEST // 3, len(text) - LONGEST))
    start = text.find(" ", start) + 1 if start else 0
    end = text.rfind(" ", 0, start + LONGEST)
    if span is None or span[1] > end:
        return text[start:end], None
    return text[start:end], (span[0] - start, span[1] - start)


def _window(text: str, answers: Sequence[str], chance: random.Random) -> str:
    """A stretch of the text that holds the first answer, cut at a random place before it."""
    span = _first_span(text, answers)
    if len(text) <= LONGEST:
        return text
    latest = span[0] if span else len(text) - LONGEST
    earliest = max(0, (span[1] if span else LONGEST) - LONGEST)
    start = chance.randint(min(earliest, latest), max(earliest, latest))
    start = text.rfind(" ", 0, start) + 1
    return text[start : start + LONGEST].rsplit(" ", 1)[0]


def _first_span(text: str, answers: Iterable[str]) -> Span | None:
    """Where the first answer that is in the text stands."""
    for answer in answers:
        start = text.find(answer)
        if answer and start >= 0:
            return start, start + len(answer)
    return None


def _bare(answer: str) -> str:
    return answer.strip().strip("\"'“”‘’.").removeprefix("The ").removeprefix("A ").strip()


def _detokenised(text: str) -> str:
    """Penn Treebank's spacing and brackets undone."""
    text = text.replace("-LRB-", "(").replace("-RRB-", ")").replace("``", '"').replace("''", '"')
    return re.sub(r"\s+([,.;:?!%)])|(\() ", lambda m: m.group(1) or m.group(2), text.replace(" n't", "n't"))


def _passages(article: Article, encoder: Encoder) -> list[str]:
    from index.reading import PASSAGE_TOKENS

    sentences = split_sentences(article.text, article.title)
    fitted = fit_sentences(article.text, sentences, PASSAGE_TOKENS, encoder.count)
    cut = split_passages(article.id, article.text, fitted, PASSAGE_TOKENS, encoder.count)
    return [article.text[p.start : p.end] for p in cut]


def articles_of(folder: Path) -> dict[str, Article]:
    """The articles of RealTimeQA, by id."""
    rows = read_lines(folder / "articles.jsonl.gz")
    return {row["id"]: Article(row["id"], row["title"] or "", row["text"], row["url"]) for row in rows}


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines, which may be packed (.gz)."""
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _squeeze(text: str) -> str:
    """Letters and digits alone: the same paragraph is spaced differently in two sets."""
    return re.sub(r"\W", "", text.lower())


def digest(*parts: str) -> str:
    """Sixteen hexadecimal digits of the SHA-256 of the parts: what chance is seeded with."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


__all__ = [
    "ENTAILMENT",
    "LABELS",
    "UNSUPPORTED",
    "Candidate",
    "Claim",
    "Example",
    "Group",
    "around",
    "articles_of",
    "digest",
    "for_development",
    "read_all",
    "read_lines",
]
