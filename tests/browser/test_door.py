"""The door in a real browser: in without a script, the chat as ever behind it, and out again."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from index import Library
from index.encoder import Encoder
from qa.server.access import Access, save_access

from .conftest import served
from .test_access import assert_accessible
from .test_look import scrolls_sideways

PASSWORD = "correct horse battery"  # noqa: S105


def test_in_ask_and_out(chromium: Browser, seeds_copy: Path, encoder: Encoder) -> None:
    """To the sign-in, past a wrong password, to the page that was wanted; ask; sign out, and all is closed again."""
    save_access(seeds_copy, Access().with_password(PASSWORD))
    complaints: list[str] = []
    with Library(seeds_copy, encoder=encoder) as library, served(library) as address:
        plain = chromium.new_context(java_script_enabled=False)
        page = plain.new_page()
        page.goto(f"{address}articles")
        expect(page).to_have_url(re.compile("/login"))
        page.get_by_label("Password or token").fill("wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("That is not the password.")
        page.get_by_label("Password or token").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(f"{address}articles")
        cookies = plain.cookies()
        plain.close()

        context = chromium.new_context()
        context.add_cookies(cookies)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(address)
        page.get_by_label("Your question").fill("How much value did the crackdown wipe out?")
        page.keyboard.press("Enter")
        expect(page.locator(".fn-foot").first).to_be_visible(timeout=20_000)
        assert complaints == []
        page.get_by_label("Your question").fill("A secret that I had not asked yet")
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{address}login")
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        page.goto(f"{address}read/none")
        expect(page).to_have_url(re.compile("/login"))
        context.close()
        for scheme in ("light", "dark"):
            open_to_axe = chromium.new_context(bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]
            page = open_to_axe.new_page()
            page.set_viewport_size({"width": 360, "height": 740})
            page.goto(f"{address}login")
            assert_accessible(page)
            assert not scrolls_sideways(page)
            page.goto(f"{address}login")
            page.get_by_label("Password or token").fill("wrong")
            page.keyboard.press("Enter")
            page.get_by_role("alert").wait_for()
            assert_accessible(page)
            open_to_axe.close()
