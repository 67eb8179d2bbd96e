"""The scripts of a page are those that it uses, and none holds up what is seen first.

What those of Sphinx and of the theme would do, around.js and search.js do here, in a seventh of
their bytes.
"""

import shutil
from pathlib import Path

UNUSED = ("doctools.js", "translations.js", "searchtools.js", "language_data.js")
UNUSED += ("sphinx_highlight.js", "scripts")
"""Files and folders among the static ones."""
INDEX = "searchindex.js"
"""Sphinx's own list of words stays in the site, where the next build reads it."""


def choose(app, pagename, templatename, context, doctree) -> None:
    """Leave out what is not used, and let the browser load the others while it shows the page;
    ``defer`` keeps their order."""
    scripts = context.get("script_files", [])
    scripts[:] = [each for each in scripts if is_used(each)]
    for script in scripts:
        if script.filename and "async" not in script.attributes:
            script.attributes["defer"] = "defer"


def is_used(script) -> bool:
    """Lines that tell the theme's scripts about the page are not used either."""
    name = str(script.filename).removeprefix("_static/")
    about_page = script.attributes.get("body", "").strip().startswith("DOCUMENTATION_OPTIONS")
    return name != INDEX and name.partition("/")[0] not in UNUSED and not about_page


def remove(app, error) -> None:
    """The theme's folder alone has 4 MB, most of it for those who debug the theme."""
    if error or app.builder.format != "html":
        return
    for name in UNUSED:
        path = Path(app.outdir, "_static", name)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def setup(app) -> None:
    app.connect("html-page-context", choose, priority=900)  # when extensions have added theirs
    app.connect("build-finished", remove)
