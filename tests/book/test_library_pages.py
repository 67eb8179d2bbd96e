"""The pages of the library leave nothing out that it offers."""

import importlib

import pytest
from stored import ROOT

PAGES = ROOT / "book" / "api"


@pytest.mark.parametrize("package", ["cells", "diagrams", "equations", "widgets"])
def test_every_public_name_has_its_place_on_a_page(package):
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES.glob("*.md"))
    for name in importlib.import_module(f"lstm_lib.{package}").__all__:
        assert f":: lstm_lib.{package}.{name}\n" in pages
