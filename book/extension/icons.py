"""The font of the theme's icons, cut to those that are shown.

Whole it weighs 156 kB, more than a page.
"""

import re
from pathlib import Path

from book.extension.mathematics import cut_font

FONT = "vendor/fontawesome/webfonts/fa-solid-900.woff2"


def shown(site: Path) -> set[int]:
    """The signs of the icons that pages and the theme's scripts name, ``fa-bars``, and of those
    that its style sheet puts before notes and links."""
    static = site / "_static"
    sheet = (static / "styles" / "pydata-sphinx-theme.css").read_text("utf-8")
    rules = re.findall(r'([^{}]*){content:"\\([0-9a-f]+)"}', sheet)
    signs = {name: code for names, code in rules for name in re.findall(r"\.fa-([\w-]+):", names)}
    pages = [page for page in site.rglob("*.html") if static not in page.parents]
    texts = [file.read_text("utf-8") for file in (*pages, *static.glob("scripts/*.js"))]
    named = {name for text in texts for name in re.findall(r"\bfa-([\w-]+)", text)}
    before = re.findall(r'--pst-icon-[\w-]+: ?"(.)"', sheet)
    return {int(signs[name], 16) for name in named & signs.keys()} | set(map(ord, before))


def cut(app, error) -> None:
    """Put the font that is cut in the place of the theme's."""
    if not error and app.builder.format == "html":
        folders = (Path(folder, "static") for folder in app.builder.theme.get_theme_dirs())
        whole = next(folder / FONT for folder in folders if (folder / FONT).exists())
        cut_font(whole, Path(app.outdir, "_static", FONT), shown(Path(app.outdir)))


def setup(app) -> None:
    app.connect("build-finished", cut)
