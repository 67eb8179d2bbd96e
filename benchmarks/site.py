"""What each page of the built site weighs over the wire, by kind of file.

::

    python -m benchmarks.site
"""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag

from book.extension import styles
from book.extension.offline_copy import compressed

HTML = Path(__file__).parent.parent / "_build" / "html"


def weight_of_page(page: Path, site: Path = HTML) -> dict[str, int]:
    """The bytes of a first visit by kind of file: the page, and all that it loads to be shown."""
    weights = {}
    for file in loaded(page, site):
        weights[file.suffix] = weights.get(file.suffix, 0) + weight(file)
    return weights


def loaded(page: Path, site: Path = HTML) -> set[Path]:
    """The files of a first visit. Fonts count if there is something to set in them."""
    text = page.read_text("utf-8")
    without_links = re.sub(r"<a\s[^>]*>", "", text)
    found = {page}
    for address in re.findall(r'(?:src|href)="([^"#?]+)', without_links):
        file = (page.parent / unquote(urldefrag(address)[0])).resolve()
        if file.is_file() and file.suffix != ".html":
            found.add(file)
    for font, used in (("mathematics.woff2", "<math"), ("fa-solid-900.woff2", "fa-solid")):
        if used in text:
            found.update((site / "_static").rglob(font))
    return found


@cache
def weight(file: Path) -> int:
    """The bytes of one file, compressed as most servers do."""
    return len(compressed(file.name, file.read_bytes()))


def pages(site: Path = HTML) -> list[Path]:
    """Every page that is made from a source."""
    return sorted(styles.pages(site))


if __name__ == "__main__":
    kinds = (".html", ".css", ".js", ".woff2", ".svg")
    print(f"{'kB, compressed':46}{'first visit':>12}" + "".join(f"{kind:>8}" for kind in kinds))
    for page in pages():
        weights = weight_of_page(page)
        line = "".join(f"{weights.get(kind, 0) / 1000:8.0f}" for kind in kinds)
        name = page.relative_to(HTML).as_posix()
        print(f"{name:46}{sum(weights.values()) / 1000:12.0f}{line}")
