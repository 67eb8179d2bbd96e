"""What several tests share: the built site, served, and a browser to open it with."""

import gc
import os
import re
import threading
from collections.abc import Generator, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import machines
import numpy as np
import pytest
from oracles import CELLS
from pages import page_of
from playwright.sync_api import Browser, sync_playwright
from stored import ROOT

import lstm_lib.cells
from book.browser import WHAT_TO_INSTALL, launch

CELL = pytest.StashKey[type]()
"""The cell to which the tests are kept."""

SET_ON_CI = ("CI", "BUILD_NUMBER")
"""Where one of these is set, pytest looks for all that differs in two files or lists: in a picture
for minutes, until a timeout ends the search, and sometimes all other tests with it."""

MOST_TO_COMPARE = 10**8
"""How many pairs of characters pytest may compare, of lines that only one of two texts has: in some
seconds."""

OF_A_NOTEBOOK = ("test_figures.py", "test_budgets.py")
"""The tests that look at an executed notebook."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--instructions",
        default=machines.NATIVE,
        help="execute notebooks with these instructions of the processor: default, avx2, avx512; "
        "lowest, the fewest it can be held to; native, all that it has",
    )
    parser.addoption(
        "--cell", help="only the tests of one cell, by its file or its class: janet, JANETCell"
    )
    parser.addoption("--threads", type=int, default=1, help="execute notebooks in so many threads")
    parser.addoption(
        "--every-submission",
        action="store_true",
        help="grade all hostile submissions, slow ones too",
    )
    parser.addoption("--tables", action="store_true", help="print what was found, page by page")
    parser.addoption("--no-browser", action="store_true", help="leave out what opens a browser")


def pytest_configure(config: pytest.Config) -> None:
    for name in SET_ON_CI:
        os.environ.pop(name, None)
    if config.option.cell:
        config.stash[CELL] = cell_called(config.option.cell)
    if config.pluginmanager.has_plugin("nbval"):
        execute_notebooks_once(config.option)


def execute_notebooks_once(option) -> None:
    import executed  # here and not above: it takes a second, and tests of the library need it not

    executed.let_nbval_use_it()
    try:
        executed.settings["machine"] = machines.variables(option.instructions, option.threads)
    except ValueError as error:
        raise pytest.UsageError(f"--instructions: {error}") from None


def pytest_report_header(config: pytest.Config) -> str:
    instructions, threads = config.option.instructions, config.option.threads
    return f"notebooks are executed with instructions: {instructions}, threads: {threads}"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator:
    """Tests stay in memory to the end, and so do the modules that they import: a search for what is
    not needed any more, of which there are hundreds, leaves them out."""
    gc.disable()
    found = yield
    gc.freeze()
    gc.enable()
    return found


def pytest_sessionfinish() -> None:
    """pytest is about to search five times: what the first search finds in use is left out."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Group tests that share something, so that one process runs them.

    A process that has finished a group takes the next one. Those of the browser are short: they
    come last, the longest first, so that all processes end at about the same time.
    """
    if cell := config.stash.get(CELL, None):
        keep_those_of_one_cell(cell, config, items)
    if config.option.no_browser:
        keep(items, lambda item: "browser" not in getattr(item, "fixturenames", ()), config)
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group(item)))
        if item.path.suffix == ".ipynb" or item.path.name in OF_A_NOTEBOOK:
            item.add_marker(pytest.mark.timeout(1800))  # the first executes the whole notebook
        groups.setdefault(group(item), []).append(item)

    def turn(name: str) -> int:
        return -len(groups[name]) if name.endswith(".html") else -len(items)

    items[:] = [item for name in sorted(groups, key=turn) for item in groups[name]]


def cell_called(name: str) -> type:
    """The class of a cell, by its file or its class."""
    files = {cell.__module__.rpartition(".")[2]: cell for cell in CELLS}
    classes = {cell.__name__.lower(): cell for cell in CELLS}
    cell = (files | classes).get(name.lower())
    if cell is None:
        raise pytest.UsageError(
            f"no cell {name!r}: write its class in lstm_lib/cells/{name.lower()}.py, and name it "
            f"in lstm_lib/cells/__init__.py. There are {', '.join(sorted(files))}"
        )
    return cell


def keep_those_of_one_cell(cell, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select the tests that have this cell as a parameter, or name it or its file."""
    names = f"{cell.__name__}|{cell.__module__.rpartition('.')[2]}".lower()
    named = re.compile(rf"(?<![a-z0-9])({names})(?![a-z0-9])")

    def is_about(item):
        given = item.callspec.params.values() if hasattr(item, "callspec") else ()
        return cell in [each for each in given if isinstance(each, type)] or named.search(
            item.name.lower()
        )

    keep(items, is_about, config)


