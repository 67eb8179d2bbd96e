"""``:::{chapters}``: the chapters with what each promises, and their labs, as a list of links;
``{minutes}`notebooks/01_recurrent_networks` ``: how long a page takes to read, "14 min"."""

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective, SphinxRole

from book.contents import chapters, notebook
from book.reading import measure, promise, read, title


class Chapters(SphinxDirective):
    """The chapters, numbered, each with its labs."""

    def run(self) -> list:
        # Sphinx itself complains of a page that _toc.yml lists and that is not there.
        there = {
            chapter: [lab for lab in labs if notebook(lab).exists()]
            for chapter, labs in chapters().items()
            if notebook(chapter).exists()
        }
        lines = []
        for number, (chapter, labs) in enumerate(there.items(), 1):
            lines += [f"{number}. {self.link(chapter)}", "", f"   {self.promise(chapter)}", ""]
            lines += [*(f"   - Lab: {self.link(lab)}" for lab in labs), ""]
        contents = nodes.container(classes=["chapters"])
        self.state.nested_parse(StringList(lines, self.env.docname), self.content_offset, contents)
        return [contents]

    def link(self, page: str) -> str:
        """The title of a page, with its address and its minutes."""
        self.env.note_dependency(str(notebook(page)))
        stored = read(notebook(page))
        return f"[{title(stored)}](/{page}.ipynb) [{measure(stored).time}]{{.minutes}}"

    def promise(self, chapter: str) -> str:
        return promise(read(notebook(chapter))) or ""


class Minutes(SphinxRole):
    """How long a chapter or a lab takes to read."""

    def run(self) -> tuple[list, list]:
        self.env.note_dependency(str(notebook(self.text)))
        return [nodes.Text(measure(read(notebook(self.text))).time)], []


def setup(app) -> None:
    app.add_role("minutes", Minutes())
    app.add_directive("chapters", Chapters)
