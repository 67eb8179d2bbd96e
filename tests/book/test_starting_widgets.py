"""How a page starts its widgets: one keeps the style sheet of all, and none makes a reader wait."""

import json
import shutil

import pytest
from pages import offline
from stored import ROOT, WIDGET_STATE

NOTING = """export default { render: ({ model }) => {
    (window.order ??= []).push(model.get("name"));
    setTimeout(() => window.order.push("the reader"));
} };"""
STYLED = "export default { render: ({ el }) => { el.innerHTML = '<p class=styled>text</p>'; } };"
CSS = ".styled { color: rgb(1, 2, 3); }"


def model(**style):
    return {"model_name": "AnyModel", "state": {"_esm": STYLED, **style}}


def page_of(models, shown):
    """A page as it is built: places for the widgets named, and the states of all of them."""
    places = "".join(f'<div class="widget" data-model="{name}"></div>' for name in shown)
    state = f'<script type="{WIDGET_STATE}">{json.dumps({"state": models})}</script>'
    return f'<!doctype html><body>{places}{state}<script src="widgets.js"></script>'


@pytest.mark.parametrize("shown", [["first", "second"], ["second"], ["second", "first"]])
def test_every_widget_has_the_style_that_one_keeps(browser, tmp_path, shown):
    shutil.copy(ROOT / "book" / "static" / "widgets.js", tmp_path)
    file = tmp_path / "page.html"
    file.write_text(page_of({"first": model(_css=CSS), "second": model()}, shown), "utf-8")
    with offline(browser) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        page.wait_for_selector(".widget:last-of-type .styled")
        colours = "[...document.querySelectorAll('.styled')].map((p) => getComputedStyle(p).color)"
        assert page.evaluate(colours) == ["rgb(1, 2, 3)"] * len(shown)
        assert page.evaluate("document.querySelectorAll('head style').length") == 1


def test_between_two_widgets_the_browser_may_do_something_else(browser, tmp_path):
    shutil.copy(ROOT / "book" / "static" / "widgets.js", tmp_path)
    models = {
        name: {"model_name": "AnyModel", "state": {"_esm": NOTING, "name": name}} for name in "ab"
    }
    file = tmp_path / "page.html"
    file.write_text(page_of(models, "ab"), "utf-8")
    with offline(browser) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        page.wait_for_function("window.order?.length === 4")
        assert page.evaluate("order") == ["a", "the reader", "b", "the reader"]
