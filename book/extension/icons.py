"""The font of the theme's icons, cut to those that are shown.

Whole it weighs 156 kB, more than a page.
"""

import re
from pathlib import Path

from book.extension.mathematics import cut_font
from book.extension.styles import pages

FONT = "vendor/fontawesome/webfonts/fa-solid-900.woff2"
SHEET = "styles/pydata-sphinx-theme.css"


def whole(app, name: str) -> Path:
    """A static file as the theme has it."""
    folders = (Path(folder, "static") for folder in app.builder.theme.get_theme_dirs())
    return next(folder / name for folder in folders if (folder / name).exists())


def shown(site: Path, sheet: str) -> set[int]:
    """The signs of the icons that pages name, ``fa-bars``, and of those that the theme's style
    sheet puts before notes and links."""
    rules = re.findall(r'([^{}]*){content:"\\([0-9a-f]+)"}', sheet)
    signs = {name: code for names, code in rules for name in re.findall(r"\.fa-([\w-]+):", names)}
    texts = (page.read_text("utf-8") for page in pages(site))
    named = {name for text in texts for name in re.findall(r"\bfa-([\w-]+)", text)}
    before = re.findall(r'--pst-icon-[\w-]+: ?"(.)"', sheet)
    return {int(signs[name], 16) for name in named & signs.keys()} | set(map(ord, before))


def cut(app, error) -> None:
    """Put the font that is cut in the place of the theme's."""
    if not error and app.builder.format == "html":
        site = Path(app.outdir)
        signs = shown(site, whole(app, SHEET).read_text("utf-8"))
        cut_font(whole(app, FONT), site / "_static" / FONT, signs)


def setup(app) -> None:
    app.connect("build-finished", cut)
