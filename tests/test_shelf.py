"""The shelf: every article is on it and can be found; what is added, replaced or deleted through it is not lost."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from index import Article, ArticleError, Library
from index.lock import writing
from qa.ask import ask
from qa.delivery import State, file_name
from qa.inbox import Inbox
from qa.server.reader import make_router
from qa.server.shelf import PER_PAGE, View, make_shelf
from qa.trash import UNDO_S, NotInTrash, Trash
from qa.tray import MAX_FILE

from .website import Site, serving

ODD_IDS = ["a b", "a/b/../c", "..", ".", "50%", "ü?#&=+", '"><script>', "漢字"]
PDF = Path(__file__).parent / "documents" / "harbour-writer.pdf"
MOLES = b"Title: Moles\n\nA mole digs tunnels of two hundred metres in one day."


@pytest.fixture
def inbox(library: Library) -> Iterator[Inbox]:
    with Inbox(library) as opened:
        yield opened
        opened.wait(60)


@pytest.fixture
def client(library: Library, inbox: Inbox) -> TestClient:
    app = FastAPI()
    app.include_router(make_router(library))
    app.include_router(make_shelf(library, inbox))
    return TestClient(app)


def upload(client: TestClient, name: str, content: bytes, **query: str) -> int:
    return client.post("/articles/files", params={"name": name, **query}, content=content).status_code


def titles(page: str) -> list[str]:
    return [unescape(title) for title in re.findall(r'<li><div><a href="[^"]*">(.*?)</a>', page)]


def shelf_of(page: str) -> str:
    return page.partition('<section id="shelf"')[2]


def become(inbox: Inbox) -> dict[str, tuple[State, str]]:
    """What has become of all deliveries."""
    assert inbox.wait(60)
    return {delivery.name: (delivery.state, delivery.line) for delivery in inbox.status().deliveries}


def only(library: Library) -> str:
    (summary,) = library.articles()
    return summary.id


# -- the list ----------------------------------------------------------------------------------------------------------


def test_the_shelf_lists_every_article(library: Library, client: TestClient) -> None:
    """One link an article, each to its page, whatever its id."""
    library.add(Article(odd, f"Number {n}", f"This is article {n}.", f"{n}.txt") for n, odd in enumerate(ODD_IDS))
    page = client.get("/articles").text
    assert f"{len(ODD_IDS)} articles" in page
    links = re.findall(r'<li><div><a href="([^"]*)"', page)
    assert len(links) == len(ODD_IDS)
    for href in links:
        assert client.get(unescape(href)).status_code == 200


def test_articles_are_found_ordered_and_paged(library: Library, client: TestClient) -> None:
    """By words of title and source, in any case; by title, date, order of coming and length."""
    library.add(
        Article(
            f"n{n:03}",
            f"Note {n % 7} of {n}",
            "Words. " * (1 + n % 3),
            f"/x/{n}.txt",
            published=f"2024-01-{n % 28 + 1:02}",
        )
        for n in range(PER_PAGE + 5)
    )
    library.add(
        [Article("z", "Über <Moles>", "word " * 600, "u", url="https://moles.example/a", published="3 May 2025")]
    )
    first = shelf_of(client.get("/articles").text)
    assert f"{PER_PAGE + 6} articles" in first
    assert len(titles(first)) == PER_PAGE
    assert len(titles(shelf_of(client.get("/articles?page=2").text))) == 6
    assert titles(shelf_of(client.get("/articles?page=999").text)) == titles(
        shelf_of(client.get("/articles?page=2").text)
    )
    for query in ("q=über", "q=MOLES", "q=moles.example+über"):
        assert titles(shelf_of(client.get(f"/articles?{query}").text)) == ["Über <Moles>"], query
    for sort in ("date", "added", "passages"):
        assert titles(shelf_of(client.get(f"/articles?sort={sort}").text))[0] == "Über <Moles>", sort
    assert "No title or source" in client.get("/articles?q=zebra").text
    odd = client.get("/articles?q=<b>&sort=<b>&page=-1&removed=<b>")
    assert (odd.status_code, "<b>" in odd.text) == (200, False)
    assert View.of("a b", "date", "3").link(page="4") == "/articles?q=a+b&sort=date&page=4"


# -- adding ------------------------------------------------------------------------------------------------------------


def test_uploads_are_read_and_can_be_asked_about(library: Library, inbox: Inbox, client: TestClient) -> None:
    """By the readers of `footnote add`; what fails is named with the reason, and stops nothing."""
    files = {"moles.txt": MOLES, "notes/report.pdf": PDF.read_bytes(), "broken.pdf": b"%PDF-1.7", "again.txt": MOLES}
    assert [upload(client, name, content) for name, content in files.items()] == [202] * 4
    found = become(inbox)
    assert found["moles.txt"] == (State.ADDED, "added: “Moles”")
    assert found["notes/report.pdf"][0] == State.ADDED
    assert found["broken.pdf"][0] == State.FAILED
    assert found["again.txt"] == (State.UNCHANGED, "was here already")
    assert "metres" in ask("How long are the tunnels that a mole digs in a day?", library).text
    intake = client.get("/articles/intake").text
    assert 'data-left="0"' in intake
    assert "broken.pdf" in intake.partition("What was added")[0], "failures stand first"
    assert [entry.name for entry in (library.folder / "inbox").iterdir() if entry.name != ".lock"] == []
    client.post("/articles/forget")
    assert "broken.pdf" not in client.get("/articles/intake").text


def test_what_cannot_be_taken_is_refused_with_the_reason(library: Library, inbox: Inbox, client: TestClient) -> None:
    """Before anything is stored."""
    refused = client.post("/articles/files?name=run.exe", content=b"MZ")
    assert (refused.status_code, refused.text[:24]) == (422, ".exe files are not read;")
    assert upload(client, "", b"x") == 422
    reception = inbox.receive("big.txt")
    for _ in range(MAX_FILE // 10_000_000):
        reception.write(b"x" * 10_000_000)
    with pytest.raises(ArticleError, match="larger than 100 MB"):
        reception.write(b"x")
    reception.abandon()
    assert [entry.name for entry in (library.folder / "inbox").iterdir()] == []
    for address in ("", "file:///etc/passwd", "javascript:alert(1)", "example.org"):
        answer = client.post("/articles/address", data={"url": address})
        assert answer.status_code == 422
        assert "is not a web address" in answer.text


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\docs\\a b.PDF", "a b.PDF"),
        (".hidden.txt", "hidden.txt"),
        ("a\0b\nc.txt", "a b c.txt"),
        (".txt", "txt"),
        ("\ud800.md", "?.md"),
        ("", "article"),
        ("ü" * 300 + ".html", "ü" * 60 + ".html"),
    ],
)
def test_names_from_outside_are_only_names(name: str, kept: str) -> None:
    assert file_name(name) == kept


def test_an_address_is_fetched_through_the_guards(library: Library) -> None:
    """A page of a permitted site is added; the machine's own addresses are not asked."""
    with serving(Site()) as site, Inbox(library, site.permits) as inbox:
        inbox.add_address(site.give("/ice"))
        inbox.add_address("http://169.254.169.254/latest")
        found = list(become(inbox).values())
    assert found[0] == (State.ADDED, "added: “Ice”")
    assert found[1][0] is State.FAILED
    assert "leads to 169.254.169.254" in found[1][1]


