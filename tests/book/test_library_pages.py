"""The pages of the library leave nothing out that it offers."""

import importlib

import pytest
from stored import ROOT

PAGES = {
    "cells": "book/api/cells.md",
    "diagrams": "book/api/drawings.md",
    "equations": "book/api/graph.md",
    "widgets": "book/api/widgets.md",
}
PUBLIC = [
    (package, name)
    for package in PAGES
    for name in importlib.import_module(f"lstm_lib.{package}").__all__
]


@pytest.mark.parametrize(("package", "name"), PUBLIC)
def test_every_public_name_has_its_place_on_a_page(package, name):
    page = (ROOT / PAGES[package]).read_text(encoding="utf-8")
    directive = "autoclass" if name[0].isupper() else "autofunction"
    assert f":: lstm_lib.{package}.{name}\n" in page, (
        f"{name} is not on the page of lstm_lib.{package}: add"
        f" `.. {directive}:: lstm_lib.{package}.{name}` to {PAGES[package]}"
    )
