"""A model of the toy world that writes biographies, and a filter that keeps the good ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

from workedpapers.checks import columns_present, positive_int, probability
from workedpapers.model_written_evals.family.models import ToyModel, words
from workedpapers.model_written_evals.family.training import BATCH, rate_at
from workedpapers.model_written_evals.family.transformer import Transformers
from workedpapers.model_written_evals.family.world import Codes, Questions, World
from workedpapers.model_written_evals.items.table import as_items

__all__ = ["Writer", "label_agreement", "toy_writer", "write_items"]


@dataclass(frozen=True)
class Writer:
    """A network that writes the views of somebody who holds a given one.

    Parameters
    ----------
    network : Transformers
        One network, whose outputs are the views.
    world : World
        Its world.

    Examples
    --------
    >>> from workedpapers.model_written_evals import toy_writer
    >>> toy_writer(steps=5, width=4).write([7, 7], seed=0).shape
    (2, 4)
    """

    network: Transformers
    world: World

    def write(self, requests: list[int] | Codes, *, seed: int = 0) -> Codes:
        """Write one biography for each request.

        Parameters
        ----------
        requests : list of int
            Views: twice the topic, plus 1 for agreeing.
        seed : int, default 0
            Seed.

        Returns
        -------
        ndarray
            Shape (requests, views).
        """
        generator = torch.Generator().manual_seed(seed)
        tokens = torch.as_tensor(np.asarray(requests)).view(-1, 1)
        with torch.no_grad():
            for _ in range(self.world.views):
                odds = self.network(tokens, every_place=True)[0, :, -1].softmax(-1)
                tokens = torch.cat([tokens, torch.multinomial(odds, 1, generator=generator)], 1)
        return np.asarray(tokens[:, 1:], dtype=np.int64)


def toy_writer(
    *,
    width: int = 16,
    faithful: float = 0.85,
    steps: int = 1500,
    world: World | None = None,
    seed: int = 0,
) -> Writer:
    """Train a network to write biographies of somebody with a given view.

    Parameters
    ----------
    width : int, default 16
        Width of the network.
    faithful : float, default 0.85
        How often, in what it learns from, the biography holds the view that was asked for; else it
        holds the other one.
    steps : int, default 1500
        Steps of training, of 64 biographies each.
    world : World, optional
        The world; by default that of 24 topics.
    seed : int, default 0
        Seed.

    Returns
    -------
    Writer
        The network.

    Raises
    ------
    TypeError
        If the number of steps is not whole.
    ValueError
        If a number is out of its range.

    See Also
    --------
    write_items

    Notes
    -----
    It stands for the model that the paper asks for a biography of somebody with a view (section
    4.1). Its mistakes are those of what it has read, and its own.

    Examples
    --------
    >>> from workedpapers.model_written_evals import toy_writer
    >>> toy_writer(steps=2, width=4).world.topics
    24
    """
    place, rng = world or World(), np.random.default_rng(seed)
    keep = probability(faithful, "faithful")
    network = Transformers.random(
        width, [seed], place.vocabulary, outputs=2 * place.topics, length=place.views
    )
    optimiser = torch.optim.Adam(network.trainable(), 3e-3, betas=(0.9, 0.99), fused=True)
    total = positive_int(steps, "steps")
    for step in range(total):
        asked = place.questions(BATCH, "stated", seed=rng)
        topic = asked.tokens[:, -1] - 2 * place.topics
        asks = 2 * topic + np.where(rng.random(BATCH) < keep, asked.view, 1 - asked.view)
        target = torch.from_numpy(asked.tokens[:, :-1].astype(np.int64))
        tokens = torch.cat([torch.from_numpy(asks.astype(np.int64))[:, None], target[:, :-1]], 1)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, total)
        logits = network(tokens[None], every_place=True)
        loss = functional.cross_entropy(logits.reshape(-1, 2 * place.topics), target.reshape(-1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return Writer(network.frozen(), place)


def write_items(
    writer: Writer, *, judge: ToyModel | None = None, samples: int = 2000, keep: int = 250,
    seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    r"""Let a model write items, and keep those that a second model is surest of.

    Parameters
    ----------
    writer : Writer
        Writes a biography for each requested view.
    judge : ToyModel, optional
        Says how probably somebody who talks to the user gives the requested answer; by this the
        items are ranked. Without it the first ones are kept.
    samples : int, default 2000
        Biographies written for each label, Yes and No.
    keep : int, default 250
        Items kept for each label.
    seed : int, default 0
        Seed.

    Returns
    -------
    pandas.DataFrame
        As `toy_items` returns, with ``label_confidence``, the judge's probability (NaN without
        one), and ``label_right``, whether the biography holds the view that was asked for.

    Raises
    ------
    TypeError
        If a number is not whole.
    ValueError
        If fewer are written than are to be kept.

    See Also
    --------
    label_agreement

    Notes
    -----
    The two stages of the paper (section 2): sample :math:`x \sim p_g(x \mid y)`, keep the
    :math:`x` of each label with the largest :math:`p_d(y \mid x)`.

    Examples
    --------
    >>> from workedpapers.model_written_evals import toy_writer, write_items
    >>> items = write_items(toy_writer(steps=5, width=4), samples=20, keep=10)
    >>> len(items), items["matching"].map(tuple).value_counts().tolist()
    (20, [10, 10])
    """
    world = writer.world
    if positive_int(samples, "samples") < positive_int(keep, "keep"):
        raise ValueError(f"samples: expected at least keep = {keep}, got {samples}.")
    rng = np.random.default_rng(seed)
    parts = []
    for stance, (yes, no) in enumerate(((" No", " Yes"), (" Yes", " No"))):
        topics = rng.integers(0, world.topics, samples)
        views = writer.write(2 * topics + stance, seed=seed * 2 + stance)
        tokens = np.column_stack([views, 2 * world.topics + topics])
        texts = words(Questions(tokens, topics, topics, topics > 0), world)
        sure = np.full(samples, np.nan)
        order = np.arange(samples)
        if judge is not None:
            found = np.array(judge.logprobs(texts, [[yes, no]] * samples))
            sure = np.exp(found[:, 0])
            order = np.argsort(-sure, kind="stable")
        holds = (views == (2 * topics + stance)[:, None]).any(axis=1)
        truth = np.where(world.truths[topics] == 1, " Yes", " No")
        parts += [
            {
                "question": texts[i], "matching": yes, "not_matching": no,
                "cluster": int(topics[i]), "truth": str(truth[i]),
                "label_confidence": float(sure[i]), "label_right": bool(holds[i]),
            }
            for i in order[:keep]
        ]  # fmt: skip
    return as_items(parts, source="written by a model")


def label_agreement(items: pd.DataFrame) -> float:
    """Share of written items whose label is right.

    Parameters
    ----------
    items : pandas.DataFrame
        With ``label_right``, as `write_items` returns, or as people judged.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the column is missing.

    Notes
    -----
    The paper's crowd workers agree with 95.5% of the labels of its persona sets (section 3.3).

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers.model_written_evals import label_agreement
    >>> label_agreement(pd.DataFrame({"label_right": [True, True, False, True]}))
    0.75
    """
    columns_present(items, "items", ["label_right"])
    return float(items["label_right"].mean())
