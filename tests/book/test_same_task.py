"""Chapter 3 trains with the functions of chapter 2, and says so."""

import ast

from stored import ROOT, code_cells, read

TAKEN = {"recall", "Reader", "train"}


def definitions(chapter):
    """The functions and classes that a chapter defines, by name, without comments or layout."""
    (path,) = ROOT.glob(f"notebooks/{chapter}_*.ipynb")
    found = {}
    for cell in code_cells(read(path)):
        for node in ast.parse(cell.source).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found[node.name] = ast.unparse(node)
    return found


def test_the_task_the_network_and_the_training_of_chapter_2_are_used_again_as_they_are():
    one, two = definitions("02"), definitions("03")
    assert one.keys() & two.keys() >= TAKEN
    for name in TAKEN:
        assert one[name] == two[name], name
