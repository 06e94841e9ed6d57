"""The estimator that people use: `SegmentModel`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workedpapers.checks import Floats, positive, positive_int
from workedpapers.skill_compression.episodes.padded import (
    Padded,
    symbol_episodes,
    vector_episodes,
)
from workedpapers.skill_compression.segments.descriptions import Description, describe
from workedpapers.skill_compression.segments.dual import fit_dual
from workedpapers.skill_compression.segments.families import (
    Categorical,
    Emission,
    Family,
    Gaussian,
    Given,
)
from workedpapers.skill_compression.segments.lattice import distinct_segments, every_segment
from workedpapers.skill_compression.segments.passes import best_path
from workedpapers.skill_compression.segments.pruning import fit_two_part
from workedpapers.skill_compression.segments.settings import Penalty, SegmentSettings
from workedpapers.skill_compression.segments.skills import (
    Evidence,
    Skills,
    counts_of,
    drawn,
    em,
)
from workedpapers.skill_compression.segments.streaming import Stream

__all__ = ["SegmentModel"]


class SegmentModel:
    """Skills that describe behaviour shortest, by exact inference over all segmentations.

    Parameters
    ----------
    n_skills : int
        Most skills. Those that are not needed end with a share near 0.
    max_duration : int
        Longest segment, in steps; cut to the longest episode.
    penalty : float or {"dual", "two-part"}
        Price of a nat of code, 0 for the likelihood alone; or "dual", the highest price that keeps
        a bound; or "two-part", which leaves the price at 0 and makes skills pay for their place in
        the codebook.
    emission : str or callable
        One of `Emission`; "auto" is "frame", or "position" with a two-part penalty. "context",
        "previous" condition on the symbol before the segment or before the frame. Or a function
        from the array of a segment to the log-likelihoods of all skills.
    reconstruction : float or None
        Bound of the dual on the cost of frames, nats a frame.
    nll : float or None
        Bound of the dual on the negative log-likelihood, nats an episode.
    n_actions : int or None
        Number of actions A, with emission "option", where an observation is state times A plus
        action.
    seed : int
        Of the random starts.
    restarts : int
        Random starts; the best by the objective is kept.
    max_iter : int
        Most steps of EM.
    tol : float
        EM ends when the objective falls by less, nats an episode.
    power : float
        Weight of the frames' log-likelihood, above 1 where frames must be reconstructed.

    Attributes
    ----------
    nll_, code_length_, codebook_length_, n_skills_used_ : float
        Of the episodes that were fitted; see `Description`.
    description_ : Description
        All of them.
    history_ : list of float
        Objective before each step of EM, prior included, of the start that was kept.
    penalty_ : float
        Price that the dual ended with, or the fixed one.
    bound_kept_ : bool
        Whether the dual's bound holds.

    Notes
    -----
    The paper's objective made exact: a bound on the negative log-likelihood plus
    lambda times the length of the code. Derived in the chapter, section "The idea in ten lines".

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> data = sc.simple_colors(episodes=100, seed=0)
    >>> model = sc.SegmentModel(n_skills=5, max_duration=4, penalty=0.1, seed=1)
    >>> model.fit(data.observations).n_skills_used_
    3
    >>> sc.boundary_scores(model.boundaries(data.observations), data.boundaries).f1
    1.0
    """

    def __init__(
        self,
        n_skills: int = 10,
        max_duration: int = 8,
        penalty: float | str = 0.1,
        emission: str | Callable[[Any], Floats] = "auto",
        *,
        reconstruction: float | None = None,
        nll: float | None = None,
        n_actions: int | None = None,
        seed: int = 0,
        restarts: int = 1,
        max_iter: int = 200,
        tol: float = 1e-6,
        power: float = 1.0,
    ) -> None:
        self.settings = SegmentSettings.checked(
            n_skills, max_duration, penalty, reconstruction, nll, emission, n_actions, seed,
            restarts, max_iter, tol, power,
        )  # fmt: skip
        self._least_symbols = 0

    def fit(self, observations: Any, context: Any = None) -> SegmentModel:
        """Learn skills from episodes.

        Parameters
        ----------
        observations : ndarray or list of ndarray
            Symbols from 0 on, one row or array an episode; vectors with emission "gaussian".
        context : array_like or None
            Symbol before each episode. Without it the beginning is a symbol of its own.

        Returns
        -------
        SegmentModel
            Itself.

        Raises
        ------
        ValueError
            If an episode is empty, or a value is no symbol or not finite.
        TypeError
            If the observations are not numbers.
        """
        self.has_context_ = context is not None
        episodes = self._episodes(observations, context, fitting=True)
        self.family_ = self._family(episodes)
        data = self._evidence(episodes)
        best: tuple[float, Skills, list[float], bool] | None = None
        for start in range(self.settings.restarts):
            found = self._one_start(data, np.random.default_rng([self.settings.seed, start]))
            if best is None or found[0] < best[0]:
                best = found
        assert best is not None
        _, self.skills_, self.history_, self.bound_kept_ = best
        self._told(data)
        return self

    def fit_batches(
        self, batches: Iterable[Any], *, n_symbols: int | None = None, decay: float = 0.7
    ) -> SegmentModel:
        """Learn skills from batches of episodes, with memory for one batch.

        Parameters
        ----------
        batches : iterable
            Of observations as in `fit`. The first is fitted by EM; each further one is read once.
        n_symbols : int or None
            Number of symbols, where the first batch may lack some.
        decay : float
            Batch t replaces a share t^-decay of what was counted before; above 1/2, at most 1.

        Returns
        -------
        SegmentModel
            Itself; ``description_`` and the rest tell of the last batch.

        Raises
        ------
        ValueError
            If there is no batch, the penalty is no price, the decay is out of range, or a batch
            is as no batch may be.

        See Also
        --------
        fit : All episodes at once, which is more exact.

        Notes
        -----
        Stepwise EM. The objective may rise from one batch to the next.

        Examples
        --------
        >>> from workedpapers import skill_compression as sc
        >>> batches = (sc.simple_colors(100, seed=s).observations for s in range(5))
        >>> sc.SegmentModel(10, 8, 0.1, seed=1).fit_batches(batches).n_skills_used_
        3
        """
        ask = self.settings
        if ask.penalty is not Penalty.FIXED or ask.given:
            raise ValueError(
                "penalty: expected a price, and emissions that are learned, for batches, got "
                f"{ask.penalty.value!r}."
            )
        if not 0.5 < positive(decay, "decay") <= 1:
            raise ValueError(f"decay: expected above 1/2 and at most 1, got {decay}.")
        self._least_symbols = 0 if n_symbols is None else positive_int(n_symbols, "n_symbols")
        stream, data = None, None
        for batch in batches:
            if stream is None:
                self.fit(batch)
                data = self._evidence(self._episodes(batch, None))
                stream = Stream(self.skills_, data, decay)
            else:
                data = self._evidence(self._episodes(batch, None))
                stream.take(data)
                self.skills_ = stream.skills
        if stream is None or data is None:
            raise ValueError("batches: expected at least one, got none.")
        self._told(data)
        return self

    def describe(self, observations: Any, context: Any = None) -> Description:
        """Costs of episodes, fitted or fresh.

        Parameters
        ----------
        observations, context : array_like
            As in `fit`.

        Returns
        -------
        Description
            Likelihood, code, codebook.
        """
        return describe(self._fitted(), self._evidence(self._episodes(observations, context)))

    def boundaries(self, observations: Any, context: Any = None, *, above: float = 0.5) -> Any:
        """Whether a segment begins at each step.

        Parameters
        ----------
        observations, context : array_like
            As in `fit`.
        above : float
            Least posterior probability of a boundary.

        Returns
        -------
        ndarray or list of ndarray
            Booleans, shaped as the observations are.
        """
        return self._shaped(observations, [p > above for p in self._starts(observations, context)])

    def boundary_probabilities(self, observations: Any, context: Any = None) -> Any:
        """Exact posterior probability that a segment begins at each step.

        Parameters
        ----------
        observations, context : array_like
            As in `fit`.

        Returns
        -------
        ndarray or list of ndarray
            Probabilities, shaped as the observations are.
        """
        return self._shaped(observations, self._starts(observations, context))

    def segments(self, observations: Any, context: Any = None) -> pd.DataFrame:
        """Most probable segmentation, with the skill of each segment.

        Parameters
        ----------
        observations, context : array_like
            As in `fit`.

        Returns
        -------
        pandas.DataFrame
            ``episode``, ``start``, ``stop`` (not included), ``skill``.
        """
        episodes = self._episodes(observations, context)
        data, skills = self._evidence(episodes), self._fitted()
        joint = skills.log_joint(data)
        likely = joint.argmax(1)
        paths = best_path(data.lattice, joint.max(1))
        rows = []
        for number, row in enumerate(episodes.inverse):
            stop = np.cumsum(data.lattice.length[paths[row]])
            start = np.concatenate([[0], stop[:-1]])
            rows.append(
                pd.DataFrame(
                    {"episode": number, "start": start, "stop": stop, "skill": likely[paths[row]]}
                )
            )
        return pd.concat(rows, ignore_index=True)

    def _told(self, data: Evidence) -> None:
        """Write down what the skills cost on some data."""
        self.penalty_ = self.skills_.penalty
        self.description_ = describe(self.skills_, data)
        self.nll_ = self.description_.nll
        self.code_length_ = self.description_.code_length
        self.codebook_length_ = self.description_.codebook_length
        self.n_skills_used_ = self.description_.skills_used

    def _one_start(
        self, data: Evidence, rng: np.random.Generator
    ) -> tuple[float, Skills, list[float], bool]:
        ask = self.settings
        free = ask.emission is Emission.OPTION
        if ask.penalty is Penalty.TWO_PART:
            skills = fit_two_part(data, ask.n_skills, rng, free_durations=free)
            said = describe(skills, data)
            return said.two_part, skills, [], True
        begun = drawn(data.family, ask.n_skills, data.lattice.longest, rng)
        begun = replace(begun, penalty=ask.price, power=ask.power, free_durations=free)
        if ask.penalty is Penalty.DUAL:
            skills, fine = fit_dual(
                begun, data, reconstruction=ask.reconstruction, nll=ask.nll, steps=ask.max_iter
            )
            length = describe(skills, data).code_length
            return length + (0.0 if fine else 1e9), skills, [], fine
        skills, history = em(begun, data, ask.max_iter, ask.tol)
        return history[-1], skills, history, True

    def _fitted(self) -> Skills:
        if not hasattr(self, "skills_"):
            raise ValueError("SegmentModel: expected a fitted model, got one that was not fitted.")
        return self.skills_

    def _episodes(self, observations: Any, context: Any, fitting: bool = False) -> Padded:
        ask = self.settings
        if ask.emission is Emission.GAUSSIAN or ask.given:
            return vector_episodes(observations)
        found = symbol_episodes(observations, context)
        if fitting:
            self.n_symbols_ = max(int(found.values.max()) + 1, self._least_symbols)
            if ask.n_actions:
                self.n_symbols_ = -(-self.n_symbols_ // ask.n_actions) * ask.n_actions
            if context is not None:
                self.n_symbols_ = max(self.n_symbols_, int(found.context.max()) + 1)
        elif found.values.max() >= self.n_symbols_:
            raise ValueError(
                f"observations: expected symbols below {self.n_symbols_}, which were fitted, got "
                f"{found.values.max()}."
            )
        if (context is not None) != self.has_context_:
            raise ValueError("context: expected it for fitting and for use, or for neither.")
        if context is None and ask.emission in (Emission.CONTEXT, Emission.PREVIOUS):
            # The beginning of an episode is a symbol of its own.
            found = replace(found, context=np.full_like(found.context, self.n_symbols_))
        return found

    def _family(self, episodes: Padded) -> Family:
        ask = self.settings
        if ask.given:
            return Given(ask.given, ask.n_skills)
        if ask.emission is Emission.GAUSSIAN:
            steps = np.arange(episodes.values.shape[1]) < episodes.lengths[:, None]
            frames = episodes.values[steps]
            spread = np.maximum(frames.var(0), 1e-12)
            return Gaussian(frames.shape[1], frames.min(0), frames.max(0), 1e-4 * spread)
        longest = min(ask.max_duration, int(episodes.lengths.max()))
        if ask.n_actions:
            return Categorical(
                ask.emission, ask.n_actions, self.n_symbols_ // ask.n_actions, longest
            )
        contexts = self.n_symbols_ + (not self.has_context_)
        return Categorical(ask.emission, self.n_symbols_, contexts, longest)

    def _evidence(self, episodes: Padded) -> Evidence:
        ask = self.settings
        if isinstance(self.family_, Categorical):
            contextual = ask.emission in (Emission.CONTEXT, Emission.PREVIOUS)
            lattice = distinct_segments(episodes, self.family_.longest, contextual)
        else:
            longest = self._fitted().duration.shape[1] if hasattr(self, "skills_") else 10**9
            lattice = every_segment(episodes, min(ask.max_duration, longest))
        return Evidence(lattice, self.family_)

    def _starts(self, observations: Any, context: Any) -> list[Floats]:
        episodes = self._episodes(observations, context)
        data, skills = self._evidence(episodes), self._fitted()
        starts = counts_of(skills, data).passed.starts
        lengths = episodes.lengths[episodes.inverse]
        return [starts[row, :n] for row, n in zip(episodes.inverse, lengths, strict=True)]

    @staticmethod
    def _shaped(observations: Any, found: list[npt.NDArray[Any]]) -> Any:
        given = isinstance(observations, np.ndarray) and observations.dtype != object
        return np.stack(found) if given else found
