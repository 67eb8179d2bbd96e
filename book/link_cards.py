"""The picture that a link to a chapter shows elsewhere: its title, and its first drawing.

    python -m book.link_cards

The pictures are made with a headless browser, and stored in `book/static/cards/`. Each says
what it was made from, and a test compares.
"""

import re
import sys
from hashlib import sha256
from html import escape
from io import BytesIO
from pathlib import Path

from book.contents import ROOT, chapters, notebook, number
from book.reading import read, title

FOLDER = ROOT / "book" / "static" / "cards"
SIZE = WIDTH, HEIGHT = 1200, 630
MADE_FROM = "made from"

LOOK = """
body { background: #fffdf8; box-sizing: border-box; color: #1b1e28; display: flex;
  flex-direction: column; font-family: Georgia, "Liberation Serif", serif; height: 630px; margin: 0;
  padding: 48px 64px 40px; width: 1200px; }
p { color: #595e6c; font: 26px system-ui, "Liberation Sans", sans-serif; margin: 0 0 8px; }
h1 { font-size: 56px; line-height: 1.15; margin: 0 0 24px; text-wrap: balance; }
main { flex: 1; min-height: 0; }
main svg { display: block; height: 100% !important; margin: auto; width: 100% !important; }
main svg { max-width: 100% !important; }
"""


def page(chapter: str) -> str:
    """The card of a chapter, as a page of its own."""
    stored = read(notebook(chapter))
    return (
        f"<!DOCTYPE html><meta charset=utf-8><style>{LOOK}</style>"
        f"<p>Understanding LSTM Networks · chapter {number(chapter)}</p>"
        f"<h1>{escape(title(stored))}</h1><main>{drawing(stored)}</main>"
    )


def drawing(stored: dict) -> str:
    """The first drawing or plot among the outputs of a notebook."""
    for cell in stored["cells"]:
        for output in cell.get("outputs", ()):
            html = "".join(output.get("data", {}).get("text/html", ""))
            found = re.search(r"(<style>[^<]*</style>)?<svg.*</svg>", html, re.S)
            if found:
                return found[0]
    raise ValueError("a chapter without a drawing")


def mark(html: str) -> str:
    """What stands in a picture, to tell what it was made from."""
    return sha256(html.encode()).hexdigest()


def made_from(file: Path) -> str:
    """The mark in a stored picture; nothing if there is no picture."""
    from PIL import Image

    if not file.exists():
        return ""
    with Image.open(file) as picture:
        return picture.info.get(MADE_FROM, "")


def file_of(chapter: str) -> Path:
    """Where the picture of a page is, if it has one."""
    return FOLDER / f"{Path(chapter).name}.png"


def main() -> None:
    """Make the pictures that are missing or were made from something else."""
    wanted = {file_of(chapter): page(chapter) for chapter in chapters()}
    for file in set(FOLDER.glob("*.png")) - wanted.keys():
        file.unlink()
    changed = {file: html for file, html in wanted.items() if made_from(file) != mark(html)}
    if changed:
        draw(changed)
    print(f"{len(changed)} of {len(wanted)} cards made")


def draw(pages: dict[Path, str]) -> None:
    """Photograph pages, and store each in its file, in few colours."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo
    from playwright.sync_api import sync_playwright

    from book import browser

    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = browser.launch(playwright.chromium) or sys.exit(browser.WHAT_TO_INSTALL)
        window = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for file, html in pages.items():
            window.set_content(html)
            picture = Image.open(BytesIO(window.screenshot())).convert("RGB").quantize(64)
            said = PngInfo()
            said.add_text(MADE_FROM, mark(html))
            picture.save(file, optimize=True, pnginfo=said)
        chromium.close()


if __name__ == "__main__":
    main()
