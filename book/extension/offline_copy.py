"""A copy of the site that a browser keeps, if a reader asks for it: each page has a button.

When the site is built, its files are listed in ``service-worker.js``, which then serves them
without a network, and ``manifest.webmanifest`` says how the site looks once it is installed.
"""

import gzip
import json
import re
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from book.extension.in_the_browser import FOLDER as RUNNING
from lstm_lib.equations.palette import NEUTRALS

WORKER = "service-worker.js"
MANIFEST = "manifest.webmanifest"
BUTTON = "_static/offline-copy.js"

LEFT_OUT = (
    WORKER,
    MANIFEST,
    f"{RUNNING}/*",  # needs a network in any case
    ".*",  # what servers and Sphinx read
    "_sources/*",  # what a reader downloads
    "_downloads/*",
    "sitemap.xml",
    "objects.inv",
    "searchindex.js",  # for Sphinx's search, which ours replaces
    "_static/*.css",  # joined in one
    "_static/card.png",  # what other sites show of this one
    "_static/locales/*",
    "*.map",
    "*.ttf",  # fonts that browsers take in a smaller form
    "*/fa-brands-400.woff2",  # and those without an icon that is shown
    "*/fa-regular-400.woff2",
)
"""Files that no page needs to be shown, searched or used."""

PACKED = (".woff2", ".png")
"""What a server does not compress once more."""


def files(site: Path) -> dict[str, bytes]:
    """What is kept: the content of each file, by its address within the site."""
    found = {}
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        name = path.relative_to(site).as_posix()
        if not any(fnmatch(name, pattern) for pattern in LEFT_OUT):
            found[quote(name)] = path.read_bytes()
    return found


def compressed(name: str, content: bytes) -> bytes:
    """A file as most servers send it."""
    return content if name.endswith(PACKED) else gzip.compress(content, 6)


def size(kept: dict[str, bytes]) -> int:
    """The bytes that a reader's browser fetches."""
    return sum(len(compressed(*file)) for file in kept.items())


def write_worker(site: Path) -> None:
    """Write the worker with the list of files, and the size of the copy into the button."""
    button = site / BUTTON
    megabytes = f"{size(files(site)) / 1e6:.1f} MB"
    text = re.sub('SIZE = "[^"]*"', f'SIZE = "{megabytes}"', button.read_text("utf-8"))
    button.write_text(text, encoding="utf-8")
    hashes = {name: sha256(content).hexdigest()[:16] for name, content in files(site).items()}
    worker = Path(__file__).with_name(WORKER).read_text("utf-8")
    listed = json.dumps(hashes, indent=0, separators=(",", ":"))
    site.joinpath(WORKER).write_text(worker.replace("{}", listed, 1), encoding="utf-8")


def manifest(title: str) -> dict:
    """How the site looks once it is installed; addresses are relative, so any folder will do."""
    icon = {"type": "image/png", "purpose": "any maskable"}
    return {
        "name": title,
        "short_name": "LSTM",
        "description": "A book of notebooks that explains long short-term memory networks.",
        "lang": "en-GB",
        "id": "./",
        "scope": "./",
        "start_url": "book/index.html",
        "display": "minimal-ui",
        "background_color": NEUTRALS["paper"].light,
        "theme_color": NEUTRALS["paper"].light,
        "icons": [
            {"src": f"_static/icon-{side}.png", "sizes": f"{side}x{side}", **icon}
            for side in (192, 512)
        ],
    }


def write(app, error) -> None:
    """Write all of it, when every other file of the site is written."""
    if error or app.builder.format != "html":
        return
    site = Path(app.outdir)
    text = json.dumps(manifest(app.config.html_title), indent=1)
    site.joinpath(MANIFEST).write_text(text + "\n", encoding="utf-8")
    write_worker(site)


def setup(app) -> None:
    app.add_js_file("offline-copy.js")
    app.connect("build-finished", write, priority=900)
