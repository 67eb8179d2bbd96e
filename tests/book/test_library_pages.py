"""The pages of the library leave nothing out that it offers."""

import importlib
import re

import pytest
from pages import TO_OPEN, parsed
from stored import ROOT

from book.extension.page import NOT_COPIED, STYLED, unwrap

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


def test_signatures_and_code_lose_what_has_no_style_and_nothing_else():
    signature = (
        '<dt class="sig sig-object py" id="f"><span class="sig-name"><span class="pre">f</span>'
        '</span>(<em class="sig-param"><span class="n"><span class="pre">x</span></span>'
        '<span class="p"><span class="pre">:</span></span><span class="w"> </span>'
        '<span class="n"><a href="#T"><span class="pre">T</span></a><span class="p">'
        '<span class="pre">[</span></span></span> <span class="o">=</span></em></dt>'
    )
    code = (
        '<div class="highlight"><pre><span></span><span class="k">if</span><span class="w"> </span>'
        '<span class="n">x</span> <span class="o">&lt;</span> <span class="mf">0.5</span></pre>'
    )
    elsewhere = '<p><span class="pre">y</span> <span class="n">z</span></p>'
    context = {"body": signature + code + elsewhere}
    unwrap(None, "a page", "page.html", context, None)
    assert context["body"] == (
        '<dt class="sig sig-object py" id="f"><span class="sig-name">f</span>'
        '(<em class="sig-param">x: <a href="#T">T</a>[ <span class="o">=</span></em></dt>'
        '<div class="highlight"><pre><span></span><span class="k">if</span> x &lt; 0.5</pre>'
        '<p><span class="pre">y</span> <span class="n">z</span></p>'
    )


def test_what_keeps_its_element_in_code_is_what_has_a_style():
    style = (ROOT / "book" / "static" / "book.css").read_text(encoding="utf-8")
    lists = re.findall(r"\.highlight span:is\(([^)]*)\)", style)
    assert {kind for found in lists for kind in re.findall(r"\w+", found)} == set(STYLED.split("|"))


@pytest.mark.parametrize("page", TO_OPEN)
def test_no_element_of_a_signature_or_of_code_is_without_style(page):
    assert not parsed(page).select("dt.sig :is(.pre, .n, .w, .p)")
    left = {span["class"][0] for span in parsed(page).select(".highlight pre span[class]")}
    assert left <= {*STYLED.split("|"), *NOT_COPIED.split("|")}
