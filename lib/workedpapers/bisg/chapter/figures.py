"""Still figures of the chapter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workedpapers.bisg.evaluation import reliability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workedpapers.plotting import Shown


def calibration_figure(
    answers: Mapping[str, pd.DataFrame], truth: pd.Series, group: str = "white"
) -> Shown:
    """Reliability curves of several answers for the same people.

    Parameters
    ----------
    answers : label of each curve and the probabilities, as `predict` returns them.
    truth : the true group of each row.
    group : the group whose probabilities are judged.
    """
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    with style(figure_figsize=(5.2, 4.6)):
        figure, axes = plt.subplots()
        axes.plot([0, 1], [0, 1], color="grey", linestyle=":", linewidth=1)
        gaps = []
        for label, proba in answers.items():
            curve = reliability(proba, truth, group)
            spread = np.abs([curve["low"] - curve["frequency"], curve["high"] - curve["frequency"]])
            axes.errorbar(curve["probability"], curve["frequency"], yerr=spread, marker="o",
                          markersize=4, linewidth=1.4, label=label)  # fmt: skip
            gap = (curve["probability"] - curve["frequency"]).abs().max()
            gaps.append(f"{label}: at most {gap:.2f} from the diagonal")
        axes.set_xlabel(f"Probability given for {group!r}")
        axes.set_ylabel("Share of people who are")
        axes.set_aspect("equal")
        axes.legend()
    return show(
        figure,
        alt=f"Reliability curves for the group {group}. " + "; ".join(gaps) + ".",
        caption=(
            f"How often probabilities for {group!r} come true, by bins of a tenth, with 95% "
            "intervals. On the diagonal, a probability means what it says."
        ),
    )
