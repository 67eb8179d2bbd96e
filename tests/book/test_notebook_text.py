"""`git diff` shows of a notebook what a person has written, and what it prints."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from stored import ROOT

MAKE = ("env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "make", ".venv/for-diffs")


def run(folder: Path, *command: str) -> str:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 0, result.stderr
    assert not result.stderr
    return result.stdout


def write(folder: Path, source: str, printed: str, drawn: str) -> None:
    outputs = [
        new_output("stream", text=printed),
        new_output("display_data", {"text/html": drawn, "text/plain": "<Drawing>"}),
    ]
    cells = [
        new_markdown_cell("# A title\n\nprose", id="a"),
        new_code_cell(source, outputs=outputs, execution_count=1, id="b"),
    ]
    widgets = {"widgets": {"state": {"of": drawn}}}
    path = folder / "notebooks" / "example.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata=widgets), path)


def project(folder: Path) -> Path:
    """What `make` and git need of the project, in a folder."""
    for name in ("Makefile", ".gitattributes", ".gitignore", "book/notebook_text.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    return folder


@pytest.fixture
def clone(tmp_path: Path, monkeypatch) -> Path:
    """A clone with a notebook in it, which `make` has set up."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    folder = project(tmp_path / "a path with späces and 'quotes'")
    run(folder, "git", "init", "--quiet")
    assert run(folder, *MAKE) == "", "it is set up quietly"
    write(folder, "x = 1\nprint(x)", "1\n", "<svg>1</svg>")
    run(folder, "git", "add", ".")
    return folder


def changed_lines(folder: Path, *command: str) -> list[str]:
    lines = run(folder, "git", "diff", *command).splitlines()
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


@pytest.mark.parametrize("within", [".", "notebooks"])
def test_a_diff_shows_source_and_printed_text(clone, within):
    write(clone, "x = 2\nprint(x)", "2\n", "<svg>2</svg>")
    assert changed_lines(clone / within) == ["-x = 1", "+x = 2", "-  │ 1", "+  │ 2"]


def test_a_drawing_that_changes_is_no_text(clone):
    write(clone, "x = 1\nprint(x)", "1\n", "<svg>2</svg>")
    assert changed_lines(clone) == []
    assert run(clone, "git", "diff", "--name-only") == "notebooks/example.ipynb\n"


def test_without_an_environment_a_diff_shows_the_file(clone):
    write(clone, "x = 2\nprint(x)", "2\n", "<svg>2</svg>")
    shutil.rmtree(clone / ".venv")
    assert any("<svg>2</svg>" in line for line in changed_lines(clone))


def test_what_is_no_notebook_is_shown_as_it_is(clone):
    (clone / "notebooks" / "example.ipynb").write_text("<<<<<<< a conflict\n")
    assert "+<<<<<<< a conflict" in changed_lines(clone)


def test_an_unpacked_archive_leaves_the_clone_around_it_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    run(tmp_path, "git", "init", "--quiet")
    before = (tmp_path / ".git" / "config").read_bytes()
    run(project(tmp_path / "unpacked"), *MAKE)
    assert (tmp_path / ".git" / "config").read_bytes() == before
