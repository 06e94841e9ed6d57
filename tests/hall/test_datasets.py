"""Downloads, against a server on this machine."""

import functools
import hashlib
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from workedpapers import datasets

CONTENT = b"name,count\nGARC\xc3\x8dA,3\n"


class Site(http.server.ThreadingHTTPServer):
    """Serves one folder and counts requests; fails the first ``failing`` of them."""

    requests = 0
    failing = 0


class Handler(http.server.SimpleHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.requests += 1
        if self.server.requests <= self.server.failing:
            self.send_error(503)
        else:
            super().do_GET()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "names.csv").write_bytes(CONTENT)
    with Site(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKEDPAPERS_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # pauses between retries
    return tmp_path / "data"


def described(site: Site | None, content: bytes = CONTENT) -> datasets.Dataset:
    port = site.server_port if site else 9  # nothing listens on the discard port
    return datasets.Dataset(
        name="names of a test",
        url=f"http://127.0.0.1:{port}/names.csv",
        filename="names.csv",
        sha256=hashlib.sha256(content).hexdigest(),
        size=4_200_000,
        licence="CC0 1.0",
        source="https://example.org/names",
    )


def test_a_file_is_downloaded_once(site: Site, folder: Path) -> None:
    for _ in range(2):
        path = datasets.fetch(described(site), progress=False)
        assert path == folder / "names.csv"
        assert path.read_bytes() == CONTENT
    assert site.requests == 1


def test_a_download_is_retried(site: Site, folder: Path) -> None:
    site.failing = 2
    assert datasets.fetch(described(site), progress=False).read_bytes() == CONTENT
    assert site.requests == 3


def test_another_file_is_refused_and_kept_aside(site: Site, folder: Path) -> None:
    wanted = described(site, content=b"something else")
    with pytest.raises(datasets.DatasetError) as caught:
        datasets.fetch(wanted, progress=False)
    message = str(caught.value)
    assert wanted.sha256 in message
    assert hashlib.sha256(CONTENT).hexdigest() in message
    assert not (folder / "names.csv").exists()
    assert (folder / "names.csv.refused").read_bytes() == CONTENT


def test_a_cached_file_is_checked_again(site: Site, folder: Path) -> None:
    path = datasets.fetch(described(site), progress=False)
    path.write_bytes(b"changed since")
    with pytest.raises(datasets.DatasetError, match="not the one that this version was written"):
        datasets.fetch(described(site), progress=False)


def test_offline_the_message_says_what_to_do(folder: Path) -> None:
    with pytest.raises(datasets.DatasetError) as caught:
        datasets.fetch(described(None), progress=False)
    message = str(caught.value)
    for part in ("names.csv", "4.2 MB", "127.0.0.1:9", "example.org/names", str(folder), "CC0"):
        assert part in message


def test_a_file_put_there_by_hand_is_used(folder: Path) -> None:
    folder.mkdir()
    (folder / "names.csv").write_bytes(CONTENT)
    assert datasets.fetch(described(None)).read_bytes() == CONTENT


def test_a_digest_of_the_content_may_be_given(folder: Path) -> None:
    folder.mkdir()
    (folder / "names.csv").write_bytes(CONTENT.replace(b"\n", b"\r\n"))
    lines = functools.partial(
        lambda path: hashlib.sha256(b"\n".join(path.read_bytes().split())).hexdigest()
    )
    expected = hashlib.sha256(b"\n".join(CONTENT.split())).hexdigest()
    dataset = datasets.Dataset(
        "n", "http://127.0.0.1:9/", "names.csv", expected, None, "CC0", "-", digest=lines
    )
    assert datasets.fetch(dataset).exists()
    assert dataset.size_text == "size not published"


@pytest.mark.parametrize(
    "change", [{"sha256": "ABC"}, {"filename": "../names.csv"}, {"filename": ""}]
)
def test_a_bad_description_is_refused(change: dict[str, str]) -> None:
    fields = {
        "name": "n", "url": "u", "filename": "f", "sha256": "0" * 64, "size": 1,
        "licence": "l", "source": "s",
    }  # fmt: skip
    with pytest.raises(ValueError, match=f"{next(iter(change))}: expected"):
        datasets.Dataset(**{**fields, **change})  # type: ignore[arg-type]


def test_a_file_of_a_package_is_read_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "wp_fixture_package"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "data" / "table.csv").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(tmp_path)
    digest = hashlib.sha256(CONTENT).hexdigest()
    found = datasets.package_file("wp_fixture_package", "data/table.csv", digest)
    assert found is not None
    assert found.read_bytes() == CONTENT
    assert datasets.package_file("wp_no_such_package", "data/table.csv", digest) is None
    with pytest.raises(datasets.DatasetError, match="not the file expected"):
        datasets.package_file("wp_fixture_package", "data/table.csv", "0" * 64)
    with pytest.raises(datasets.DatasetError, match=r"has no file data/other\.csv"):
        datasets.package_file("wp_fixture_package", "data/other.csv", digest)


def test_the_command_lists_the_folder(folder: Path) -> None:
    folder.mkdir()
    (folder / "names.csv").write_bytes(CONTENT)
    shown = subprocess.run(
        [sys.executable, "-m", "workedpapers.datasets"], check=True, text=True, capture_output=True
    ).stdout
    assert str(folder) in shown
    assert "names.csv" in shown
