"""A server on this machine that speaks as chat models do, well or badly."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server:
    """What the server does: the tests set it, and read what it was asked.

    ``mode`` is "tokens" (replies with log-probabilities), "text" (without), "garbage" (text that
    is no answer), "broken" (no JSON), "silent" (replies too late). After ``dies_after`` replies it
    only fails.
    """

    def __init__(self) -> None:
        self.mode = "tokens"
        self.dies_after = 10**9
        self.asked: list[dict[str, Any]] = []
        self.replied = 0
        self.lock = threading.Lock()

    def reply(self, request: dict[str, Any]) -> bytes | None:
        """Body of the reply; None for a failure."""
        with self.lock:
            self.asked.append(request)
            if self.replied >= self.dies_after:
                return None
            self.replied += 1
        if self.mode == "silent":
            time.sleep(3)
        if self.mode == "broken":
            return b"<html>no such page</html>"
        said = "I cannot say." if self.mode == "garbage" else "(A)"
        return json.dumps(completion(said, logprobs=self.mode == "tokens")).encode()


def completion(said: str, *, logprobs: bool) -> dict[str, Any]:
    """One reply; with log-probabilities it is "(", then A with 0.7 and B with 0.2."""

    def token(text: str, top: dict[str, float]) -> dict[str, Any]:
        listed = [{"token": t, "logprob": v, "bytes": None} for t, v in top.items()]
        return {"token": text, "logprob": top[text], "bytes": None, "top_logprobs": listed}

    content = [
        token("(", {"(": -0.1, "I": -3.0}),
        token("A", {"A": -0.3567, "B": -1.6094, "An": -4.0}),
        token(")", {")": -0.01}),
    ]
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "local",
        "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": said},
                "logprobs": {"content": content} if logprobs else None,
            }
        ],
    }


@contextmanager
def serving() -> Iterator[tuple[Server, str]]:
    """A server and its address."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = server.reply(request)
            try:
                self.send_response(200 if body else 400)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body or b"{}")))
                self.end_headers()
                self.wfile.write(body or b"{}")
            except BrokenPipeError:  # the client has given up
                pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{http.server_address[1]}/v1"
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
