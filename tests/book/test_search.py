"""The search of the site: what is found first, from the disk, and where a result leads."""

import gzip
import json
import re
from urllib.parse import unquote

import pytest
from pages import HTML, Visit, offline
from playwright.sync_api import expect

from book.extension.search import BEGINNING, INDEX, readable

MOST_BYTES = 160_000
"""Of the list of sections as it is sent, compressed; only who searches loads it."""

FIRST = {
    "forget gate": "notebooks/04_cell_state_and_gates",
    "Forget Gates": "notebooks/04_cell_state_and_gates",
    "input gate": "notebooks/04_cell_state_and_gates",
    "output gate": "notebooks/04_cell_state_and_gates",
    "half-life": "notebooks/04_cell_state_and_gates",
    "constant error carousel": "notebooks/04_cell_state_and_gates",
    "chapter 4": "notebooks/04_cell_state_and_gates",
    "W_f": "notebooks/04_cell_state_and_gates",
    "C̃": "notebooks/04_cell_state_and_gates",
    "vanishing gradient": "notebooks/02_long_term_dependencies",
    "long-term dependencies": "notebooks/02_long_term_dependencies",
    "spectral radius": "notebooks/02_long_term_dependencies",
    "singular value": "notebooks/02_long_term_dependencies",
    "attention": "notebooks/02_long_term_dependencies",
    "∂": "notebooks/02_long_term_dependencies",
    "1997": "notebooks/03_lstm_networks",
    "1991": "notebooks/03_lstm_networks",
    "Hochreiter": "notebooks/03_lstm_networks",
    "Gers 2000": "notebooks/03_lstm_networks",
    "conveyor belt": "notebooks/03_lstm_networks",
    "chrono": "notebooks/03_lstm_networks",
    "C_t": "notebooks/06_training",
    "Cₜ": "notebooks/06_training",
    "subject verb": "notebooks/05_step_by_step",
    "C̃ₜ": "notebooks/05_step_by_step",
    "truncated": "notebooks/06_training",
    "learning rate": "notebooks/06_training",
    "dropout": "notebooks/06_training",
    "⊙": "notebooks/06_training",
    "peephole": "notebooks/07_variants",
    "GRU": "notebooks/07_variants",
    "Clockwork": "notebooks/07_variants",
    "hₜ": "notebooks/07_variants",
    "h_t": "notebooks/07_variants",
    "Elman 1990": "notebooks/01_recurrent_networks",
    "σ": "notebooks/labs/sigma_or_rho",
    "adding problem": "notebooks/labs/the_adding_problem",
    "Grid LSTM": "book/all_cells",
    "LSTMCell": "book/api/cells",
    "nn.LSTM": "book/coming_from_nn_lstm",
}

FIRST_RESULTS = """async (queries) => {
    const input = document.querySelector("main form.bd-search input");
    const first = {};
    for (const query of queries) {
        input.value = query;
        input.dispatchEvent(new Event("input"));
        await new Promise((done) => setTimeout(done));
        first[query] = document.querySelector("#search-results a")?.href ?? "nothing";
    }
    return first;
}"""


@pytest.fixture(scope="module")
def results(browser, site_folder):
    """The address of the first result of each query, all asked from one page of the disk."""
    with offline(browser) as context:
        visit = Visit(context, f"{(HTML / 'search.html').as_uri()}?q=forget+gate")
        visit.page.wait_for_selector("#search-results a")
        yield visit.page.evaluate(FIRST_RESULTS, list(FIRST))
        assert not visit.complaints


@pytest.mark.parametrize("query", FIRST)
def test_the_right_page_is_found_first(results, query, record_property):
    address = unquote(results[query]).removeprefix(f"{unquote(HTML.as_uri())}/")
    record_property("what the search finds first", f"{query:30} {address}")
    assert address.partition(".html")[0] == FIRST[query]
    assert "#" in address, "it opens at a section"


def test_a_result_opens_at_its_section_with_the_words_marked(browser, site):
    """From the field of any page, by keyboard, in a frame that may keep nothing."""
    with offline(browser) as context:
        visit = Visit(context, f"{site}/genindex.html")  # any page of the same server
        frame_of = f'<iframe sandbox="allow-scripts" src="{site}/book/index.html"></iframe>'
        frame_of = frame_of.replace("src", 'style="width: 1200px; height: 700px" src')
        visit.page.evaluate("(frame) => { document.body.innerHTML = frame; }", frame_of)
        frame = visit.page.frame_locator("iframe")
        frame.locator("button.search-button-field").first.click()
        visit.page.keyboard.type("peepholes")
        result = frame.locator("dialog .search-results a").first
        assert result.inner_text() == "Peepholes: can a gate see the memory?"
        assert "peephole" in frame.locator("dialog mark").nth(1).inner_text().lower()
        visit.page.keyboard.press("Tab")
        expect(result).to_be_focused()
        # What Enter does to a link. The key itself may wait for the page that it left.
        result.evaluate("(link) => { setTimeout(() => link.click()); }")
        heading = frame.locator("#peepholes-can-a-gate-see-the-memory h2")
        heading.locator("mark").wait_for()
        assert 0 <= heading.bounding_box()["y"] < 700
        assert frame.locator("article mark").count() > 5
        assert not frame.locator("svg mark").count()
        # A sandboxed page may not load fonts from a server that does not allow it.
        assert not [
            each for each in visit.complaints if not re.search(r"font|\.woff2|ERR_FAILED", each)
        ]


def test_the_list_is_loaded_by_who_searches_only(site_folder):
    page = (HTML / "book/index.html").read_text(encoding="utf-8")
    assert INDEX not in page
    for script in ("searchtools.js", "searchindex.js", "language_data.js", "sphinx_highlight.js"):
        assert script not in page
        assert script not in (HTML / "search.html").read_text(encoding="utf-8")
    assert len(gzip.compress((HTML / "_static" / INDEX).read_bytes())) < MOST_BYTES


def test_the_list_has_text_and_nothing_that_is_drawn_or_printed(site_folder):
    text = (HTML / "_static" / INDEX).read_text(encoding="utf-8")
    pages = json.loads(text.removeprefix(BEGINNING).removesuffix(";\n"))
    texts = [text for _, _, sections in pages for _, _, text in sections]
    assert len(texts) > 500
    for furniture in ("</svg>", "\\textcolor", "model_id", "minutes to read", "claims, checked"):
        assert not [text for text in texts if furniture in text]


@pytest.mark.parametrize(
    ("source", "symbols"),
    {
        r"h_t = o_t \odot \tanh(C_t)": "hₜ = oₜ ⊙ tanh (Cₜ)",
        r"W_f x_t + U_f h_{t-1}": "W_f xₜ + U_f hₜ₋₁",
        r"\tilde C_t": "C̃ₜ",
        r"\frac{\partial L}{\partial h_{t-1}}": "∂L/∂hₜ₋₁",
        r"\sigma(x) = \frac{1}{1 + e^{-x}}": "σ(x) = 1/(1 + e^{−x})",
        r"\textcolor{#d1495b}{f_t} \mathrm{diag}(x)^2": "fₜ diag(x)²",
    }.items(),
)
def test_a_formula_is_a_line_of_symbols(source, symbols):
    assert readable(source) == symbols
