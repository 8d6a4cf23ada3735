"""Questions in another language than the articles: answered where one sentence stands out, else declined."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Article, Library
from index.encoder import Encoder
from qa.ask import IN_ANOTHER_LANGUAGE, ask
from qa.reader import Reader

ARTICLES = [
    Article(
        "museum",
        "Arlen's museum of clocks",
        "The museum of clocks in Arlen was inaugurated in 1962 by a minister. Its architect was Matteo Ferri. "
        "The director of the museum, Greta Olsen, presented a new collection in March 2019. "
        "Greta Olsen speaks four languages. Visitors to Arlen come by boat.",
        "x",
    ),
    Article(
        "ferry",
        "The Kestrel line",
        "The Kestrel line transported 48,000 passengers to Holm in summer. "
        "The Kestrel line was suspended because inspectors had found rust in its engines. "
        "The Kestrel line was controlled by Anders Holt before.",
        "x",
    ),
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    folder: Path = tmp_path_factory.mktemp("foreign") / "library"
    library = Library(folder, create=True, encoder=encoder)
    library.add(ARTICLES)
    return library


@pytest.fixture(params=["with the reader", "without"])
def reader(request: pytest.FixtureRequest) -> Reader | None:
    return Reader() if request.param == "with the reader" else None


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Wann wurde das Museum in Arlen inauguriert?", "in 1962"),
        ("Quand le ministre d'Arlen l'a-t-il inauguré ?", "in 1962"),
        ("¿Cuándo presentó Greta Olsen la colección?", "in March 2019"),
        ("Chi controllava la Kestrel?", "Anders Holt"),
        ("Quantos transportou a Kestrel?", "48,000 passengers"),
        ("Hoeveel mensen transporteerde de Kestrel in summer?", "48,000 passengers"),
        ("pourquoi la Kestrel a-t-elle été suspendue ?", "because inspectors"),
    ],
)
def test_names_and_sister_words_that_point_at_one_sentence_find_it(
    told: Library, reader: Reader | None, question: str, quote: str
) -> None:
    answer = ask(question, told, reader=reader)
    (sentence,) = answer.sentences
    assert quote in sentence.text
    (citation,) = answer.citations
    assert told.show(citation.article_id).text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "question",
    [
        "Wann wurde Greta Olsen geboren?",  # a date beside the name, of something else
        "Où habite Greta Olsen ?",
        "¿Cuántos empleados tiene la Kestrel?",
        "Chi ha comprato la Kestrel?",
        "Waarom woont Greta Olsen in Arlen?",
        "Quem inaugurou a ponte de Borlen?",  # a name that stands in no article
        "Wie spricht Greta Olsen?",  # how, not who
        "Welche Farbe hat die Kestrel?",  # no kind of answer that can be told
        "Quando foi?",
    ],
)
def test_what_no_sentence_stands_out_for_is_declined(told: Library, reader: Reader | None, question: str) -> None:
    answer = ask(question, told, reader=reader)
    assert answer.abstained
    assert answer.missing == (IN_ANOTHER_LANGUAGE,)


def test_two_sentences_that_stand_out_alike_are_none(library: Library) -> None:
    library.add(
        [
            Article("a", "One", "The Kestrel transported 300 passengers in May.", "x"),
            Article("b", "Other", "The Kestrel transported 900 passengers to Holm.", "x"),
        ]
    )
    assert ask("Quantos transportou a Kestrel?", library).abstained
