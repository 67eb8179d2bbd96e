"""The book on paper: three pages of the site, printed and joined as all of them are."""

from io import BytesIO

import pytest
from pages import HTML
from pypdf import PdfReader

from book import pdf
from book.contents import chapters

FIRST, CHAPTER, LAB = (
    "book/how_to_use",
    "notebooks/03_lstm_networks",
    "notebooks/labs/the_adding_problem",
)


@pytest.fixture(scope="module")
def texts(book):
    """The text of each sheet; that of the foot comes first."""
    return [sheet.extract_text() for sheet in book.pages]


@pytest.fixture(scope="module")
def book(browser, site_folder):
    file = BytesIO()
    parts = [("", [FIRST]), ("The chapters", [CHAPTER, LAB])]
    pdf.print_book(browser, HTML, parts).write(file)
    return PdfReader(file)


def sheet_of(texts, title):
    """The index of the first sheet of a page, which has its title at the head and at the foot."""
    return next(index for index, text in enumerate(texts) if text.count(title) > 1)


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
    assert "book/all_cells" not in names


def test_sheets_are_a4_and_numbered_as_they_say(book, texts):
    front = 2
    assert book.page_labels == ["i", "ii", *map(str, range(1, len(book.pages) - front + 1))]
    for number, sheet in enumerate(book.pages[front:], 1):
        assert sheet.mediabox.width == pytest.approx(595.3, abs=1)
        assert sheet.mediabox.height == pytest.approx(841.9, abs=1)
        foot = texts[front + number - 1].split("\n")[0]
        assert foot.startswith((f"{number}How to", f"{number}3. LSTM", f"{number}Lab: The")), foot


def test_the_outline_leads_to_the_headings(book, texts):
    items = {item.title: item for item in flat(book.outline)}
    assert list(items)[:2] == ["Contents", "How to use this book"]
    assert "3. LSTM networks" in items and "Lab: The adding problem" in items
    text = texts[book.get_destination_page_number(items["In practice"])]
    assert "In practice" in text
    assert any(item.top and item.top < 700 for item in items.values()), (
        "not only to the head of a sheet"
    )


def test_the_contents_say_the_numbers_of_the_sheets(book, texts):
    number = book.page_labels[sheet_of(texts, "Lab: The adding problem")]
    assert f"Lab: The adding problem {number}" in texts[1].split("\n")


def test_links_lead_to_a_sheet_or_to_the_web(book, texts):
    links = [link.get_object() for sheet in book.pages for link in sheet.get("/Annots", ())]
    web = [link["/A"]["/URI"] for link in links if "/A" in link]
    assert all(address.startswith(("http", "mailto")) for address in web), web
    inside = [link["/Dest"] for link in links if "/Dest" in link]
    assert len(inside) + len(web) == len(links)
    lab = sheet_of(texts, "Lab: The adding problem")
    to_lab = [
        sheet
        for sheet in book.pages[2:lab]
        for link in sheet.get("/Annots", ())
        if "/Dest" in link.get_object()
        and book.get_page_number(link.get_object()["/Dest"][0].get_object()) == lab
    ]
    assert to_lab, "from the chapter to its lab"


def test_nothing_of_the_screen_is_on_a_sheet(texts):
    text = " ".join(texts)
    for words in ("Skip to main content", "On this page", "Back to top", "Download this notebook"):
        assert words not in text
    assert "Left out are the pages of the library" in text


def heights(sheet):
    """How high each piece of its text stands above the lower edge of a sheet, in points."""
    found = []

    def note(text, matrix, of_text, *_):
        if text.strip():
            found.append(of_text[5] * matrix[3] + matrix[5])

    sheet.extract_text(visitor_text=note)
    return found


@pytest.mark.parametrize("name", ["book/teaching", "notebooks/labs/belt_or_loop"])
def test_no_sheet_ends_early_because_a_table_or_a_listing_is_long(browser, site_folder, name):
    printed = pdf.print_page(browser, HTML, name, [name], 1)
    margin = 18 / 25.4 * 72
    for number, sheet in enumerate(printed.pdf.pages[:-1], 1):
        lowest = min(height for height in heights(sheet) if height > margin)
        assert lowest < margin + sheet.mediabox.height / 3, number
