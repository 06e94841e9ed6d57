"""Sets of options: what to do in each cell, and when to stop.

An option has a probability of each action, and of stopping after it, by its phase and the cell. A
skill of the exact model has one phase, and depends on the cell alone; a piece of a tokenizer is a
list of actions, a phase each, and never looks where it is. Both are one table here, and the five
actions themselves come first, as options of one step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workedpapers.checks import Floats
from workedpapers.skill_compression.episodes.grid import ACTIONS, PICK, GridWorld
from workedpapers.skill_compression.measures.pieces import TokenizerSkills
from workedpapers.skill_compression.segments.families import Categorical, Emission
from workedpapers.skill_compression.segments.model import SegmentModel

__all__ = [
    "OptionSet",
    "actions_alone",
    "options_of_model",
    "options_of_pieces",
    "options_of_things",
]

#: Least share of the segments for a skill to become an option.
USED = 0.01


@dataclass(frozen=True)
class OptionSet:
    """Options that an agent may choose from, the five actions first.

    Parameters
    ----------
    action : ndarray
        Probability of each action, of shape (options, phases, cells, 5).
    stop : ndarray
        Probability that the option ends with the step, of shape (options, phases, cells).
    longest : int
        Steps after which every option ends.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> sc.options_of_things(sc.grid_world(seed=1)).count
    9
    """

    action: Floats
    stop: Floats
    longest: int

    @property
    def count(self) -> int:
        """Number of options, the five actions included."""
        return len(self.action)


def _with_actions(action: Floats, stop: Floats, longest: int) -> OptionSet:
    """Put the five actions before some options."""
    _, phases, cells, kinds = action.shape
    single = np.broadcast_to(np.eye(kinds)[:, None, None], (kinds, phases, cells, kinds))
    ends = np.ones((kinds, phases, cells))
    return OptionSet(np.concatenate([single, action]), np.concatenate([ends, stop]), longest)


def actions_alone(world: GridWorld) -> OptionSet:
    """No option but the five actions.

    Parameters
    ----------
    world : GridWorld
        The grid.

    Returns
    -------
    OptionSet
        Five options of one step.

    See Also
    --------
    options_of_things : The other end: options that are the truth.

    Notes
    -----
    An option of one step is an action.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> sc.actions_alone(sc.grid_world(seed=1)).count
    5
    """
    count, kinds = world.count, len(ACTIONS)
    return _with_actions(np.zeros((0, 1, count, kinds)), np.zeros((0, 1, count)), 1)


def options_of_things(world: GridWorld) -> OptionSet:
    """Go to the nearest thing of a kind and pick it up, an option for each kind.

    Parameters
    ----------
    world : GridWorld
        The grid.

    Returns
    -------
    OptionSet
        The actions, then the ways of the planner.

    See Also
    --------
    options_of_model : What was learned from demonstrations.

    Notes
    -----
    What a method would have to find to be as good as the truth.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> world = sc.grid_world(seed=1)
    >>> sc.options_of_things(world).count - 5 == len(world.kinds)
    True
    """
    action = np.eye(len(ACTIONS))[world.ways][:, None]
    stop = (world.ways == PICK).astype(float)[:, None]
    return _with_actions(action, stop, world.count)


def options_of_model(model: SegmentModel) -> OptionSet:
    """Skills of a fitted model as options.

    Parameters
    ----------
    model : SegmentModel
        Fitted with emission "option" and five actions.

    Returns
    -------
    OptionSet
        The actions, then each skill with more than 1% of the segments.

    Raises
    ------
    ValueError
        If the model has another emission or is not fitted.

    See Also
    --------
    options_of_pieces : The same from a tokenizer.

    Notes
    -----
    The policy and the ends of emission "option", as EM left them. The published code keeps all
    skills of its grid; here one must have 1% of the segments.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> seen = sc.grid_demonstrations(sc.grid_world(seed=1), episodes=30, seed=0)
    >>> model = sc.SegmentModel(3, 12, 0.1, "option", n_actions=5, max_iter=5)
    >>> sc.options_of_model(model.fit(seen.observations)).action.shape[1:]
    (1, 64, 5)
    """
    family = getattr(model, "family_", None)
    if not isinstance(family, Categorical) or family.emission is not Emission.OPTION:
        raise ValueError("model: expected a fitted one with emission 'option', got another.")
    skills = model.skills_
    table = skills.table[skills.share > USED]
    cut = family.contexts * family.symbols
    action = table[:, :cut].reshape(len(table), 1, family.contexts, family.symbols)
    stop = table[:, cut:].reshape(len(table), 1, family.contexts, 2)[..., 1]
    return _with_actions(action, stop, family.longest)


def options_of_pieces(pieces: TokenizerSkills, world: GridWorld) -> OptionSet:
    """Pieces of a tokenizer as options: lists of actions, carried out whatever the cell.

    Parameters
    ----------
    pieces : TokenizerSkills
        From `tokenizer_baseline` on the actions of demonstrations.
    world : GridWorld
        The grid.

    Returns
    -------
    OptionSet
        The actions, then each piece of at least two actions and with more than 1% of the segments.

    See Also
    --------
    options_of_model : Options that look where they are.

    Notes
    -----
    Pieces as options are known as subwords as skills; they are open loops.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> world = sc.grid_world(seed=1)
    >>> seen = sc.grid_demonstrations(world, episodes=50, seed=0)
    >>> found = sc.tokenizer_baseline(seen.actions, kind="bpe", vocabulary=12)
    >>> sc.options_of_pieces(found, world).action.shape[2:]
    (64, 5)
    """
    lists = [one for one, share in pieces.pieces.items() if len(one) > 1 and share > USED]
    longest = max([1, *map(len, lists)])
    kinds = len(ACTIONS)
    action = np.full((len(lists), longest, world.count, kinds), 1 / kinds)
    stop = np.ones((len(lists), longest, world.count))
    for number, one in enumerate(lists):
        action[number, : len(one)] = np.eye(kinds)[list(one)][:, None]
        stop[number, : len(one) - 1] = 0.0
    return _with_actions(action, stop, longest)
