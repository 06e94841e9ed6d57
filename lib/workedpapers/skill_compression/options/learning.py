"""Q-learning over options, many agents at once.

An agent in state s chooses an option o, which takes k steps to state s' and collects the
discounted reward R. Then (Sutton, Precup and Singh 1999)

    Q(s, o) += rate (R + discount^k max_o' Q(s', o') - Q(s, o)),

the last maximum 0 at the end of a task. The actions are options of one step. A state is a cell and
the number of things picked up. All agents take one step together, each in a grid, at a task and
with options of its own; so hundreds of curves cost little more than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, Ints, as_seed, positive, positive_int, probability
from workedpapers.skill_compression.episodes.grid import PICK, GridWorld
from workedpapers.skill_compression.options.sets import OptionSet

__all__ = ["Agents", "LearningCurves", "learn_tasks"]

#: Episodes, of random starts, that measure how often an agent reaches its goal.
TRIALS = 20


@dataclass(frozen=True)
class LearningCurves:
    """How often agents reach their goal, over the steps that they have taken.

    Parameters
    ----------
    steps : ndarray
        Steps in the grid before each measurement.
    success : ndarray
        Share of 20 episodes in which the best known options reach the goal: (agents, times).

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import skill_compression as sc
    >>> curves = sc.LearningCurves(np.array([10, 20, 30]), np.array([[0.2, 0.9, 1.0]]))
    >>> curves.samples_to(0.9).tolist()
    [20.0]
    """

    steps: Ints
    success: Floats

    def samples_to(self, share: float = 0.9) -> Floats:
        """Steps after which each agent reaches its goal often, twice in a row.

        Parameters
        ----------
        share : float
            How often.

        Returns
        -------
        ndarray
            Steps of the first of the two measurements; infinity where it never happens.
        """
        often = self.success >= probability(share, "share") - 1e-12
        twice = often[:, :-1] & often[:, 1:]
        return np.where(twice.any(1), self.steps[twice.argmax(1)].astype(float), np.inf)


def _padded(options: Sequence[OptionSet]) -> tuple[Floats, Floats, Ints, Ints]:
    """Cumulative probabilities of actions, of stopping; lengths and numbers of options."""
    most = max(one.count for one in options)
    phases = max(one.stop.shape[1] for one in options)
    cells, kinds = options[0].action.shape[2:]
    action = np.zeros((len(options), most, phases, cells, kinds))
    stop = np.ones((len(options), most, phases, cells))
    for number, one in enumerate(options):
        own = np.minimum(np.arange(phases), one.stop.shape[1] - 1)
        action[number, : one.count] = one.action[:, own]
        stop[number, : one.count] = one.stop[:, own]
    return (
        action.cumsum(-1), stop,
        np.array([one.longest for one in options]), np.array([one.count for one in options]),
    )  # fmt: skip


@dataclass
class Walkers:
    """Where agents are, and what they are about."""

    each: Ints
    cell: Ints
    done: Ints
    age: Ints
    option: Ints
    phase: Ints
    begun: Ints
    collected: Floats


class Agents:
    """Agents side by side, each at a task of its own.

    Parameters
    ----------
    worlds : sequence of GridWorld
        The grid of each.
    goals : ndarray
        Kinds of things to pick up in order, a row each.
    options : sequence of OptionSet
        What each may choose from.
    rewarded : bool
        Whether each right pick-up has a reward of 1, and not only the last.
    limit : int
        Steps after which an episode ends.
    rng : Generator
        Of starts, choices and stochastic options.
    """

    def __init__(
        self, worlds: Sequence[GridWorld], goals: Ints, options: Sequence[OptionSet], *,
        rewarded: bool, limit: int, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.goals, self.rewarded, self.limit, self.rng = goals, rewarded, limit, rng
        self.moves = np.stack([one.moves for one in worlds])
        self.things = np.stack([one.things.ravel() for one in worlds])
        self.room = np.array([len(one.free) for one in worlds])
        self.free = np.stack([np.resize(one.free, one.count) for one in worlds])
        self.action, self.stop, self.longest, self.choices = _padded(options)
        self.phases, self.cells = self.stop.shape[2:]
        states = self.cells * goals.shape[1]
        self.q = np.zeros((len(worlds), states, self.stop.shape[1]))
        # What an agent has not is never best.
        lacks = np.arange(self.q.shape[2]) >= self.choices[:, None]
        self.q[np.broadcast_to(lacks[:, None], self.q.shape)] = -np.inf

    def starts(self, each: Ints) -> Ints:
        """A free cell for each of some agents."""
        drawn = self.rng.random(len(each)) * self.room[each]
        return np.asarray(self.free[each, drawn.astype(np.intp)], np.intp)

    def chosen(self, each: Ints, state: Ints, explore: float) -> Ints:
        """The best option, any of several best, or with some probability any at all."""
        values = self.q[each, state]
        best: Ints = (values + 1e-9 * self.rng.random(values.shape)).argmax(1)
        if not explore:
            return best
        any_of = (self.rng.random(len(best)) * self.choices[each]).astype(np.intp)
        return np.asarray(np.where(self.rng.random(len(best)) < explore, any_of, best), np.intp)

    def walkers(self, each: Ints) -> Walkers:
        """One or several walkers of some agents, each in a free cell and about to choose."""
        done, age, phase, begun = np.zeros((4, len(each)), np.intp)
        option = np.full(len(each), -1)
        return Walkers(each, self.starts(each), done, age, option, phase, begun,
                       np.zeros(len(each)))  # fmt: skip

    def run(
        self, who_walks: Walkers, steps: int, rate: float, explore: float, discount: float
    ) -> npt.NDArray[np.bool_]:
        """Take some steps, learning if there is a rate; whether each reached its goal.

        Without a rate a walker has one episode; then an agent may have several walkers.
        """
        w, goals = who_walks, self.goals.shape[1]
        each, count = w.each, len(w.each)
        cell, done, age = w.cell, w.done, w.age
        option, phase, begun, collected = w.option, w.phase, w.begun, w.collected
        reached = np.zeros(count, bool)
        for _ in range(steps):
            who = np.flatnonzero(option < 0)
            begun[who] = done[who] * self.cells + cell[who]
            option[who] = self.chosen(each[who], begun[who], explore)
            phase[who], collected[who] = 0, 0.0
            at = (each, option, np.minimum(phase, self.phases - 1), cell)
            action = (self.action[at] < self.rng.random(count)[:, None]).sum(1).clip(max=PICK)
            right = (action == PICK) & (self.things[each, cell] == self.goals[each, done])
            last = right & (done == goals - 1)
            collected += np.where(right if self.rewarded else last, discount**phase, 0.0)
            ends = self.rng.random(count) < self.stop[at]
            cell = self.moves[each, cell, action]
            done += right & ~last
            phase, age = phase + 1, age + 1
            out = age >= self.limit
            ends |= last | out | (phase >= self.longest[each])
            reached |= last
            if rate:
                who = np.flatnonzero(ends)
                known = (each[who], begun[who], option[who])
                future = self.q[each[who], done[who] * self.cells + cell[who]].max(1)
                aim = collected[who] + discount ** phase[who] * np.where(last[who], 0.0, future)
                self.q[known] += rate * (aim - self.q[known])
                over = np.flatnonzero(last | out)
                cell[over], done[over], age[over] = self.starts(each[over]), 0, 0
            option[ends] = -1
        w.cell, w.phase, w.age = cell, phase, age
        return reached


def learn_tasks(
    worlds: Sequence[GridWorld], goals: Sequence[Sequence[int]], options: Sequence[OptionSet], *,
    steps: int = 100_000, every: int | Sequence[int] = 2_000, rewarded: bool = False,
    limit: int = 100, rate: float = 0.5, explore: float = 0.1, discount: float = 0.99,
    seed: int = 0,
) -> LearningCurves:  # fmt: skip
    """Let agents learn tasks by Q-learning over options.

    Parameters
    ----------
    worlds : sequence of GridWorld
        The grid of each agent, all of one size.
    goals : sequence of sequence of int
        Kinds of things that each agent has to pick up, in order; as many for each.
    options : sequence of OptionSet
        What each agent may choose from.
    steps : int
        Steps in the grid.
    every : int or sequence of int
        Steps between measurements; or the steps after which to measure, rising.
    rewarded : bool
        Whether each right pick-up has a reward of 1; else the last one alone.
    limit : int
        Steps after which an episode ends without success.
    rate, explore, discount : float
        Of Q-learning: step size, probability of any option at all, discount of a step.
    seed : int
        Of all draws.

    Returns
    -------
    LearningCurves
        Shares of success of the greedy policy.

    Raises
    ------
    ValueError
        If an argument is out of range, or worlds, goals and options do not match.

    See Also
    --------
    GridTask : The same task for one agent of your own.

    Notes
    -----
    Q-learning over semi-Markov options. Steps inside an option count; the episodes that measure do
    not.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> world = sc.grid_world(seed=1)
    >>> options = [sc.options_of_things(world)]
    >>> curves = sc.learn_tasks([world], [[2, 8]], options, steps=2000, every=500)
    >>> curves.success[0, -1]
    np.float64(1.0)
    """
    wanted = np.asarray(goals)
    count = len(worlds)
    if count == 0 or wanted.ndim != 2 or len(wanted) != count or len(options) != count:
        raise ValueError(
            f"goals, options: expected one for each of {count} worlds, at least one, got shapes "
            f"{wanted.shape} and {len(options)}."
        )
    for world, row, one in zip(worlds, wanted, options, strict=True):
        if not np.isin(row, world.kinds).all():
            raise ValueError(f"goals: expected some of {world.kinds.tolist()}, got {row.tolist()}.")
        if one.action.shape[2] != world.count or world.count != worlds[0].count:
            raise ValueError(f"options: expected {worlds[0].count} cells, got another number.")
    times = _times(positive_int(steps, "steps"), every)
    agents = Agents(
        worlds, wanted, options, rewarded=rewarded, limit=positive_int(limit, "limit"),
        rng=np.random.default_rng(as_seed(seed)),
    )  # fmt: skip
    fade = probability(discount, "discount")
    learn = positive(rate, "rate"), probability(explore, "explore"), fade
    found, all_agents = [], np.arange(count)
    learners = agents.walkers(all_agents)
    for more in np.diff(times, prepend=0):
        agents.run(learners, int(more), *learn)
        walkers = agents.walkers(all_agents.repeat(TRIALS))
        trials = agents.run(walkers, agents.limit, 0.0, 0.0, fade)
        found.append(trials.reshape(count, TRIALS).mean(1))
    return LearningCurves(times, np.array(found).T)


def _times(total: int, every: int | Sequence[int]) -> Ints:
    """Steps after which success is measured."""
    if isinstance(every, (int, np.integer)):
        between = min(positive_int(int(every), "every"), total)
        return np.arange(between, total + 1, between)
    found = np.asarray(every, np.intp)
    if found.size == 0 or found[0] < 1 or found[-1] > total or (np.diff(found) <= 0).any():
        raise ValueError(f"every: expected rising steps from 1 to {total}, got {every}.")
    return found
