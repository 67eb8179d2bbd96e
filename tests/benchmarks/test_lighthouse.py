"""How Lighthouse is asked. It is not run: that takes half a minute, Node and a network."""

import gzip
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from urllib.request import urlopen

from benchmarks import lighthouse


def test_a_page_is_served_compressed_and_to_be_kept(tmp_path):
    (tmp_path / "page.html").write_text("<p>ü</p>", encoding="utf-8")
    handler = partial(lighthouse.Compressing, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with urlopen(f"http://127.0.0.1:{server.server_port}/page.html") as answer:
            assert gzip.decompress(answer.read()).decode() == "<p>ü</p>"
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "max-age" in answer.headers["Cache-Control"]
        server.shutdown()


def test_each_figure_is_the_median(monkeypatch):
    runs = iter([{"a": 3, "b": 1}, {"a": 1, "b": 9}, {"a": 2, "b": 5}])
    monkeypatch.setattr(lighthouse, "report", lambda *_: next(runs))
    assert lighthouse.medians("a page") == {"a": 2, "b": 5}
