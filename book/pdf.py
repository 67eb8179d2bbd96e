"""Print the built site as a book on A4 paper, in one file: `make pdf`.

A browser prints page after page, as the print style in `static/book.css` has it. The file has
what a single page lacks: numbers, contents, an outline, and links that stay inside.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, sync_playwright
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import Fit, NameObject, RectangleObject, TextStringObject

from book import facts
from book.browser import READY, WHAT_TO_INSTALL, launch
from book.contents import ROOT, chapter_of
from book.offline import NAME

FIRST = "book/how_to_use"
"""It says what the signs in the chapters mean, so it stands before them."""
LEFT_OUT = ("book/api/", "book/all_cells", "book/assignments/")
"""What is of use on a screen alone: the library and all its cells, and sheets to fill in."""

PREPARE = """(inside) => {
    const article = document.querySelector("article");
    for (const link of article.querySelectorAll("a[href]"))
        if (link.protocol === "file:" && !inside.includes(link.href.split("#")[0]))
            link.removeAttribute("href");
    // The browser keeps the place of what the page itself links to: here, of every name.
    const links = document.createElement("div");
    links.hidden = true;
    for (const { id } of article.querySelectorAll("[id]:not(svg *)")) {
        const link = document.createElement("a");
        link.href = "#" + encodeURIComponent(id);
        links.append(link);
    }
    document.body.append(links);
    const heading = (node) => {
        const copy = node.cloneNode(true);
        copy.querySelectorAll(".headerlink").forEach((link) => link.remove());
        return copy.textContent.trim().replace(/\\s+/g, " ");
    };
    return {
        title: heading(article.querySelector("h1")),
        sections: [...article.querySelectorAll("section[id] > h2")].map(
            (node) => [node.parentNode.id, heading(node)],
        ),
    };
}"""
"""Takes the links that would leave the book from a page, and says its title and its sections."""

FOOT = """@page {
    @bottom-left { content: %s; font: 8.5pt sans-serif; color: #555; }
    @bottom-center { content: none; }
    @bottom-right { content: counter(page); font: 9pt sans-serif; }
}
@page :first { counter-set: page %d; }"""


@dataclass
class Printed:
    """A page of the site on paper."""

    name: str  # notebooks/01_recurrent_networks
    title: str
    sections: list[tuple[str, str]]  # the name of each place and its heading
    pdf: PdfReader
    first: int = 1  # the number of its first sheet

    def place(self, anchor: str) -> tuple[int, float]:
        """The sheet on which a named place is, counted from 0, and how far above its foot."""
        found = self.pdf.named_destinations.get(f"/{anchor}")
        if found is None or found.page is None:
            return 0, float(self.pdf.pages[0].mediabox.top)
        return self.pdf.get_destination_page_number(found), float(found.top)

    def number(self, anchor: str) -> int:
        return self.first + self.place(anchor)[0]


def pages() -> list[tuple[str, list[str]]]:
    """The pages of the book, by the parts of `_toc.yml`."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = [("", [FIRST])]
    for part in toc["parts"]:
        listed = [
            page["file"]
            for chapter in part["chapters"]
            for page in (chapter, *chapter.get("sections", ()))
            if not page["file"].startswith(LEFT_OUT) and page["file"] != FIRST
        ]
        if listed:
            parts.append((part["caption"], listed))
    return parts


def address_of(site: Path, name: str) -> str:
    """Where the browser finds a page."""
    return (site / f"{name}.html").resolve().as_uri()


def print_page(browser: Browser, site: Path, name: str, inside: Iterable[str], first: int):
    """Print one page, whose first sheet has a number; `inside` are the pages of the book."""
    opened = browser.new_page(color_scheme="light")
    opened.goto(address_of(site, name))
    opened.evaluate(READY)
    found = opened.evaluate(PREPARE, [address_of(site, page) for page in inside])
    foot = json.dumps(found["title"], ensure_ascii=False)
    opened.add_style_tag(content=FOOT % (foot, first))
    pdf = opened.pdf(format="A4", prefer_css_page_size=True)
    opened.close()
    sections = [tuple(section) for section in found["sections"]]
    return Printed(name, found["title"], sections, PdfReader(BytesIO(pdf)), first)


def print_front(browser: Browser, site: Path, parts: list[tuple[str, list[Printed]]]) -> Printed:
    """Print the sheets that stand before all others: the title and the contents."""
    templates = Environment(loader=FileSystemLoader(ROOT / "book" / "templates"), autoescape=True)
    markup = templates.get_template("front.html").render(
        parts=parts,
        version=facts.version(),
        packages=facts.packages(),
        address_of=lambda page: address_of(site, page.name),
        is_lab=lambda page: chapter_of(page.name) is not None,
    )
    opened = browser.new_page(color_scheme="light")
    opened.set_content(markup)
    pdf = opened.pdf(prefer_css_page_size=True)
    opened.close()
    return Printed("", "Contents", [], PdfReader(BytesIO(pdf)))


def join(front: Printed, parts: list[tuple[str, list[Printed]]], site: Path) -> PdfWriter:
    """One document of all sheets, with an outline and with links that lead from page to page."""
    book = PdfWriter()
    printed = [front, *(page for _, listed in parts for page in listed)]
    starts, links = {}, []
    for page in printed:
        starts[page.name] = len(book.pages)
        for sheet in page.pdf.pages:
            links += [(len(book.pages), page, link) for link in taken_links(sheet)]
            book.add_page(sheet)
    by_address = {address_of(site, page.name): page for page in printed}
    for sheet, page, (area, target) in links:
        place, _, anchor = target.partition("#")
        to = by_address.get(place) if place else page
        if to:
            leads = lead(to, unquote(anchor), starts)
        elif urlsplit(target).scheme in ("http", "https", "mailto"):
            leads = {"url": target}
        else:
            raise ValueError(f"{page.name} links to {target}, which is not in the book")
        book.add_annotation(sheet, Link(rect=area, **leads))
    add_outline(book, parts, starts)
    book.set_page_label(0, starts[printed[1].name] - 1, style="/r")
    book.set_page_label(starts[printed[1].name], len(book.pages) - 1, style="/D")
    book.add_metadata({"/Title": "Understanding LSTM Networks, executable"})
    book.root_object[NameObject("/Lang")] = TextStringObject("en-GB")
    book.page_mode = "/UseOutlines"
    book.compress_identical_objects()
    return book


def taken_links(sheet: PageObject) -> list[tuple[RectangleObject, str]]:
    """The links of a sheet, which no longer has them: each one's area, and where it leads."""
    found = []
    for link in sheet.pop("/Annots", ()):
        link = link.get_object()
        if "/A" in link:
            found.append((RectangleObject(link["/Rect"]), str(link["/A"]["/URI"])))
        elif "/Dest" in link:
            found.append((RectangleObject(link["/Rect"]), "#" + str(link["/Dest"]).lstrip("/")))
    return found


def lead(to: Printed, anchor: str, starts: dict[str, int]) -> dict:
    """Where a link inside the book leads, as pypdf has it."""
    sheet, top = to.place(anchor)
    return {"target_page_index": starts[to.name] + sheet, "fit": Fit.xyz(0, top)}


def add_outline(book: PdfWriter, parts, starts: dict[str, int]) -> None:
    """Add the bookmarks: parts, chapters, and in them sections and labs."""
    book.add_outline_item(title="Contents", page_number=1)
    for caption, listed in parts:
        first = starts[listed[0].name]
        part = book.add_outline_item(title=caption, page_number=first) if caption else None
        items = {}
        for page in listed:
            above = items.get(chapter_of(page.name), part)
            item = book.add_outline_item(
                title=page.title, page_number=starts[page.name], parent=above
            )
            items[page.name] = item
            for anchor, heading in page.sections:
                leads = lead(page, anchor, starts)
                book.add_outline_item(
                    title=heading,
                    page_number=leads["target_page_index"],
                    parent=item,
                    fit=leads["fit"],
                )


def print_book(browser: Browser, site: Path, parts: list[tuple[str, list[str]]]) -> PdfWriter:
    """Print pages of the built site, part by part, and join them."""
    inside = [name for _, names in parts for name in names]
    printed, number = [], 1
    for caption, names in parts:
        listed = []
        for name in names:
            page = print_page(browser, site, name, inside, number)
            number += len(page.pdf.pages)
            listed.append(page)
        printed.append((caption, listed))
    return join(print_front(browser, site, printed), printed, site)


def main() -> None:
    site = ROOT / "_build" / "html"
    file = ROOT / "_build" / f"{NAME}.pdf"
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        if browser is None:
            sys.exit(WHAT_TO_INSTALL)
        book = print_book(browser, site, pages())
        browser.close()
    book.write(file)
    print(f"The book is in {file}, on {len(book.pages)} sheets")


if __name__ == "__main__":
    main()
