"""Documents that real programs made (tests/documents/README.md says how), read and asked end to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Article, Kind, Library
from index.encoder import Encoder
from index.readers import read
from index.sentences import split_sentences
from qa.ask import ask

DOCUMENTS = Path(__file__).parent / "documents"
TITLE = "Sallowby Harbour: The Year of the Long Frost"
REPORTS = [
    "harbour.md",
    "harbour-pandoc.html",
    "harbour-pandoc.docx",
    "harbour-pandoc.epub",
    "harbour-writer.pdf",
    "harbour-writer.docx",
    "harbour-writer.html",
    "harbour-chromium.pdf",
    "harbour-groff.pdf",
]
"""One report in nine files."""

SENTENCES = """
The harbour of Sallowby froze on 9 January and did not open again until 2 March, which makes it the longest closure \
since the office began to keep records in 1871.
The harbourmaster, Zoë Brandt, says that the ice cost the town about 1.4 million crowns in lost landings.
It was read to the council on 5 March and accepted by eleven votes to two.
A week of still air and clear nights brought the temperature down to minus nineteen degrees, and by the second \
Tuesday of the month the inner basin carried a horse and cart.
When the lock gates jammed, seventeen boats were inside the basin and nine were at sea.
The nine were sent to Great Orme, forty kilometres down the coast, where they landed their catch at a well-known \
disadvantage: the merchants there paid a third less than the Sallowby price.
The crews came home by train, and the Café Möwe on the quay fed them without charge for the whole of February.
The council meets again on 18 April, when the treasurer will report on the price of electricity for the new heater.
He said that ice is a patient creditor, and that the town had been behind with its payments for twenty years.
""".strip().split("\n")
"""Some are broken over lines, columns or pages, some of their words too."""

POINTS = [
    "a new electric heater for the lock gates, at a price of 210,000 crowns;",
    "a contract with the icebreaker Halvard, which lies at Great Orme in winter;",
    "a fund of 50,000 crowns a year for crews who cannot land their catch at home.",
]
STEPS = [
    "Order the heater before the end of April.",
    "Sign the icebreaker contract before the end of June.",
    "Open the fund on the first day of September.",
]


def article(name: str) -> Article:
    (found,) = read(DOCUMENTS / name)
    assert isinstance(found, Article), found
    return found


def spans(found: Article, *kinds: Kind) -> list[str]:
    sentences = split_sentences(found.text, found.title)
    return [found.text[s.start : s.end].replace("*", "") for s in sentences if s.kind in kinds]


@pytest.mark.parametrize("name", REPORTS)
def test_a_sentence_is_whole_however_the_file_breaks_it(name: str) -> None:
    found = spans(article(name), Kind.TEXT)
    assert [sentence for sentence in SENTENCES if sentence not in found] == []


@pytest.mark.parametrize("name", REPORTS)
def test_the_points_of_a_list_are_points(name: str) -> None:
    found = spans(article(name), Kind.ITEM)
    assert [point for point in POINTS + STEPS if point not in found] == []


@pytest.mark.parametrize("name", REPORTS)
def test_headings_are_headings_and_rows_are_evidence(name: str) -> None:
    found = article(name)
    headings = spans(found, Kind.HEADING)
    assert {"How the ice came", "What the office proposes", "Landings by month", "What remains open"} <= set(headings)
    rows = [" | ".join(cell.strip() for cell in row.strip("| ").split("|")) for row in spans(found, Kind.TEXT)]
    assert [row for row in ("December | 412 | 26", "January | 96 | 9", "March | 377 | 24") if row not in rows] == []


@pytest.mark.parametrize("name", [name for name in REPORTS if not name.endswith(".md")])
def test_a_note_stands_by_itself_and_its_sign_is_not_in_the_sentence(name: str) -> None:
    text = article(name).text
    assert "no longer safe to run. Nobody acted on the warning, because" in text
    assert "The heater was built in 1926 by Harker and Sons and was last inspected in 2009." in " ".join(text.split())


MAKERS_DAY = "the day on which the file was made"


@pytest.mark.parametrize(
    ("name", "author", "published", "language", "url"),
    [
        ("harbour.md", "Maud Ellery", "2024-03-05", "en", "https://sallowby.example/harbour/long-frost"),
        ("harbour-pandoc.html", "Maud Ellery", "2024-03-05", "en", None),
        ("harbour-pandoc.docx", "Maud Ellery", MAKERS_DAY, "en", None),
        ("harbour-pandoc.epub", "Maud Ellery", "2024-03-05", "en", None),
        ("harbour-writer.pdf", "Maud Ellery", MAKERS_DAY, "en", None),
        ("harbour-writer.docx", "Maud Ellery", MAKERS_DAY, "en", None),
        ("harbour-writer.html", "Maud Ellery", MAKERS_DAY, "en", None),
        ("harbour-chromium.pdf", None, MAKERS_DAY, "en", None),
        ("harbour-groff.pdf", None, MAKERS_DAY, None, None),
    ],
)
def test_what_the_document_says_of_itself(
    name: str, author: str | None, published: str, language: str | None, url: str | None
) -> None:
    found = article(name)
    assert (found.title, found.author, found.language, found.url) == (TITLE, author, language, url)
    assert found.published is not None
    assert found.published.startswith("20" if published == MAKERS_DAY else published)
    assert found.source == str(DOCUMENTS / name)


@pytest.mark.parametrize("name", REPORTS)
def test_the_original_is_the_file_byte_for_byte(name: str) -> None:
    original = article(name).original
    assert original is not None
    assert (original.name, original.content) == (name, (DOCUMENTS / name).read_bytes())


# -- pages of a PDF ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first_words"),
    [
        (
            "harbour-writer.pdf",
            [TITLE, "ure down to minus nineteen", "cannot land their catch", "two pilots every night"],
        ),
        ("harbour-chromium.pdf", [TITLE, "When the lock gates jammed", "March | 377"]),
        ("harbour-groff.pdf", [TITLE]),
    ],
)
def test_it_is_known_where_each_page_begins(name: str, first_words: list[str]) -> None:
    found = article(name)
    assert len(found.pages) == len(first_words)
    for start, words in zip(found.pages, first_words, strict=True):
        assert found.text[start:].startswith(words)


def test_what_stands_on_every_page_is_left_out() -> None:
    text = article("harbour-writer.pdf").text
    assert "Sallowby Harbour Office" not in text
    assert "Page " not in text


def test_the_header_of_a_table_is_not_repeated_with_the_page() -> None:
    assert article("harbour-chromium.pdf").text.count("Landings in tonnes") == 1


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("harbour-protected.pdf", "is protected with a password; save a copy without it"),
        ("harbour-scanned.pdf", "has no text, only pictures of pages; run OCR (text recognition) on it first"),
    ],
)
def test_a_pdf_without_text_to_read_is_named_with_what_to_do(name: str, complaint: str) -> None:
    (error,) = read(DOCUMENTS / name)
    assert str(error) == f"{DOCUMENTS / name}: {complaint}"


# -- a page of the web -------------------------------------------------------------------------------------------------


def test_a_web_page_is_read_without_its_menus_and_adverts() -> None:
    found = article("page.html")
    assert found.title == "The long frost costs Sallowby 1.4 million crowns"
    assert (found.author, found.published, found.language) == ("Maud Ellery", "2024-03-06", "en")
    assert found.url == "https://courier.sallowby.example/news/long-frost"
    assert "Zoë Brandt, the harbourmaster, said that the sum covers lost landings only" in found.text
    assert "The fund is to open on the first day of September." in spans(found, Kind.ITEM)
    for foreign in ("Weather", "Subscribe", "cookies", "ADVERTISEMENT", "kettle", "spy", "frosty99", "rights reserved"):
        assert foreign not in found.text
    assert "tracker" not in found.text
    assert "never froze" not in found.text, "a hidden paragraph is seen by nobody"


# -- archives ----------------------------------------------------------------------------------------------------------


def test_an_archive_gives_the_articles_in_it() -> None:
    found = [item for item in read(DOCUMENTS / "articles.zip") if isinstance(item, Article)]
    assert {a.original.name for a in found if a.original} == {
        "harbour.md",
        "harbour-pandoc.docx",
        "page.html",
        "tides.txt",
    }
    assert {a.source for a in found} == {str(DOCUMENTS / "articles.zip")}
    inside = next(a for a in found if a.original and a.original.name == "harbour.md")
    assert (inside.id, inside.text) == (article("harbour.md").id, article("harbour.md").text)


# -- end to end --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "question", "expected"),
    [
        *((name, "How much did the ice cost the town?", "1.4 million crowns") for name in REPORTS),
        ("page.html", "Who is the harbourmaster?", "Zoë Brandt"),
        ("articles.zip", "How high did the tide rise on 9 January?", "2.3 metres"),
    ],
)
def test_an_answer_quotes_the_very_words(
    tmp_path: Path, encoder: Encoder, name: str, question: str, expected: str
) -> None:
    with Library(tmp_path / "library", create=True, encoder=encoder) as library:
        report = library.add_files([DOCUMENTS / name])
        assert not report.failed
        answer = ask(question, library)
        assert not answer.abstained
        assert expected in answer.text
        assert answer.citations
        for citation in answer.citations:
            text = library.show(citation.article_id).text
            assert text[citation.start : citation.end] == citation.quote