def test_replacing_takes_the_old_article_away(library: Library, inbox: Inbox, client: TestClient) -> None:
    """Once the new one is in; a file that cannot be read replaces nothing."""
    library.add([Article("old", "Moles", "Moles sleep.", "moles.txt")])
    upload(client, "moles.pdf", b"%PDF-1.7", replaces="old")
    assert become(inbox)["moles.pdf"][0] is State.FAILED
    assert only(library) == "old"
    upload(client, "moles.txt", MOLES, replaces="old")
    assert become(inbox)["moles.txt"] == (State.ADDED, "added: “Moles”, in place of the old one")
    assert "tunnels" in library.show(only(library)).text
    key = re.search(r'name="key" value="(\w+)"', client.get("/articles").text)
    assert key
    client.post("/articles/restore", data={"key": key[1]})
    assert library.show("old").text == "Moles sleep."


def test_what_a_crash_left_is_added_at_the_next_start(library: Library) -> None:
    """An acknowledged file is in the inbox, whole; a half one is swept."""
    first = Inbox(library)
    first.close()
    whole, half = first.receive("moles.txt"), first.receive("half.txt")
    whole.write(MOLES)
    half.write(MOLES[:20])
    whole.accept()  # the process ends before it is indexed
    with Inbox(library) as second:
        second.resume()
        assert become(second) == {"moles.txt": (State.ADDED, "added: “Moles”")}
        assert [entry.name for entry in (library.folder / "inbox").iterdir()] == [".lock"]


def test_two_servers_on_a_library_keep_to_their_own(library: Library) -> None:
    """One that starts beside another leaves alone what that one has still to do."""
    with Inbox(library) as first, Inbox(library) as second, writing(library.folder):
        reception = first.receive("moles.txt")
        reception.write(MOLES)
        reception.accept()
        second.resume()
        assert second.status().deliveries == ()
    first.close()


def test_closing_stops_in_the_middle_and_the_next_start_goes_on(library: Library) -> None:
    """What is stored stays, what is not waits."""
    with Inbox(library) as first:
        for n in range(40):
            reception = first.receive(f"{n}.txt")
            reception.write(f"Title: Text {n}\n\n{n} moles dug.".encode())
            reception.accept()
        while not library.articles():
            time.sleep(0.01)
    assert first.status().left
    with Inbox(library) as second:
        second.resume()
        assert second.wait(60)
    assert len(library.articles()) == 40


