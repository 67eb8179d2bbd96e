"""The overview has every cell, once, and says of each what the cell itself says."""

import re
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from oracles import CELLS
from stored import ROOT, code_cells, read

from book import overview
from lstm_lib import cells
from lstm_lib.cells import GRUCell, LSTMCell, MLSTMCell, NFGCell, PeepholeLSTMCell, RNNCell
from lstm_lib.equations import trace

every_cell = pytest.mark.parametrize("cell", CELLS)


def parsed(html):
    return BeautifulSoup(html, "html.parser")


def shown(cell):
    return parsed(overview.card(cell))


def facts(cell):
    card = shown(cell)
    names, values = card.find_all("dt"), card.find_all("dd")
    return {n.get_text(): v.get_text() for n, v in zip(names, values, strict=True)}


def test_every_cell_is_in_exactly_one_family():
    listed = [cell for family in overview.FAMILIES.values() for cell in family]
    assert len(listed) == len(set(listed))
    public = {getattr(cells, name) for name in cells.__all__} - {cells.Cell}
    assert set(listed) == public == set(CELLS)


def test_the_page_shows_the_table_and_every_family():
    code = [cell.source for cell in code_cells(read(ROOT / "book" / "all_cells.ipynb"))]
    calls = re.findall(r"overview\.(.*)\)$", "\n".join(code), re.M)
    assert calls == ["table()", *(f'family("{name}")' for name in overview.FAMILIES)]


@every_cell
def test_the_drawing_is_of_this_cell(cell):
    step = trace(cell)
    root = ET.fromstring(overview.drawing(cell).svg)
    wires = {wire for node in root.iter() if (wire := node.get("data-wire"))}
    assert wires and all(wire in step for wire in wires)
    assert set(cell.state) <= wires


def test_ids_are_unique_on_the_page():
    page = overview.table() + "".join(map(overview.family, overview.FAMILIES))
    ids = [node["id"] for node in parsed(page).find_all(id=True)]
    assert len(ids) == len(set(ids)) == 3 * len(CELLS)  # a card, and a drawing's title and words
    links = {a["href"] for a in parsed(overview.table()).find_all("a")}
    assert links == {f"#{cell.__name__}" for cell in CELLS}


def test_a_style_sheet_stands_once_in_a_family():
    styles = [style.get_text() for style in parsed(overview.family("greff")).find_all("style")]
    assert len(styles) == len(set(styles)) > 1


@every_cell
def test_a_card_writes_every_equation_and_no_markup_of_docstrings(cell):
    card = shown(cell)
    lines = card.select(".equations p:not(.gone)")
    assert len(lines) == len(trace(cell).outputs)
    words = card.get_text()
    assert "`" not in words and ":math" not in words and ":class" not in words
    assert facts(cell)["source"]


def test_what_differs_from_the_lstm_is_marked():
    def marks(cell, tag="mark"):
        return [each.get_text() for each in shown(cell).find_all(tag)]

    assert not marks(LSTMCell) and not marks(LSTMCell, "del")
    assert marks(PeepholeLSTMCell) == ["+ pf ⊙ Ct−1", "+ pi ⊙ Ct−1", "+ po ⊙ Ct"]
    assert marks(NFGCell, "del") == ["ft ⊙ "]
    assert shown(GRUCell).find(class_="gone").get_text() == "without ft, it, C̃t, Ct, ot"
    assert not shown(PeepholeLSTMCell).find(class_="gone")


def test_what_a_card_counts():
    assert facts(MLSTMCell) == {
        "gates": "ft, it, ot",
        "other layers": "kt, vt, qt",
        "state": "ht: 64, Ct: 64 × 64, nt: 64, mt: 1",
        "parameters": "16,770",
        "lit": "what differs from the LSTM",
        "source": 'Beck et al. (2024), "xLSTM", with one head.',
    }
    assert facts(RNNCell)["gates"] == "none"
    assert "lit" not in facts(RNNCell)
    assert facts(cells.DepthGatedLSTMCell)["also reads"] == "Cbelowt"


@pytest.mark.parametrize(
    ("cell", "gates"),
    [(LSTMCell, "f i o"), (GRUCell, "z r"), (cells.MinLSTMCell, "f i"), (cells.SLSTMCell, "f i o")],
)
def test_a_gate_is_told_from_a_candidate(cell, gates):
    assert overview.gates(cell) == gates.split()


def test_the_table_has_a_row_for_every_cell():
    rows = parsed(overview.table()).select("tbody tr")
    texts = {
        row.th.get_text(): [td.get_text().strip() for td in row.find_all("td")] for row in rows
    }
    assert list(texts) == [cell.__name__ for each in overview.FAMILIES.values() for cell in each]
    assert texts["GRUCell"][1:] == ["2", "ht", "24,768", "0.75"]
    assert texts["LSTMCell"][-1] == "1.00"
    assert texts["GRUCell"][0].startswith("The gated recurrent unit")
    assert texts["MUT2Cell"][0].startswith("The GRU itself")


def test_a_family_or_cell_that_there_is_not_is_refused():
    with pytest.raises(KeyError, match="no family 'rnn'; there are 'plain', 'lstm'"):
        overview.family("rnn")
    with pytest.raises(ValueError, match="Cell belongs to no family: add it to FAMILIES in book/"):
        overview.drawing(cells.Cell)
