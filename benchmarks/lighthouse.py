"""What Lighthouse says of pages of the built site, on a phone and on a desktop.

::

    python -m benchmarks.lighthouse                                     every page: over an hour
    python -m benchmarks.lighthouse notebooks/03_lstm_networks.html     these only

Performance and times are medians of three runs; run it while the machine does nothing else. The
other scores are the same in every run, and come from the first. Unless they are named, two kinds of
pages are left out: listings of code but the longest, for all are made alike, and the error page,
which asks search engines to leave it out. It needs Node, whose ``npx`` fetches Lighthouse, and
Chromium or Chrome.
"""

import json
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from benchmarks.site import HTML, pages
from book.browser import COMMANDS
from book.extension.offline_copy import compressed

LIGHTHOUSE = ["npx", "--yes", "lighthouse@13.5.0"]
CHROME = "--headless=new --no-sandbox --disable-gpu"
SCORES = ("performance", "accessibility", "best-practices", "seo")
TIMES = {
    "largest-contentful-paint": "largest paint, ms",
    "total-blocking-time": "blocked, ms",
    "cumulative-layout-shift": "shift",
}
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
MOST = {"largest-contentful-paint": 2000, "cumulative-layout-shift": 0.02}
WIDTH = 19
RUNS = 3


class Compressing(SimpleHTTPRequestHandler):
    """Serves files as most servers of sites do: compressed, and to be kept for a while."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return self.send_error(404)
        whole = path.read_bytes()
        content = compressed(path.name, whole)
        self.send_response(200)
        if content is not whole:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=86400")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def report(address: str, *options: str) -> dict[str, float]:
    """The scores that were asked for, in hundredths, and the times of one run.

    Raises:
        RuntimeError: Lighthouse could not load the page; with what it says.
    """
    command = [*LIGHTHOUSE, address, "--quiet", "--output=json", f"--chrome-flags={CHROME}"]
    command += ["--disable-full-page-screenshot", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"Lighthouse on {address}: {done.stderr.strip()}")
    found = json.loads(done.stdout)
    categories = found["categories"].items()
    scores = {name: round(100 * of["score"]) for name, of in categories if name in SCORES}
    return scores | {name: round(found["audits"][name]["numericValue"], 3) for name in TIMES}


def medians(address: str, *options: str) -> dict[str, float]:
    """Every figure of the first run, or the median of those that the others have, too."""
    first = report(address, *options)
    others = [report(address, "--only-categories=performance", *options) for _ in range(RUNS - 1)]
    again = {name: median(each[name] for each in (first, *others)) for name in others[0]}
    return first | again


def missed(found: dict[str, float]) -> list[str]:
    """What is not as every page of the site has to be."""
    low = [f"{name} below {least}" for name, least in LEAST.items() if found[name] < least]
    return low + [f"{name} above {most}" for name, most in MOST.items() if found[name] > most]


def to_measure(every: list[Path]) -> list[Path]:
    """Every page but the error page; of the listings of code, the longest."""
    listings = [page for page in every if "_modules" in page.parts]
    longest = max(listings, key=lambda page: page.stat().st_size, default=None)
    left_out = {*listings, *(page for page in every if page.name == "404.html")} - {longest}
    return [page for page in every if page not in left_out]


def row(found: dict[str, float]) -> str:
    return "".join(f"{found[name]:>{WIDTH}.6g}" for name in (*SCORES, *TIMES))


def main(chosen: list[str]) -> None:
    if not shutil.which("npx"):
        sys.exit("This needs Node.js, which brings `npx`: https://nodejs.org")
    if not any(shutil.which(command) for command in COMMANDS):
        sys.exit(f"This needs Chromium or Chrome: none of {', '.join(COMMANDS)} is here.")
    names = chosen or [page.relative_to(HTML).as_posix() for page in to_measure(pages())]
    complaints = []
    handler = partial(Compressing, directory=HTML)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"{'':60}" + "".join(f"{name:>{WIDTH}}" for name in (*SCORES, *TIMES.values())))
        for name in names:
            address = f"http://127.0.0.1:{server.server_port}/{name}"
            for device, options in (("phone", ()), ("desktop", ("--preset=desktop",))):
                found = medians(address, *options)
                print(f"{name:52}{device:8}{row(found)}", flush=True)
                complaints += [f"{name} on a {device}: {what}" for what in missed(found)]
        server.shutdown()
    if complaints:
        sys.exit("Not as every page should be:\n" + "\n".join(complaints))


if __name__ == "__main__":
    main(sys.argv[1:])
