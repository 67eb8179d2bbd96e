"""What a reader has read is marked in the lists of pages, in this browser alone."""

from pages import HTML, Visit, offline

LAB, SECOND = "notebooks/labs/sigma_or_rho", "notebooks/02_long_term_dependencies"


def ticks(page, where):
    """The addresses of the pages that are marked as read in a list."""
    links = page.locator(f"{where} a:has(> [role=img][aria-label=read])").all()
    return {link.evaluate("link => link.href").split("#")[0] for link in links}


def test_a_page_is_read_when_its_end_was_in_sight(browser):
    """From the disk, where least is allowed."""
    lab, landing = ((HTML / f"{page}.html").as_uri() for page in (LAB, "book/index"))
    second = (HTML / f"{SECOND}.html").as_uri()
    with offline(browser) as context:
        page = Visit(context, lab).page
        assert not ticks(page, ".bd-links")
        page.locator("h2").last.scroll_into_view_if_needed()
        page.locator(".bd-links .tick").first.wait_for(state="attached")
        assert ticks(page, ".bd-links") == {lab}

        visit = Visit(context, landing)
        told = visit.page.locator(".progress-of-reader")
        assert ticks(visit.page, ".chapters") == {lab}
        assert "You have read 0 chapters and 1 lab." in told.inner_text()
        go_on = told.get_by_role("link", name="Continue with chapter 1")
        assert go_on.evaluate("link => link.href").endswith("/01_recurrent_networks.html")

        # As if chapter 2 had been read in another window.
        visit.page.evaluate(
            "place => { const key = localStorage.key([...Array(localStorage.length).keys()].find("
            "k => localStorage.key(k).endsWith('read')));"
            "localStorage.setItem(key, `${localStorage.getItem(key)} ${place}`);"
            "dispatchEvent(new StorageEvent('storage')); }",
            SECOND,
        )
        assert ticks(visit.page, ".bd-links") == {lab, second}
        assert told.get_by_role("link").inner_text() == "Continue with chapter 3"

        told.get_by_role("button", name="Forget").click()
        assert not ticks(visit.page, "body") and not told.count()
        visit.page.reload()
        assert not ticks(visit.page, "body")
        assert not visit.complaints
