"""A placeholder on the page for every widget, with its static figure.

A notebook stores the state of its widgets. A widget whose state has ``static_html`` shows that
until ``widgets.js`` replaces it by the live widget: so the page does not jump then, and a reader
without scripts still has the figure.

What the states of all widgets of the library have in common, their scripts and their style sheet,
is in files of the site: a reader loads it once, and not with each page.
"""

import json
from html import escape
from pathlib import Path

from docutils import nodes
from myst_nb.core.render import WIDGET_STATE_MIMETYPE, WIDGET_VIEW_MIMETYPE
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.transforms.post_transforms import SphinxPostTransform

from lstm_lib import widgets
from lstm_lib.widgets.base import STYLE

STYLE_SHEET = "lstm-widgets.css"
SCRIPTS = "lstm-widgets.js"


def scripts() -> list[str]:
    """The texts of the widgets' scripts, each once."""
    return sorted({getattr(widgets, name)._esm for name in widgets.__all__})


class WidgetPlaces(SphinxPostTransform):
    """Replace the script that stands for a widget by a ``<div class="widget" data-model="…">``."""

    formats = ("html",)
    default_priority = 3  # before myst-nb (4) selects what to show of each output

    def run(self, **kwargs) -> None:
        saved = self.saved_state()
        for output in self.document.findall(nodes.container):
            if output.get("mime_type") == WIDGET_VIEW_MIMETYPE:
                script = output.children[0].astext()
                view = json.loads(script[script.index(">") + 1 : script.rindex("<")])
                place = self.place(view["model_id"], saved)
                output.children[:] = [nodes.raw("", place, format="html")]

    def saved_state(self) -> dict:
        """The widget models of this page by id, as myst-nb embeds them."""
        scripts = NbMetadataCollector.get_js_files(self.env, self.env.docname)
        for _, attributes in scripts.values():
            if attributes.get("type") == WIDGET_STATE_MIMETYPE:
                return json.loads(attributes["body"])["state"]
        return {}

    @staticmethod
    def place(model_id: str, saved: dict) -> str:
        """HTML of the placeholder for the widget ``model_id``."""
        figure = static_figure(model_id, saved)
        return f'<div class="widget" data-model="{escape(model_id)}">{figure}</div>'


def static_figure(model_id: str, saved: dict) -> str:
    """What a widget shows before its script runs; a box shows its contents in a column."""
    state = saved.get(model_id, {}).get("state", {})
    if "children" in state:
        ids = (child.removeprefix("IPY_MODEL_") for child in state["children"])
        inside = "".join(f"<div>{static_figure(each, saved)}</div>" for each in ids)
        return f'<div class="widget-box widget-column">{inside}</div>'
    if state.get("_model_name") == "FloatSliderModel":
        name, value = escape(state.get("description", "")), state["value"]
        knob = f'<input type="range" disabled aria-label="{name}" value="{value}"'
        knob += f' min="{state["min"]}" max="{state["max"]}" step="{state["step"]}">'
        return f'<label class="control"><span>{name}</span>{knob}<output>{value}</output></label>'
    return state.get("static_html", "")


def write_files(app) -> None:
    """Write the style sheet of the widgets, and their scripts as texts that ``widgets.js`` imports:
    a page from the disk may not import a file."""
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        static.joinpath(STYLE_SHEET).write_text(STYLE, encoding="utf-8")
        texts = f"window.widgetScripts = {json.dumps(scripts())};\n"
        static.joinpath(SCRIPTS).write_text(texts, encoding="utf-8")


def lighten(app, pagename, templatename, context, doctree) -> None:
    """Leave out of a page's state what is on the page, or in a file of the site, already."""
    shared = scripts()
    for script in context.get("script_files", ()):
        attributes = getattr(script, "attributes", {})
        if attributes.get("type") == WIDGET_STATE_MIMETYPE:
            saved = json.loads(attributes["body"])
            for model_id, model in saved["state"].items():
                state = model["state"]
                if f'data-model="{escape(model_id)}"' in context["body"]:
                    state.pop("static_html", None)
                if state.get("_css") == STYLE:
                    del state["_css"]
                if state.get("_esm") in shared:
                    state["_esm"] = shared.index(state["_esm"])
            attributes["body"] = json.dumps(saved, separators=(",", ":"))


def setup(app) -> None:
    app.add_post_transform(WidgetPlaces)
    app.connect("builder-inited", write_files)
    app.connect("html-page-context", lighten, priority=900)  # when myst-nb has added the state
    app.add_css_file(STYLE_SHEET, priority=900)  # after the theme and book.css, as when it is live
