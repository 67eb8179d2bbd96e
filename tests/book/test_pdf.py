"""The book on paper: three pages of the site, printed and joined as all of them are."""

import pytest
from pages import HTML

from book import pdf
from book.contents import chapters

FIRST, CHAPTER, LAB = (
    "book/how_to_use",
    "notebooks/03_lstm_networks",
    "notebooks/labs/the_adding_problem",
)


@pytest.fixture(scope="module")
def book(browser, site_folder):
    return pdf.print_book(browser, HTML, [("", [FIRST]), ("The chapters", [CHAPTER, LAB])])


def sheet_of(book, title):
    """The index of the first sheet whose text begins with a title."""
    return next(
        index
        for index, sheet in enumerate(book.pages)
        if title in "".join(sheet.extract_text().split())[:60] and index > 1
    )


def flat(outline):
    for item in outline:
        if isinstance(item, list):
            yield from flat(item)
        else:
            yield item


def test_the_book_has_every_chapter_and_lab_and_no_page_of_the_library():
    names = [name for _, names in pdf.pages() for name in names]
    assert names[0] == FIRST and len(names) == len(set(names))
    for chapter, labs in chapters().items():
        assert names[names.index(chapter) :][: 1 + len(labs)] == [chapter, *labs]
    assert {"book/notation", "book/bibliography", "book/coming_from_nn_lstm"} < set(names)
    assert not [name for name in names if "/api/" in name or "/assignments/" in name]


def test_sheets_are_a4_and_numbered_as_they_say(book):
    front = 2
    assert book.page_labels == ["i", "ii", *map(str, range(1, len(book.pages) - front + 1))]
    for number, sheet in enumerate(book.pages[front:], 1):
        assert sheet.mediabox.width == pytest.approx(595.3, abs=1)
        assert sheet.mediabox.height == pytest.approx(841.9, abs=1)
        assert str(number) in sheet.extract_text().split("\n")


def test_the_outline_leads_to_the_headings(book):
    items = {item.title: item for item in flat(book.outline)}
    assert list(items)[:2] == ["Contents", "How to use this book"]
    assert "3. LSTM networks" in items and "Lab: The adding problem" in items
    text = book.pages[book.get_destination_page_number(items["In practice"])].extract_text()
    assert "In practice" in text
    assert items["In practice"].top < 800, "not at the head of the page but at the heading"


def test_the_contents_say_the_numbers_of_the_sheets(book):
    contents = book.pages[1].extract_text()
    start = sheet_of(book, "Lab:Theadding")
    line = next(line for line in contents.split("\n") if "Lab: The adding problem" in line)
    number = int(book.page_labels[start])
    assert str(number) in line or f"\n{number}\n" in contents


def test_links_lead_to_a_sheet_or_to_the_web(book):
    links = [link.get_object() for sheet in book.pages for link in sheet.get("/Annots", ())]
    web = [link["/A"]["/URI"] for link in links if "/A" in link]
    assert all(address.startswith(("http", "mailto")) for address in web), web
    inside = [link["/Dest"] for link in links if "/Dest" in link]
    assert len(inside) + len(web) == len(links)
    numbers = [book.get_page_number(dest[0].get_object()) for dest in inside]
    assert sheet_of(book, "Lab:Theadding") in numbers[20:], "from the chapter to its lab"


def test_nothing_of_the_screen_is_on_a_sheet(book):
    text = " ".join(sheet.extract_text() for sheet in book.pages)
    for words in ("Skip to main content", "On this page", "Back to top", "Download this notebook"):
        assert words not in text
    assert "Left out are the pages of the library" in text
