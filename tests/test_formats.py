"""What each format gives: front matter, columns, trees of elements, lines of pages."""

from __future__ import annotations

import time

import pytest

from index import Article, ArticleError
from index.articles import MAX_TITLE
from index.readers import read_document
from index.readers.canonical import canonical, language, pdf_date, web_link
from index.readers.document import Document
from index.readers.markup import parse_html, text_of
from index.readers.reflow import Bullet, Line, flow


def found(name: str, content: str) -> list[Article | ArticleError]:
    return list(read_document(Document.of_bytes(name, name, content.encode())))


def only(name: str, content: str) -> Article:
    (item,) = found(name, content)
    assert isinstance(item, Article), item
    return item


# -- Markdown ----------------------------------------------------------------------------------------------------------


def test_front_matter_says_what_the_article_is_and_is_no_part_of_it() -> None:
    front = "title: 'The frost: a report'\nauthors: [Maud Ellery, Zoë Brandt]\ndate: 2024-03-05\nlang: en-GB\nurl: https://a.example/x"
    article = only("a.md", f"---\n{front}\n---\n\n# Ice\n\nThe harbour froze.\n")
    assert (article.title, article.author) == ("The frost: a report", "Maud Ellery, Zoë Brandt")
    assert (article.published, article.language, article.url) == ("2024-03-05", "en", "https://a.example/x")
    assert article.text == "# Ice\n\nThe harbour froze.\n"


def test_a_rule_at_the_head_of_a_text_is_no_front_matter() -> None:
    text = "---\nThe harbour froze.\n---\nIt opened again."
    assert only("a.md", text).text == text


def test_a_link_that_is_no_web_address_is_left() -> None:
    assert only("a.md", "---\nurl: javascript:alert(1)\n---\nIce.").url is None


# -- CSV ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "id,title,text,date,author,url,language",
        "ID,Headline,Body,Published At,By-line,Link,Lang",
        "guid,Title,content,pub_date,Author,permalink,language",
        "id;title;article_text;Date Published;authors;web url;lang",
        "id\ttitle\tfull text\tcreated_at\twriter\turi\tlang",
    ],
)
def test_a_row_is_an_article_whatever_its_columns_are_called(header: str) -> None:
    separator = next(c for c in "\t;," if c in header)
    row = separator.join(
        ["7", "Ice", '"The harbour froze.\n\nIt opened ""late""."', "2024-03-05", "M. E.", "https://a.example/", "en"]
    )
    (article,) = found("a.csv", f"{header}\n{row}\n")
    assert article == Article(
        "7",
        "Ice",
        'The harbour froze.\n\nIt opened "late".',
        "a.csv",
        "https://a.example/",
        "2024-03-05",
        "M. E.",
        "en",
    )


def test_a_row_without_text_is_named_by_its_line_and_the_others_are_read() -> None:
    first, error, last = found("a.csv", 'title,text\nA,"One\ntwo."\nB,\n\nC,Three.\n')
    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert (first.text, str(error), last.text) == ("One\ntwo.", "a.csv:4: has no text", "Three.")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (
            f"a,b\n1,{'word ' * 300}\n",
            "has no column of texts; its first row has to name one: text, body or content",
        ),
        ("a,b\n", "has no row below its header"),
        ("title,text\n", "has no row below its header"),
        ("\n\n", "the file is empty"),
    ],
)
def test_a_table_without_articles_is_named(content: str, complaint: str) -> None:
    (error,) = found("a.csv", content)
    assert str(error) == f"a.csv: {complaint}"


def test_a_table_of_figures_is_one_article_a_line_a_row() -> None:
    table = only("prices.csv", 'Product;Price;Stock\nKettle;"9,99";3\n\n"Tea\npot";14;\n')
    assert table.text == "Product | Price | Stock\nKettle | 9,99 | 3\nTea pot | 14 | "
    assert table.title == "prices"


