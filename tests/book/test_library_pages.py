"""The pages of the library leave nothing out that it offers."""

import importlib

import pytest
from pages import TO_OPEN, parsed
from stored import ROOT

from book.extension.page import SIGNATURE, without_spans

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


def test_a_signature_has_no_element_for_each_sign_but_all_its_words_and_links():
    signature = (
        '<dt class="sig sig-object py" id="f"><span class="sig-name"><span class="pre">f</span>'
        '</span>(<em class="sig-param"><span class="n"><span class="pre">x</span></span>'
        '<span class="p"><span class="pre">:</span></span><span class="w"> </span>'
        '<span class="n"><a href="#T"><span class="pre">T</span></a><span class="p">'
        '<span class="pre">[</span></span></span></em></dt>'
    )
    assert SIGNATURE.sub(without_spans, f"{signature}<p><span class='pre'>y</span></p>") == (
        '<dt class="sig sig-object py" id="f"><span class="sig-name">f</span>'
        '(<em class="sig-param">x: <a href="#T">T</a>[</em></dt>'
        "<p><span class='pre'>y</span></p>"
    )
    for page in TO_OPEN:
        assert not parsed(page).select("dt.sig :is(.pre, .n, .w, .p)"), page
