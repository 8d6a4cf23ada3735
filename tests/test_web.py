"""Web addresses to articles: pages, PDF, text and feeds, from a real server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Article, ArticleError, Library
from index.web import read_address

from .website import Site, respond, serving

DOCUMENTS = Path(__file__).parent / "documents"
STORY = (DOCUMENTS / "page.html").read_bytes()
TITLE = "The long frost costs Sallowby 1.4 million crowns"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Sallowby Courier</title><link>{site}/</link><language>en-gb</language>
<item><title>Whole &amp; well</title><link>{site}/whole</link><guid>1</guid><author>Maud Ellery</author>
<pubDate>Wed, 06 Mar 2024 07:30:00 GMT</pubDate><description>A summary.</description>
<content:encoded><![CDATA[<p>The harbour opened on 2 March.</p><ul><li>Two boats</li><li>One tug</li></ul>
<script>alert(1)</script>]]></content:encoded></item>
<item><title>The long frost</title><link>{site}/story</link><guid>2</guid>
<description>What the ice did.</description></item>
<item><title>Moved away</title><link>{site}/gone</link><guid>3</guid>
<description>Only this summary is left.</description></item>
<item><title>Nothing at all</title><link>{site}/gone</link><guid>4</guid></item>
<item><title>Inside</title><link>http://169.254.169.254/latest</link><guid>5</guid></item>
</channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Le Courrier</title><id>urn:1</id>
<updated>2024-03-06T07:30:00Z</updated>
<entry><title type="html">Le &lt;em&gt;gel&lt;/em&gt;</title><id>urn:2</id><link href="{site}/gel"/>
<published>2024-03-05T00:00:00Z</published><author><name>Zoë Brandt</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>Le port a gelé le 9 janvier.</p></div></content></entry>
</feed>"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


def give_feed(site: Site, feed: str, media_type: str = "application/rss+xml") -> str:
    return site.give("/feed", feed.replace("{site}", site.url).encode(), media_type)


def only(url: str, site: Site) -> Article:
    (found,) = read_address(url, site.permits)
    assert isinstance(found, Article), found
    return found


# -- pages -------------------------------------------------------------------------------------------------------------


def test_a_page_is_an_article(site: Site) -> None:
    found = only(site.give("/news/ice", STORY), site)
    assert (found.title, found.author, found.published, found.language) == (TITLE, "Maud Ellery", "2024-03-06", "en")
    assert found.source == f"{site.url}/news/ice"
    assert "lost landings only" in found.text
    assert "Subscribe" not in found.text
    assert found.original is not None
    assert (found.original.name, found.original.content) == ("ice.html", STORY)


def test_a_page_s_own_link_counts_within_its_site_alone(site: Site) -> None:
    own = STORY.replace(b"https://courier.sallowby.example/news/long-frost", b"/news/long-frost")
    assert only(site.give("/a", own), site).url == f"{site.url}/news/long-frost"
    assert only(site.give("/b", STORY), site).url == f"{site.url}/b", "it claims to be of another site"


def test_a_page_that_has_changed_is_the_same_article(site: Site) -> None:
    before = only(site.give("/a", STORY), site)
    after = only(site.give("/a", STORY.replace(b"fifty-three", b"fifty-four")), site)
    assert before.id == after.id
    assert before.hash != after.hash


def test_no_page_takes_the_place_of_another(site: Site) -> None:
    assert only(site.give("/a", STORY), site).id != only(site.give("/b", STORY), site).id


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("<p>Überall Eis.</p>".encode("iso-8859-1"), "text/html; charset=iso-8859-1"),
        ("<meta charset='windows-1252'><p>Überall Eis.</p>".encode("cp1252"), "text/html"),
        ("<p>Überall Eis.</p>".encode("utf-16"), "text/html"),
        ("<p>Überall Eis.</p>".encode(), "text/html; charset=nonsense"),
        ("<?xml version='1.0' encoding='utf-8'?><html><body><p>Überall Eis.</p></body></html>".encode(), "text/xml"),
    ],
)
def test_a_page_is_read_in_its_own_characters(site: Site, content: bytes, media_type: str) -> None:
    assert only(site.give("/a", content, media_type), site).text == "Überall Eis."


def test_a_pdf_is_an_article_with_pages(site: Site) -> None:
    content = (DOCUMENTS / "harbour-writer.pdf").read_bytes()
    found = only(site.give("/report", content, "application/pdf"), site)
    assert len(found.pages) == 4
    assert found.url == f"{site.url}/report"
    assert found.original is not None
    assert found.original.name == "report.pdf"


def test_a_text_is_an_article(site: Site) -> None:
    found = only(site.give("/tides", b"The tide table\n\nHigh water at 04:12.", "text/plain"), site)
    assert (found.title, found.url) == ("The tide table", f"{site.url}/tides")


@pytest.mark.parametrize(
    ("content", "media_type"), [(b"", "text/html"), (b"<html></html>", "text/html"), (b"%PDF-1.7", "application/pdf")]
)
def test_a_page_without_text_is_named(site: Site, content: bytes, media_type: str) -> None:
    url = site.give("/a", content, media_type)
    (error,) = read_address(url, site.permits)
    assert isinstance(error, ArticleError)
    assert error.source == url


# -- feeds -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media_type", ["application/rss+xml", "text/xml", "text/html"])
def test_each_entry_of_a_feed_is_an_article_and_each_failure_has_its_name(site: Site, media_type: str) -> None:
    site.give("/story", STORY)
    url = give_feed(site, RSS, media_type)
    whole, followed, summary, nothing, inside = read_address(url, site.permits)

    assert isinstance(whole, Article)
    assert (whole.title, whole.text) == ("Whole & well", "The harbour opened on 2 March.\n\n- Two boats\n- One tug")
    assert (whole.url, whole.published) == (f"{site.url}/whole", "Wed, 06 Mar 2024 07:30:00 GMT")
    assert (whole.author, whole.language, whole.source) == ("Maud Ellery", "en", url)

    assert isinstance(followed, Article)
    assert (followed.title, followed.author, followed.source) == ("The long frost", "Maud Ellery", url)
    assert "lost landings only" in followed.text

    assert isinstance(summary, Article)
    assert summary.text == "Only this summary is left."

    assert str(nothing) == f"{url}: Nothing at all: the server answers 404 Not Found; check the address"
    assert str(inside).startswith(f"{url}: Inside: leads to 169.254.169.254, port 80;")
    assert [path for path, _ in site.asked] == ["/feed", "/story", "/gone", "/gone"]


def test_an_atom_feed_is_read_alike(site: Site) -> None:
    found = only(give_feed(site, ATOM, "application/atom+xml"), site)
    assert (found.title, found.text) == ("Le gel", "Le port a gelé le 9 janvier.")
    assert (found.author, found.language, found.published) == ("Zoë Brandt", "fr", "2024-03-05T00:00:00Z")
    assert found.url == f"{site.url}/gel"


def test_an_entry_that_has_changed_is_the_same_article(site: Site) -> None:
    before = only(give_feed(site, ATOM), site)
    after = only(give_feed(site, ATOM.replace("9 janvier", "8 janvier")), site)
    assert before.id == after.id
    assert before.text != after.text


BOMB = '<!DOCTYPE r [<!ENTITY a0 "frost">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "feed",
    [
        RSS.replace("<rss", f"{BOMB}]><rss").replace("A summary.", "&a9;").replace("What the ice did.", "&a9;"),
        RSS.replace("<rss", '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss').replace("A summary.", "&x;"),
        RSS.replace("<rss", '<!DOCTYPE r SYSTEM "{site}/secret.dtd"><rss'),
    ],
    ids=["bomb", "external entity", "external DTD"],
)
def test_a_hostile_feed_expands_and_loads_nothing(site: Site, feed: str) -> None:
    found = [item for item in read_address(give_feed(site, feed), site.permits) if isinstance(item, Article)]
    assert all("root:" not in item.text and len(item.text) < 10_000 for item in found)
    assert "/secret.dtd" not in [path for path, _ in site.asked]


@pytest.mark.parametrize("feed", ["<rss></rss>", "<rss><channel/></rss>", "<feed", "<rss><channel><item></item>"])
def test_a_feed_without_articles_is_named(site: Site, feed: str) -> None:
    (error,) = read_address(give_feed(site, feed), site.permits)
    assert isinstance(error, ArticleError)


# -- into the library --------------------------------------------------------------------------------------------------


def test_a_bad_address_spoils_nothing_else(library: Library, tmp_path: Path) -> None:
    (tmp_path / "tides.txt").write_text("High water was at 04:12.")
    report = library.add_files(["http://127.0.0.1/", tmp_path / "tides.txt", "http://nowhere.invalid/"])
    assert (len(report.added), len(report.failed)) == (1, 2)


def test_what_is_fetched_is_quoted_to_the_character(library: Library, site: Site) -> None:
    report = library.add(read_address(site.give("/a", STORY), site.permits))
    article = library.show(report.added[0])
    hit = library.search("fund for crews", 1)[0]
    assert article.text[hit.passage.start : hit.passage.end] == hit.text


def test_a_refusal_of_the_server_is_one_line(site: Site) -> None:
    site.answers["/x"] = lambda request: respond(request, 500, {"Content-Length": "0"}, b"")
    (error,) = read_address(f"{site.url}/x", site.permits)
    assert str(error) == f"{site.url}/x: the server answers 500 Internal Server Error; check the address"
