"""Pages that need NumPy alone can be run in the browser of a reader, in JupyterLite."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
from pages import HTML, TO_OPEN, Visit, offline, parsed
from stored import ROOT

from book.extension.in_the_browser import (
    ALONE,
    FOLDER,
    PACKAGES,
    PYODIDE,
    WITH_THE_LIBRARY,
    install,
    to_run,
    with_links,
)

NAMES = [*ALONE, *WITH_THE_LIBRARY]
LAB = f"{WITH_THE_LIBRARY[0]}.html"
LITE = HTML / FOLDER

AS_IN_A_BROWSER = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        absent = {"torch", "tqdm", "onnx", "onnxruntime", "multiprocessing", "_multiprocessing"}
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"there is no {name} in a browser", name=name)

def refuse(*_, **__):
    raise OSError(138, "Emscripten does not support processes")

sys.meta_path.insert(0, Absent())
import subprocess
subprocess.Popen.__init__ = refuse
namespace = {"__name__": "__main__", "display": print}
exec(compile(sys.stdin.read(), "notebook", "exec"), namespace)
"""
"""Runs code without PyTorch, without another process and without a compiler."""


def code_of(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "code")


def solved(name: str) -> Path:
    """The notebook of a page; of an assignment, the one with its solutions."""
    folder = ROOT / ("coursework/assignments" if name in ALONE else Path(name).parent)
    return folder / f"{Path(name).name}.ipynb"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_needs_nothing_that_a_browser_has_not(name, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", AS_IN_A_BROWSER],
        input=code_of(solved(name)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr[-2000:]


def test_what_is_missing_in_a_browser_is_missing_in_these_tests():
    for code in ("import torch", "import subprocess; subprocess.run(['true'])"):
        done = subprocess.run([sys.executable, "-c", AS_IN_A_BROWSER], input=code, text=True)
        assert done.returncode


def test_these_pages_and_no_others_have_the_link_which_says_who_is_asked(site_folder):
    for page in TO_OPEN:
        found = parsed(page).select("p.run-here")
        assert len(found) == (page.removesuffix(".html") in NAMES), page
        for paragraph in found:
            for host in (urlsplit(PYODIDE).hostname, *PACKAGES):
                assert host in paragraph.text
            target = urlsplit(paragraph.a["href"])
            opened = (HTML / page).parent / target.path
            assert opened.resolve() == (LITE / "notebooks" / "index.html").resolve()
            (file,) = parse_qs(target.query)["path"]
            assert file == f"{Path(page).stem}.ipynb" and LITE.joinpath("files", file).is_file()


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_has_no_outputs_and_the_kernel_of_the_browser(site_folder, name):
    copy = nbformat.read(LITE / "files" / f"{Path(name).name}.ipynb", as_version=4)
    nbformat.validate(copy)
    assert copy.metadata.kernelspec.name == "python"
    cells = [cell for cell in copy.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in cells)
    installs = name in WITH_THE_LIBRARY
    assert (cells[0].source == install()) == installs
    original = nbformat.read(ROOT / f"{name}.ipynb", as_version=4)
    assert len(copy.cells) == len(original.cells) + installs
    assert "](../" not in "".join(cell.source for cell in copy.cells)


def test_links_lead_to_the_pages_of_the_site_if_its_address_is_known():
    text = (
        "See [chapter 1](../../notebooks/01.ipynb), [*it*](b.ipynb), [all](https://a.org/c.ipynb)."
    )
    site = "https://o.github.io/book/"
    assert with_links(text, "book/assignments", site) == (
        f"See [chapter 1]({site}notebooks/01.html), [*it*]({site}book/assignments/b.html), "
        "[all](https://a.org/c.ipynb)."
    )
    alone = with_links(text, "book/assignments", "")
    assert alone == "See chapter 1, *it*, [all](https://a.org/c.ipynb)."
    (lab,) = WITH_THE_LIBRARY
    linked = "".join(cell.source for cell in to_run(lab, site).cells)
    assert f"]({site}notebooks/04_cell_state_and_gates.html)" in linked


def test_the_wheel_of_the_library_is_where_the_kernel_looks(site_folder):
    settings = json.loads(LITE.joinpath("jupyter-lite.json").read_text("utf-8"))
    data = settings["jupyter-config-data"]
    kernel = data["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["pyodideUrl"] == PYODIDE
    indexes = [LITE / urlsplit(address).path for address in kernel["pipliteUrls"]]
    releases = json.loads(indexes[0].read_text("utf-8"))["lstm-lib"]["releases"]
    ((wheel,),) = releases.values()
    assert (indexes[0].parent / wheel["url"]).is_file()
    names = {extension["name"] for extension in data["federated_extensions"]}
    assert names == {
        "@jupyter-widgets/jupyterlab-manager",
        "@jupyterlite/pyodide-kernel-extension",
        "anywidget",
    }


def test_the_notebook_opens_and_asks_for_python_only_then(browser, site):
    here, asked, warned = urlsplit(site).hostname, set(), []
    with offline(browser, viewport={"width": 1366, "height": 768}) as context:
        context.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
        page = Visit(context, f"{site}/{LAB}").page
        page.on("console", lambda message: warned.append(message.text))
        assert asked - {None} == {here}  # a blob has no host
        with context.expect_event("request", lambda request: request.url == PYODIDE):
            page.locator(".run-here a").click()
            page.locator(".jp-Notebook h1", has_text="Build a memory by hand").wait_for()
            assert install().splitlines()[1] in page.locator(".jp-CodeCell").first.inner_text()
        workers = "async () => (await navigator.serviceWorker.getRegistrations()).length"
        assert page.evaluate(workers) == 0  # JupyterLite's would remove that of the offline copy
    assert asked - {None} == {here, urlsplit(PYODIDE).hostname}
    assert not [text for text in warned if "version" in text]  # of two parts that do not fit


WRITTEN = """async () => {
    const done = (request) =>
        new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
    const names = (await indexedDB.databases()).map(({ name }) => name);
    const name = names.find((each) => each.startsWith("JupyterLite Storage"));
    const base = await done(indexedDB.open(name));
    const keys = await done(base.transaction("files").objectStore("files").getAllKeys());
    base.close();
    return keys;
}"""
"""The files that the reader has written, which JupyterLite keeps and deletes in its own time."""


def test_what_is_written_is_kept_can_be_downloaded_and_begun_anew(browser, site):
    item = ".jp-DirListing-item:has-text('build_a_memory')"
    with offline(browser, viewport={"width": 1366, "height": 768}) as context:
        page = context.new_page()
        first = page.locator(".jp-CodeCell").first

        def open_it():
            page.goto(f"{site}/{FOLDER}/notebooks/index.html?path=build_a_memory_by_hand.ipynb")
            first.locator(".cm-line").nth(1).wait_for()

        open_it()
        first.locator(".cm-content").click()
        page.keyboard.press("Control+End")
        page.keyboard.insert_text("\n# mine")
        page.keyboard.press("Control+s")
        page.wait_for_function(f"async () => (await ({WRITTEN})()).length")
        open_it()
        assert "# mine" in first.inner_text()
        page.goto(f"{site}/{FOLDER}/")
        page.wait_for_url("**/tree/*")
        page.locator(item).click()
        with page.expect_download() as download:
            page.get_by_text("Download", exact=True).click()
        handed_in = nbformat.read(download.value.path(), as_version=4)
        assert handed_in.cells[0].source.endswith("# mine")
        page.get_by_text("Delete", exact=True).click()
        page.locator(".jp-Dialog .jp-mod-warn").click()
        page.wait_for_function(f"async () => !(await ({WRITTEN})()).length")
        open_it()
        assert "# mine" not in first.inner_text()


def test_where_it_cannot_run_nothing_is_offered(browser, site, site_folder):
    with offline(browser) as context:
        assert Visit(context, f"{site}/{LAB}").page.locator(".run-here").is_visible()
        assert Visit(context, f"{site_folder.as_uri()}/{LAB}").page.locator(".run-here").is_hidden()
        context.add_init_script("Object.defineProperty(navigator, 'onLine', { value: false })")
        assert Visit(context, f"{site}/{LAB}").page.locator(".run-here").is_hidden()
    with offline(browser) as context:
        page = Visit(context, f"{site}/{LAB}").page
        page.set_content(f'<iframe sandbox="allow-scripts" src="{site}/{LAB}"></iframe>')
        in_a_frame = page.frame_locator("iframe")
        in_a_frame.locator("h1").wait_for()
        assert in_a_frame.locator(".run-here").is_hidden()  # where site data is blocked
        page = Visit(context, f"{site}/{LAB}").page
        page.emulate_media(media="print")
        assert page.locator(".run-here").is_hidden()
    with offline(browser, java_script_enabled=False) as context:
        page = Visit(context, f"{site}/{LAB}", scripts=False).page
        assert page.locator(".run-here").is_hidden()