def test_the_header_may_stand_below_empty_lines() -> None:
    assert only("a.csv", "\n \ntitle;text\nIce;The harbour, which is deep, froze.\n").title == "Ice"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "Title: {}\n\nIce."),
        ("a.csv", "title,text\n{},Ice.\n"),
        ("a.jsonl", '{{"title": "{}", "text": "Ice."}}'),
        ("a.html", "<title>{}</title><p>Ice.</p>"),
    ],
)
def test_a_title_is_no_longer_than_a_title(name: str, content: str) -> None:
    """It stands in the index with each passage."""
    article = only(name, content.format("ice " * 100_000))
    assert len(article.title) <= MAX_TITLE
    assert article.is_named_by_content


def test_author_and_language_of_a_record_are_taken_where_they_are_text() -> None:
    first, second = found(
        "a.jsonl", '{"text": "Ice.", "author": "M. E.", "language": "en-GB"}\n{"text": "Snow.", "author": [1]}'
    )
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.author, first.language, second.author) == ("M. E.", "en", None)


# -- elements ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<h2>Ice</h2><p>The <b>harbour</b>\n froze.</p>", "Ice\n\nThe harbour froze."),
        ("<ul><li>a<li><p>b</p><p>c</p></ul><p>d</p>", "- a\n- b c\n\nd"),
        ("<ol start=3><li>a</li><li value=7>b</li><li>c</li></ol>", "3. a\n7. b\n8. c"),
        ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "- a\n1. b\n- c"),
        ("<table><tr><th>A<th>B<tr><td>1<td><p>2</p></table>", "A | B\n1 | 2"),
        ("<table><tr><td>one<tr><td>two</table>", "one\n\ntwo"),
        ("<table><tr><td><table><tr><td>1<td>2</table><td>side</table>", "1 | 2\n\nside"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<pre>if x:\n    y</pre>", "if x:\ny"),
        ("10<sup>6</sup> m<sup>2</sup>, the 1<sup>st</sup>", "10⁶ m², the 1st"),
        (
            "Ice.<sup><a href='#fn1'>1</a></sup> Snow.<sup class=reference><a href='#cite_note-2'>[2]</a></sup>",
            "Ice. Snow.",
        ),
        ("<p>See <a href='#part2'>part 2</a>.</p>", "See part 2."),
        ("<p>a<span hidden>b</span><span style='display: none'>c</span><span aria-hidden=true>d</span>e</p>", "ae"),
        ("<p>a<!-- b --><script>c</script><style>d</style><noscript>e</noscript>f</p>", "af"),
        ("<p>Har\u00adbour \u202etxt\u202c Cafe\u0301</p>", "Harbour txt Café"),
        ("<p>“Quotes” – and\u00a0spaces</p>", "“Quotes” – and\u00a0spaces"),
        ("<dl><dt>Ice</dt><dd>Frozen water.</dd></dl>", "Ice\n\nFrozen water."),
    ],
)
def test_elements_become_lines(markup: str, text: str) -> None:
    assert text_of(parse_html(f"<body>{markup}</body>")) == text


# -- lines of pages ----------------------------------------------------------------------------------------------------


def page(*texts: str, top: float = 700, left: float = 72, right: float = 400, size: float = 12) -> list[Line]:
    """Lines one below the other; one that ends in ~ is short."""
    return [
        Line(text.rstrip("~"), left, right - 150 if text.endswith("~") else right, top - 14 * number, size)
        for number, text in enumerate(texts)
    ]


def test_lines_become_paragraphs() -> None:
    lines = page(
        "The harbour froze in Jan-", "uary and stayed so until", "March.~", "Then the well-", "known ferry ran."
    )
    assert (
        flow([lines]).text == "The harbour froze in January and stayed so until March.\n\nThen the wellknown ferry ran."
    )
    known = page(
        "It is a well-known fact.", "Then the well-", "known ferry ran in 1914-", "1918 to Anglo-", "Saxon ports."
    )
    assert "Then the well-known ferry ran in 1914-1918 to Anglo-Saxon ports." in flow([known]).text


