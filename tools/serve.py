"""Serve the built book at a local address, under the same path as the published one."""

import argparse
import functools
import http.server
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
PREFIX = re.search(r"^\s*notfound_urls_prefix: (\S+)$", (ROOT / "_config.yml").read_text(), re.M)[1]


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files below the prefix, and the book's own page where there is none."""

    def translate_path(self, path: str) -> str:
        """Path of a file, with the prefix taken off."""
        return super().translate_path("/" + path.removeprefix(PREFIX).lstrip("/"))

    def do_GET(self) -> None:
        """Send the visitor to the prefix first."""
        if self.path in ("/", PREFIX.rstrip("/")):
            self.send_response(302)
            self.send_header("Location", PREFIX)
            self.end_headers()
        else:
            super().do_GET()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the book's page for what is not there."""
        page = HTML / "404.html"
        if code != 404 or not page.exists():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing of each request."""


def server(port: int = 0) -> http.server.ThreadingHTTPServer:
    """Server of the book on this machine; port 0 takes any that is free."""
    handler = functools.partial(Handler, directory=str(HTML))
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    if not (HTML / "index.html").exists():
        print("There is no book yet: run `make book` first.")
        return 1
    try:
        book = server(port)
    except OSError as error:
        print(f"Port {port} cannot be used ({error}). Name another one: make serve PORT=8001")
        return 1
    print(f"The book is at http://127.0.0.1:{port}{PREFIX}  (Ctrl+C stops)", flush=True)
    try:
        book.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
