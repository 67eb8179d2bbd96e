"""A widget alone on an empty page, and what its markup shows."""

import json
import re

from bs4 import BeautifulSoup


def markup(widget):
    return BeautifulSoup(widget.static_html, "html.parser")


def mounted(page, widget):
    """The widget alone on an empty page, with a model as a stored notebook gives it, in which the
    names of a dictionary are in the order of the alphabet."""
    names = [*widget.trait_names(sync=True), "_esm", "_css"]
    names = [
        name for name in names if isinstance(getattr(widget, name), float | int | str | list | dict)
    ]
    page.set_content("<!doctype html><html data-theme=light><body></body></html>")
    page.add_style_tag(content=widget._css)
    state = json.dumps({name: getattr(widget, name) for name in names}, sort_keys=True)
    page.evaluate(MOUNT, json.loads(state))
    return page.locator(".lstm-widget")


MOUNT = """(state) => {
    const heard = {};
    window.model = {
        get: (name) => state[name],
        set: (name, value) => { state[name] = value; heard[`change:${name}`]?.(); },
        on: (event, callback) => (heard[event] = callback),
        off: (event) => delete heard[event],
        save_changes: () => (window.saved = { ...state }),
    };
    const script = new Blob([state._esm], { type: "text/javascript" });
    return import(URL.createObjectURL(script)).then((module) => {
        window.close_widget = module.default.render({ model, el: document.body });
    });
}"""


def same_picture(one, other):
    """Whether two pieces of markup have the same elements, attributes and texts."""

    def picture(soup):
        for node in soup.find_all(True):
            style = [float(v) for v in re.findall(r"--\w+: ?([\d.]+)", node.get("style", ""))]
            rest = {name: value for name, value in node.attrs.items() if name != "style"}
            yield node.name, rest, style, node.get_text()

    return list(picture(one)) == list(picture(other))
