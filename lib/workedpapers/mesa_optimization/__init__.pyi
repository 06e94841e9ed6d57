from .bandits.agents import BanditAgents as BanditAgents
from .bandits.agents import train_bandit_agents as train_bandit_agents
from .bandits.exact_values import (
    BanditRule as BanditRule,
)
from .bandits.exact_values import (
    bandit_rule_value as bandit_rule_value,
)
from .bandits.exact_values import (
    bayes_bandit_value as bayes_bandit_value,
)
from .bandits.tree import bandit_agent_value as bandit_agent_value
from .cleaning.inference import objective_posterior as objective_posterior
from .cleaning.planners import (
    Objective as Objective,
)
from .cleaning.planners import (
    RoomWalk as RoomWalk,
)
from .cleaning.planners import (
    plan_in_room as plan_in_room,
)
from .cleaning.planners import (
    pseudo_alignment_table as pseudo_alignment_table,
)
from .cleaning.room import Shift as Shift
from .coin_world.levels import Levels as Levels
from .coin_world.levels import coin_levels as coin_levels
from .coin_world.outcomes import coin_outcomes as coin_outcomes
from .coin_world.outcomes import coin_walks as coin_walks
from .coin_world.training import CoinAgents as CoinAgents
from .coin_world.training import train_coin_agents as train_coin_agents
from .deception.absent import (
    AbsentMinded as AbsentMinded,
)
from .deception.absent import (
    absent_minded as absent_minded,
)
from .deception.absent import (
    absent_minded_value as absent_minded_value,
)
from .deception.conditions import deception_conditions as deception_conditions
from .deception.episodes import (
    Deception as Deception,
)
from .deception.episodes import (
    Plan as Plan,
)
from .deception.episodes import (
    deception_optimal as deception_optimal,
)
from .power.envelope import MazeEnvelope as MazeEnvelope
from .power.envelope import maze_envelope as maze_envelope
from .power.mazes import Maze as Maze
from .power.mazes import random_mazes as random_mazes
from .power.split import PowerSplit as PowerSplit
from .power.split import optimal_runtime_power as optimal_runtime_power
from .regression.agreement import Agreement as Agreement
from .regression.agreement import compare_with_gd as compare_with_gd
from .regression.attention import (
    LinearAttention as LinearAttention,
)
from .regression.attention import (
    train_linear_attention as train_linear_attention,
)
from .regression.moments import Inputs as Inputs
from .regression.stacks import (
    AttentionStack as AttentionStack,
)
from .regression.stacks import (
    steps_loss as steps_loss,
)
from .regression.stacks import (
    train_attention_stack as train_attention_stack,
)
from .regression.theory import (
    StepTheory as StepTheory,
)
from .regression.theory import (
    gd_theory as gd_theory,
)
from .regression.theory import (
    layer_loss as layer_loss,
)
from .regression.theory import (
    optimal_layer as optimal_layer,
)
from .regression.theory import (
    plain_step as plain_step,
)

__all__ = [
    "AbsentMinded",
    "Agreement",
    "AttentionStack",
    "BanditAgents",
    "BanditRule",
    "CoinAgents",
    "Deception",
    "Inputs",
    "Levels",
    "LinearAttention",
    "Maze",
    "MazeEnvelope",
    "Objective",
    "Plan",
    "PowerSplit",
    "RoomWalk",
    "Shift",
    "StepTheory",
    "absent_minded",
    "absent_minded_value",
    "bandit_agent_value",
    "bandit_rule_value",
    "bayes_bandit_value",
    "coin_levels",
    "coin_outcomes",
    "coin_walks",
    "compare_with_gd",
    "deception_conditions",
    "deception_optimal",
    "gd_theory",
    "layer_loss",
    "maze_envelope",
    "objective_posterior",
    "optimal_layer",
    "optimal_runtime_power",
    "plain_step",
    "plan_in_room",
    "pseudo_alignment_table",
    "random_mazes",
    "steps_loss",
    "train_attention_stack",
    "train_bandit_agents",
    "train_coin_agents",
    "train_linear_attention",
]