def keep(items: list[pytest.Item], wanted, config: pytest.Config) -> None:
    """Deselect the tests that are not wanted."""
    config.hook.pytest_deselected(items=[item for item in items if not wanted(item)])
    items[:] = [item for item in items if wanted(item)]


def group(item: pytest.Item) -> str:
    """The group of a test: a page, opened once for many tests; a notebook, executed once for the
    tests of its texts, its figures and its time; or else the file of the test.
    """
    tested = item.callspec.params if hasattr(item, "callspec") else {}
    if "site" in getattr(item, "fixturenames", ()) and tested.keys() & {"page", "path"}:
        return tested["page"] if "page" in tested else page_of(tested["path"])
    of_a_notebook = item.path.name in OF_A_NOTEBOOK
    file = tested.get("path", item.path) if of_a_notebook else item.path
    return file.relative_to(ROOT).as_posix()


@pytest.hookimpl(tryfirst=True)
def pytest_assertrepr_compare(op: str, left: object, right: object) -> None:
    """Long texts of which much differs: say where that begins, in place of pytest's list, for which
    it would compare each line of the one with each of the other."""
    __tracebackhide__ = True
    if op not in ("==", "not in") or not (isinstance(left, str) and isinstance(right, str)):
        return
    one = right.replace(left, "", 1) if op == "not in" else left
    lines, others = (set(text.splitlines()) for text in (one, right))
    if sum(map(len, lines - others)) * sum(map(len, others - lines)) > MOST_TO_COMPARE:
        alike = len(os.path.commonprefix([one, right]))
        parts = [repr(text[alike : alike + 200]) for text in (one, right)]
        line = right.count("\n", 0, alike) + 1
        raise AssertionError("\n".join([f"long texts, which first differ in line {line}:", *parts]))


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    """Print what tests recorded, a table for each name under which they did."""
    tables: dict[str, list[str]] = {}
    for kind in ("passed", "failed") if config.option.tables else ():
        for report in terminalreporter.getreports(kind):
            for title, line in report.user_properties:
                tables.setdefault(title, []).append(line)
    for title, lines in tables.items():
        terminalreporter.section(title)
        terminalreporter.write_line("\n".join(sorted(lines)))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium. Each test opens pages in a context of its own."""
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        if browser is None:
            pytest.fail(WHAT_TO_INSTALL, pytrace=False)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site_folder() -> Path:
    """The folder of the built site."""
    folder = Path(__file__).parent.parent / "_build" / "html"
    if not (folder / "index.html").exists():
        pytest.fail("The site is not built yet: run `make book` first.", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def site(site_folder: Path) -> Iterator[str]:
    """The address of the site, served on this machine, without the slash at its end."""
    handler = partial(QuietHandler, directory=site_folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line in the log for each."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def queries_keys_and_values(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """In the tests of every cell, give default q, k and v to the cell that needs them as side
    inputs: products of its input and fixed matrices. Its own tests check that it refuses without.
    """
    if "cell_class" in request.fixturenames:
        monkeypatch.setattr(lstm_lib.cells.MLSTMGivenQKVCell, "reading", from_the_input)


def from_the_input(cell, name: str, x):
    rng = np.random.default_rng("qkv".index(name))
    weights = rng.normal(size=(cell.input_size, cell.hidden_size))
    with np.errstate(all="ignore"):  # the padding may hold any numbers
        return x @ (x.new_tensor(weights) if hasattr(x, "new_tensor") else weights.astype(x.dtype))
