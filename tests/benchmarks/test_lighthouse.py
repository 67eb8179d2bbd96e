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


def test_times_are_medians_and_the_other_scores_are_those_of_the_first_run(monkeypatch):
    runs = iter([{"seo": 99, "a": 3, "b": 1}, {"a": 1, "b": 9}, {"a": 2, "b": 5}])
    asked = []

    def report(*command):
        asked.append(command)
        return next(runs)

    monkeypatch.setattr(lighthouse, "report", report)
    assert lighthouse.medians("a page", "--preset=desktop") == {"seo": 99, "a": 2, "b": 5}
    again = ("a page", "--only-categories=performance", "--preset=desktop")
    assert asked == [("a page", "--preset=desktop"), again, again]


FINE = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100} | {
    "largest-contentful-paint": 2000,
    "cumulative-layout-shift": 0.02,
}


def test_what_misses_a_limit_is_said():
    assert lighthouse.missed(FINE) == []
    worse = FINE | {"performance": 94.5, "seo": 99, "cumulative-layout-shift": 0.021}
    assert lighthouse.missed(worse) == [
        "performance below 95",
        "seo below 100",
        "cumulative-layout-shift above 0.02",
    ]


def test_all_is_measured_but_the_error_page_and_listings_of_code_that_are_not_the_longest(tmp_path):
    names = ("a.html", "_modules/b.html", "_modules/c.html", "404.html")
    every = [tmp_path / name for name in names]
    tmp_path.joinpath("_modules").mkdir()
    for page, length in zip(every, (1, 2, 3, 4), strict=True):
        page.write_text(length * "x", encoding="utf-8")
    assert lighthouse.to_measure(every) == [every[0], every[2]]
    assert lighthouse.to_measure(every[:1]) == every[:1]
