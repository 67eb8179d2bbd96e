"""What Lighthouse says of pages of the built site, on a phone and on a desktop.

::

    python -m benchmarks.lighthouse                                     every page, for hours
    python -m benchmarks.lighthouse notebooks/03_lstm_networks.html     these only

Each figure is the median of three runs; run it while the machine does nothing else. It needs Node,
whose ``npx`` fetches Lighthouse, and Chromium or Chrome.
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
    """The scores, in hundredths, and the times of one run.

    Raises:
        RuntimeError: Lighthouse could not load the page; with what it says.
    """
    command = [*LIGHTHOUSE, address, "--quiet", "--output=json", f"--chrome-flags={CHROME}"]
    done = subprocess.run([*command, *options], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"Lighthouse on {address}: {done.stderr.strip()}")
    found = json.loads(done.stdout)
    scores = {name: round(100 * found["categories"][name]["score"]) for name in SCORES}
    return scores | {name: round(found["audits"][name]["numericValue"], 3) for name in TIMES}


def medians(address: str, *options: str) -> dict[str, float]:
    """The median of each figure."""
    reports = [report(address, *options) for _ in range(RUNS)]
    return {name: median(each[name] for each in reports) for name in reports[0]}


def row(found: dict[str, float]) -> str:
    return "".join(f"{found[name]:>{WIDTH}.6g}" for name in (*SCORES, *TIMES))


def main(chosen: list[str]) -> None:
    if not shutil.which("npx"):
        sys.exit("This needs Node.js, which brings `npx`: https://nodejs.org")
    if not any(shutil.which(command) for command in COMMANDS):
        sys.exit(f"This needs Chromium or Chrome: none of {', '.join(COMMANDS)} is here.")
    names = chosen or [page.relative_to(HTML).as_posix() for page in pages()]
    handler = partial(Compressing, directory=HTML)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"{'':54}" + "".join(f"{name:>{WIDTH}}" for name in (*SCORES, *TIMES.values())))
        for name in names:
            address = f"http://127.0.0.1:{server.server_port}/{name}"
            for device, options in (("phone", ()), ("desktop", ("--preset=desktop",))):
                print(f"{name:46}{device:8}{row(medians(address, *options))}", flush=True)
        server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:])
