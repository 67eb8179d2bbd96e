"""A place on the page for every widget, holding its static figure.

A notebook stores the state of its widgets; a widget whose state has ``static_html`` shows that
until ``widgets.js`` mounts the live one in its place, so the page does not jump when it does,
and a reader without scripts still has the figure.
"""

import json
from html import escape

from docutils import nodes
from myst_nb.core.render import WIDGET_STATE_MIMETYPE, WIDGET_VIEW_MIMETYPE
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.transforms.post_transforms import SphinxPostTransform


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
        """HTML of the place that the widget ``model_id`` will take."""
        state = saved.get(model_id, {}).get("state", {})
        figure = state.get("static_html", "")
        return f'<div class="widget" data-model="{escape(model_id)}">{figure}</div>'


def setup(app) -> None:
    app.add_post_transform(WidgetPlaces)
