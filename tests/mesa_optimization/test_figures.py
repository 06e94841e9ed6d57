"""The chapter's figures and claims."""

import pytest

from workedpapers.claims import table
from workedpapers.explore import check_mirror
from workedpapers.mesa_optimization.chapter import claims, figures
from workedpapers.mesa_optimization.chapter.walks import coin_frames


@pytest.mark.parametrize("make", [figures.power_explorer, figures.deception_explorer])
def test_the_browsers_copy_is_the_function(make) -> None:
    check_mirror(make(static=True), samples=30)


def test_the_first_frame_is_the_start() -> None:
    frame = coin_frames("10%", "agent 2", "level 3")
    assert frame["x"].shape == frame["y"].shape == (21, 1)
    assert frame["first"] in ("coin", "corner", "neither")


def test_the_coin_explorer_stores_every_walk() -> None:
    explorer = figures.coin_explorer(static=True)
    assert sum(explorer.static_report.sizes.values()) < 400_000


@pytest.mark.parametrize("name", figures.__all__)
def test_every_listed_figure_exists(name: str) -> None:
    assert callable(getattr(figures, name))


def test_still_figures_say_what_they_show() -> None:
    shown = [figures.coin_figure(), figures.length_figure(), figures.absent_figure(),
             figures.diversity_figure()]  # fmt: skip
    for one in shown:
        assert len(one.alt) > 60
        assert "<svg" in one.svg


@pytest.mark.slow
def test_losses_on_the_static_page_are_exact_though_they_range_widely() -> None:
    report = figures.attention_explorer(static=True).static_report
    errors = {output.name: output.error for output in report.outputs}
    assert max(errors["loss_layer"], errors["loss_step"]) < 1e-3
    assert report.total < 400_000


@pytest.mark.slow
def test_the_verdicts_are_those_that_the_chapter_tells() -> None:
    rows = {row["id"]: row["verdict"] for row in table(claims.CLAIMS, "mesa_optimization").rows}
    others = {"mesa-absent": "not reproduced", "mesa-deceives": "not testable here"}
    assert rows == {claim.id: others.get(claim.id, "reproduced") for claim in claims.CLAIMS}