def test_a_sentence_over_two_pages_is_one_and_both_beginnings_are_known() -> None:
    flowed = flow(
        [
            page("The ice came early and", "lay in the harbour for so"),
            page("long that the crews went", "home by train."),
        ]
    )
    assert flowed.text == "The ice came early and lay in the harbour for so long that the crews went home by train."
    assert [flowed.text[start:][:4] for start in flowed.pages] == ["The ", "long"]


def test_a_page_without_text_begins_where_the_next_one_does() -> None:
    flowed = flow([page("One."), [], page("Three."), []])
    assert (flowed.text, flowed.pages) == ("One.\n\nThree.", (0, 6, 6, 12))
    assert flow([[], []]).pages == (0, 0)


def test_running_headers_and_page_numbers_are_left_out() -> None:
    pages = [
        [
            *page("The Courier"),
            *page(f"Ice came in {year}.", "It stayed long.", top=650),
            *page(f"Page {number} of 3", top=60),
        ]
        for number, year in enumerate((1871, 1926, 2009), start=1)
    ]
    assert flow(pages).text == "\n\n".join(f"Ice came in {year}. It stayed long." for year in (1871, 1926, 2009))


def test_a_note_at_the_foot_does_not_break_the_sentence_that_runs_on() -> None:
    first = [*page("The heater¹ was old and", "nobody had the money to"), *page("1 Built in 1926.", top=100, size=9)]
    flowed = flow([first, page("have it mended, so it", "broke.~")])
    assert (
        flowed.text == "1 Built in 1926.\n\nThe heater was old and nobody had the money to have it mended, so it broke."
    )


def test_points_are_known_by_their_signs_and_by_drawings() -> None:
    lines = page("• one thing and", "another;", "2) a second.~", "last one")
    assert flow([lines[:2]]).text == "- one thing and another;"
    drawn = lines[3].after_bullet([Bullet(60, 63, lines[3].baseline + 4, 3)])
    assert flow([[drawn]]).text == "- last one"
    assert lines[3].after_bullet([Bullet(60, 63, lines[3].baseline + 40, 3)]) == lines[3]


def test_the_largest_line_is_the_title() -> None:
    heading = Line("The Long Frost", 72, 200, 740, 24)
    assert flow([[heading, *page("The harbour froze in", "January.")]]).title == "The Long Frost"


# -- small things ------------------------------------------------------------------------------------------------------


def test_languages_dates_and_links() -> None:
    assert [language(tag) for tag in ("en", "en-GB", "FR_ca", "zh-Hans", "", None, "eng", "x")] == [
        "en",
        "en",
        "fr",
        "zh",
        None,
        None,
        None,
        None,
    ]
    assert pdf_date("D:20240305073000+01'00'") == "2024-03-05T07:30:00+01:00"
    assert [pdf_date(date) for date in ("D:20240305", "D:20240305073000Z", "yesterday", "")] == [
        "2024-03-05",
        "2024-03-05T07:30:00Z",
        None,
        None,
    ]
    assert web_link(" https://a.example/x?y#z ") == "https://a.example/x?y#z"
    bad = (
        "javascript:alert(1)",
        "//a.example",
        "http://u:p@a.example/",
        "http://a b/",
        "https://",
        "x",
        None,
        "http://[",
    )
    assert [web_link(link) for link in bad] == [None] * len(bad)


def test_only_what_cannot_be_seen_is_taken_out() -> None:
    assert canonical("a\x00\x07\u200b\U000e0041b\r\nc\u200dd") == "ab\nc\u200dd"


def test_a_page_of_one_endless_word_is_read_at_once() -> None:
    """Letters that nothing ends, as an invisible layer of a scan may have them."""
    line = Line("x" * 200_000, 72, 400, 700, 11)
    began = time.monotonic()
    assert flow([[line]]).text.strip() == line.text
    assert time.monotonic() - began < 5


def test_a_document_of_two_thousand_pages_is_read_in_seconds() -> None:
    pages = [
        [Line(f"Row {row} of page {n} goes on", 72, 400, 700 - 14 * row, 11) for row in range(20)] for n in range(2_000)
    ]
    began = time.monotonic()
    assert flow(pages).text.count("goes on") == 40_000
    assert time.monotonic() - began < 20
