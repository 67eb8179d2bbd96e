"""What pages weigh: a first visit, and a next page, of which all but the page itself is there."""

import pytest
from pages import HTML, PAGES

from benchmarks.site import loaded, weight, weight_of_page

FIRST, NEXT = 350_000, 60_000
"""The most bytes, compressed."""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_light(site_folder, page):
    weights = weight_of_page(HTML / page)
    assert sum(weights.values()) <= FIRST, weights
    assert weights[".html"] <= NEXT


def test_what_is_counted_is_what_a_page_loads(site_folder):
    page = HTML / "notebooks" / "04_cell_state_and_gates.html"
    names = {file.name for file in loaded(page)}
    assert {page.name, "styles.css", "widgets.js", "mathematics.woff2", "favicon.svg"} <= names
    assert "search-index.js" not in names  # it is loaded by who searches
    assert weight(page) < page.stat().st_size / 4
