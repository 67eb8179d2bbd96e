"""The glossary: its words, the links to it, and what a link shows beside it."""

import re

import pytest
from pages import HTML, PAGES, Visit, offline, parsed
from stored import prose, read

from book import contents
from book.extension.glossary import EVERYDAY, PAGE, terms
from book.extension.previews import LINK

GLOSSARY, BIBLIOGRAPHY = f"{PAGE}.html", "book/bibliography.html"
EXAMPLE = "notebooks/06_training.html"
TO_BE_READ = [page for chapter, labs in contents.chapters().items() for page in (chapter, *labs)]


def links(page: str):
    """The links of a page to the glossary or the bibliography, with what each shows."""
    if not LINK.search((HTML / page).read_text(encoding="utf-8")):  # known without parsing
        return
    for link in parsed(page).select("article a.internal"):
        if LINK.match(str(link).replace("&amp;", "&")):
            yield link, parsed(page).find(id=link.get("aria-describedby"))


# The words


def test_words_are_in_the_order_of_the_alphabet():
    firsts = [entry.get_text() for entry in parsed(GLOSSARY).select("dl.glossary > dt:has(+ dd)")]
    assert len(firsts) > 30
    words = [term.word for term in terms()]
    assert [*dict.fromkeys(words)] == words, "each word once"
    alone = [w for w in words if w not in ("gated recurrent unit", "long short-term memory")]
    assert alone == sorted(alone, key=str.lower)


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.word)
def test_the_chapter_that_explains_a_word_uses_it(term):
    text = "\n".join(cell.source for cell in prose(read(contents.notebook(term.chapter))))
    said = {
        "exploding gradient": "explodes",
        "vanishing gradient": "vanishes",
        "orthogonal matrix": "orthogonal",
        "coupled gates": "coupled",
        "LSTM": "long short-term memory",
    }.get(term.word, term.word)
    assert re.search(rf"\*\*[^*]*{re.escape(said)}", text, re.IGNORECASE), term


def test_each_word_names_its_chapter_by_its_number(site_folder):
    for link in parsed(GLOSSARY).select("dl.glossary a.internal"):
        name = link["href"].removeprefix("../").removesuffix(".html")
        assert link.get_text() == f"chapter {contents.number(name)}"


# The links


@pytest.mark.parametrize("page", TO_BE_READ)
def test_a_word_is_linked_once_and_not_where_it_is_explained(site_folder, page):
    found = [link for link in parsed(f"{page}.html").select("article a") if link.select(".term")]
    anchors = [link["href"].partition("#term-")[2] for link in found]
    assert len(set(anchors)) == len(anchors)
    assert not {*anchors} & EVERYDAY
    own = {term.word.replace(" ", "-") for term in terms() if term.chapter == page}
    assert not {*anchors} & own
    for link in found:
        assert not link.find_parents(["h1", "h2", "h3", "h4", "a", "code", "details", "table"])


def test_most_pages_link_some_words(site_folder):
    with_links = [page for page in TO_BE_READ if parsed(f"{page}.html").select("a > .term")]
    assert len(with_links) > len(TO_BE_READ) * 0.8


@pytest.mark.parametrize("page", [page for page in PAGES if page not in (GLOSSARY, BIBLIOGRAPHY)])
def test_each_link_has_its_text_on_the_page_and_no_text_is_without_a_link(site_folder, page):
    found = list(links(page))
    for link, box in found:
        target = GLOSSARY if "glossary" in link["href"] else BIBLIOGRAPHY
        there = parsed(target).find(id=link["href"].partition("#")[2])
        there = there.find_next("dd") if there.name == "dt" else there
        assert box and "title" not in link.attrs
        assert plain(box.get_text()) in plain(there.get_text())
    boxes = re.findall(r'class="preview" id="([^"]+)"', (HTML / page).read_text(encoding="utf-8"))
    assert sorted(boxes) == sorted({box["id"] for _, box in found})


def plain(text: str) -> str:
    return re.sub(r"\W+", "", text)


# In the browser


def test_a_text_is_shown_on_hover_on_focus_and_on_a_first_touch(browser, site):
    with offline(browser, has_touch=True, viewport={"width": 1000, "height": 700}) as context:
        page = Visit(context, f"{site}/{EXAMPLE}").page
        box = page.locator(".preview:popover-open")
        word = page.locator("a:has(> .term)").first
        text = page.locator(f"#{word.get_attribute('aria-describedby')}")

        word.hover()
        box.wait_for()
        assert box.inner_text() == text.text_content()
        box.hover()
        page.wait_for_timeout(400)
        assert box.is_visible(), "the pointer may go to the text"
        page.keyboard.press("Escape")
        assert not box.is_visible()
        word.hover(position={"x": 2, "y": 2})
        page.mouse.move(0, 0)
        page.locator("article h1").hover()
        box.wait_for(state="hidden")

        word.focus()  # by a script, after a key: as with Tab
        assert box.is_visible()
        page.mouse.move(500, 300)
        page.wait_for_timeout(400)
        assert box.is_visible(), "it stays while the link has the focus"
        page.keyboard.press("Tab")
        assert not page.locator(f"#{text.get_attribute('id')}").is_visible()
        page.locator("body").evaluate("() => document.activeElement.blur()")

        word.tap()
        assert box.is_visible() and page.url.endswith(EXAMPLE)
        inside = box.evaluate(
            "box => { const { left, right } = box.getBoundingClientRect();"
            " return left >= 0 && right <= innerWidth; }"
        )
        assert inside
        page.locator("article h1").tap()
        assert not box.is_visible()
        word.tap()
        word.tap()
        page.wait_for_url(f"**/{GLOSSARY}#term-*")