def test_a_lock_held_elsewhere_is_waited_for(library: Library, inbox: Inbox, client: TestClient) -> None:
    """With a line that says who; a deletion is refused with it, and nothing is lost."""
    library.add([Article("old", "Old", "Old words.", "old.txt")])
    with writing(library.folder):
        upload(client, "moles.txt", MOLES)
        while not inbox.status().hindrance:
            time.sleep(0.01)
        assert "is being written by process" in client.get("/articles").text
        refused = client.post("/articles/remove", data={"id": "old"})
        assert refused.status_code == 503
        assert "is being written by process" in refused.text
        assert "Old" in titles(shelf_of(refused.text))
    assert become(inbox)["moles.txt"][0] is State.ADDED
    assert len(library.articles()) == 2


def test_asking_works_while_it_indexes(library: Library, inbox: Inbox) -> None:
    """Answers come all the while, and the last one knows everything."""
    library.add([Article("a", "Moles", MOLES.decode().partition("\n\n")[2], "a.txt")])
    for n in range(60):
        reception = inbox.receive(f"{n}.txt")
        reception.write(f"Title: Storm {n}\n\nThe storm number {n} took {n} roofs in Sallowby.".encode())
        reception.accept()
    asked = 0
    while not inbox.wait(0):
        assert "metres" in ask("How long are the tunnels that a mole digs in a day?", library).text
        asked += 1
    assert asked
    assert "took 59 roofs" in ask("How many roofs did storm number 59 take in Sallowby?", library).text


# -- deleting ----------------------------------------------------------------------------------------------------------


def test_deleting_can_be_undone_to_the_byte(library: Library, inbox: Inbox, client: TestClient) -> None:
    """The very article: id, text, pages, every source, its original."""
    library.add_files([PDF])
    article_id = only(library)
    library.add([library.show(article_id)])
    before = (library.show(article_id), library.sources(article_id), library.passages(article_id))
    kept = library.original(article_id)
    assert kept
    original = kept[0].read_bytes()
    page = client.post("/articles/remove", data={"id": article_id, "q": "harbour", "sort": "date"})
    assert "is deleted" in page.text
    assert page.url.query.startswith(b"q=harbour&sort=date&removed=")
    assert library.articles() == []
    assert not kept[0].exists()
    key = re.search(r'name="key" value="(\w+)"', page.text)
    assert key
    restored = client.post("/articles/restore", data={"key": key[1]})
    assert restored.status_code == 200
    assert (library.show(article_id), library.sources(article_id), library.passages(article_id)) == before
    assert library.original(article_id) == kept
    assert kept[0].read_bytes() == original
    again = client.post("/articles/restore", data={"key": key[1]})
    assert (again.status_code, "cannot be brought back any more" in again.text) == (400, True)


def test_what_is_deleted_is_gone_for_good_after_a_while(library: Library) -> None:
    """And a crash between keeping and deleting loses nothing."""
    clock = [time.time()]
    trash = Trash(library, lambda: clock[0])
    library.add([Article("a", "A", "Some words.", "a.txt")])
    key = trash.discard(["a"])
    assert trash.titles(key) == ("A",)
    clock[0] += UNDO_S + 1
    trash.purge()
    assert trash.titles(key) == ()
    for gone in (key, "../../etc", "", "0" * 32):
        with pytest.raises(NotInTrash):
            trash.restore(gone)


def test_what_goes_beside_it_does_not_end_the_work(library: Library, inbox: Inbox, client: TestClient) -> None:
    """An entry of the trash that another process has taken, and deliveries that are told of no more."""
    (library.folder / "trash").mkdir()
    (library.folder / "trash" / "gone").symlink_to("nowhere")
    assert upload(client, "a.txt", MOLES) == 202
    assert inbox.wait(60)
    (library.folder / "trash" / "gone").unlink()
    inbox.forget()
    assert upload(client, "b.txt", b"Title: Ice\n\nThe harbour froze.") == 202
    assert inbox.wait(60)
    assert len(library.articles()) == 2


def test_an_unknown_article_cannot_be_deleted(library: Library, client: TestClient) -> None:
    refused = client.post("/articles/remove", data={"id": "<b>"})
    assert (refused.status_code, "<b>" in refused.text) == (404, False)


def test_deletions_wait_for_what_is_being_indexed(library: Library, inbox: Inbox) -> None:
    """In one process nobody is turned away."""
    library.add(Article(f"a{n}", f"A {n}", f"Words {n}.", f"{n}.txt") for n in range(5))
    for n in range(10):
        reception = inbox.receive(f"{n}.txt")
        reception.write(f"Title: T{n}\n\nText {n}.".encode())
        reception.accept()
    threads = [threading.Thread(target=inbox.discard, args=[[f"a{n}"]]) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inbox.wait(60)
    assert sorted(summary.title for summary in library.articles()) == [f"T{n}" for n in range(10)]
