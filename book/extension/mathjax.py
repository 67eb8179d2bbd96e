"""MathJax served by the site itself, so that no page asks another host for it.

The files come from a wheel (``django-static-mathjax``; only its data is used), at build time:
nothing of them is kept in this repository.  Sphinx loads the script on pages with mathematics only.
"""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

#: The script, the extensions that it loads when an equation needs one, the fonts, the licence.
PARTS = (
    ("es5/tex-chtml.js", "tex-chtml.js"),
    ("es5/input/tex/extensions", "input/tex/extensions"),
    ("es5/output/chtml/fonts/woff-v2", "output/chtml/fonts/woff-v2"),
    ("LICENSE", "LICENSE"),
)


def copy_mathjax(app) -> None:
    """Copy the parts next to the other static files, once for each build directory."""
    target = Path(app.outdir, "_static", "mathjax")
    if app.builder.format != "html" or target.exists():
        return
    with as_file(files("mathjax") / "static" / "mathjax") as source:
        for part, place in PARTS:
            copy = shutil.copytree if (source / part).is_dir() else shutil.copyfile
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            copy(source / part, target / place)


def setup(app) -> None:
    app.connect("builder-inited", copy_mathjax)
