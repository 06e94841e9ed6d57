# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # When does a learned model optimise, and for what?
#
# **If training finds a model that itself searches for good answers, good by which measure are
# they?**
#
# Training is a search. What it finds may be a table of answers, or it may be a search of its own.
# {cite:t}`hubinger2019` thought this through and gave the cases names. Their paper is conceptual:
# definitions, two formulas, one worked example, and no experiment. This chapter takes its sentences
# one by one and builds the smallest thing that can be measured for each. **The sentences are the
# paper's. The mazes, rooms, grids, agents and planners are ours**, and so is what they show.
#
# In the paper's words, the {term}`base optimiser` is what trains, by its {term}`base objective`. A
# learned model that is itself an optimiser is a {term}`mesa-optimiser`, and what it optimises is its
# {term}`mesa-objective`. {term}`Outer alignment <outer alignment>` asks whether the first objective is what people
# want; {term}`inner alignment` whether the second is the first. Where both agree on every input there
# is {term}`robust alignment`; where they agree in training only, {term}`pseudo-alignment`; and where
# a model agrees in order to be left alone, {term}`deceptive alignment`.
#
# :::{div} wp-box
# **You will be able to** say when it pays to build a search in place of a table; open a model that
# has learned to optimise and read its step off its weights; tell an agent that learns from one that
# remembers; build objectives that no training return can tell apart; and compute when it pays to look
# aligned.
#
# **You should know** gradient descent, covariance, and dynamic programming by name. Words in bold are
# in the [](glossary.md).
#
# **Time**: 25 minutes to read, a minute to run.
# :::
#
# ## The idea in one figure
#
# Training has 100 bits to spend on $N$ instances, each of which needs an answer of its own. It can
# spend them on the answers. Or it can spend them on a program that finds answers when it runs. In
# {ref}`fig-mesa-power` raise the number of instances, slowly.

# %% tags=["hide-input", "slide"] label="fig-mesa-power"
from workedpapers.mesa_optimization.chapter import figures

power = figures.power_explorer()
power

# %% [markdown]
# With few instances the best split, the square, is at the left: store the answers. With a
# linear cost it jumps to the other end when $N$ passes the cost:
# {set}`a hundred instances <power instances=100 shape=linear>` are best served by a search. With
# {set}`a quadratic cost <power instances=100 shape=quadratic>` it moves there step by step.
#
# (mesa-ten-lines)=
# ## The idea in ten lines
#
# The paper's formula, in its section 2.1, is short. An optimiser that finds $x$ bits at run time
# costs $f(x)$ bits of training to build. The rest is shared out among $N$ policies:
#
# $$x^* = \arg\max_x\; \frac{P - f(x)}{N} + x, \qquad f(x) \le P .$$ (mesa-split)
#
# (Some accounts of the paper print $P - N f(x)$. That is another formula: the optimiser is built
# once.) On a grid this is:

# %% tags=["slide"]
import numpy as np


def best_split(P, N, cost):
    """Bits of optimisation at run time that serve N instances best."""
    x = np.linspace(0, 200, 200_001)
    affordable = cost(x) <= P
    gain = np.where(affordable, (P - cost(x)) / N + x, -np.inf)
    return x[gain.argmax()]


# %% [markdown]
# Where the cost is smooth the derivative vanishes at $f'(x) = N$. So for $f = cx$ everything goes to
# run time or nothing does, and the switch is at $N = c$. For $f = cx^2$ the best is $\min(N/2c,
# \sqrt{P/c})$. For $c = 2$ we expect 0 and 50 bits on either side of $N = 2$, and for the square 5
# bits at $N = 20$.

# %% tags=["headline"]
from workedpapers import mesa_optimization as mesa

for N in (1.9, 2.1):
    split = mesa.optimal_runtime_power(P=100.0, N=N, cost=lambda x: 2 * x)
    by_hand = best_split(100.0, N, lambda x: 2 * x)
    assert abs(split.run_time - by_hand) < 1e-3
    print(f"cost 2x,   N = {N}: {split.run_time:4.1f} bits at run time")
split = mesa.optimal_runtime_power(P=100.0, N=20, cost=lambda x: 2 * x**2)
assert abs(split.run_time - best_split(100.0, 20, lambda x: 2 * x**2)) < 1e-3
print(f"cost 2x^2, N = 20:  {split.run_time:4.1f} bits at run time")

# %% [markdown]
# As predicted; and the grid and the library's solver agree. The formula itself cannot be wrong, it
# is a definition. Whether anything out there obeys it is another question.
#
# (mesa-mazes)=
# ## Where does optimisation power go?
#
# Take random mazes of 9 by 9 cells, with start and goal far apart. A *table* holds the moves for
# each. A *search* (breadth first) needs no table. Between them are programs with a rule of thumb: do
# not turn back; prefer moves towards the goal. A program makes some moves likely, and a table adds
# what is missing: minus the logarithm of the probability that the program alone walks *some*
# shortest path, in bits, computed exactly. The length of a program is that of its compressed text.
# All of this is our model of the paper's sentence, and the measure of length is a choice: with
# another one the switches move.

# %% tags=["slide"] label="tab-mesa-programs"
from workedpapers.mesa_optimization.chapter import claims
from workedpapers.tables import show_table

found = claims.envelope()  # mesa.maze_envelope(mazes=400, size=9, seed=1)
show_table(
    found.programs.rename(columns={"run_time": "found"}),
    caption="Programs for mazes: bits of code beyond the table's, bits that "
    "each leaves to a table for one maze, and bits that it finds at run time.",
    alt="The table leaves most bits and needs no code; the search leaves "
    "none and needs "
    "the most code.",
    units={"code": "bits", "left": "bits", "found": "bits"},
    digits={"code": 0, "left": 2, "found": 2},
)

# %% [markdown]
# The search finds all of the table's bits at run time; the cheapest rule, not to turn back, finds
# half of them. One rule is worse than another that costs less, so it should never be used. To solve
# $N$ mazes takes the code once and the table $N$ times. That the crossing of table and search lies at
# code over bits is an identity, and proves nothing. What can fail is the *envelope*: the bits
# measured on 400 mazes predict which program is the shortest for other mazes, and from which number
# on.

# %% tags=["headline", "slide"] label="tab-mesa-switches"
show_table(
    found.switches,
    caption="From how many mazes on each program is the shortest: predicted "
    "from 400 mazes, measured on 400 fresh ones.",
    alt="Predicted and measured numbers are within a tenth of each other.",
)

# %% tags=["hide-input"] label="fig-mesa-envelope"
figures.envelope_figure(found)

# %% [markdown]
# The switches come where the formula says, within 7 in 100. Note in {ref}`fig-mesa-envelope` who wins
# in the middle: search is not the next step after a table. Cheap heuristics hold two orders of
# magnitude of $N$ before search pays. *What this does not show*: that gradient descent finds the
# shortest program. It prices programs, as the paper does, and trains none.
#
# (mesa-opened)=
# ## A learned optimiser that can be opened
#
# Is there a trained model that provably optimises? The cleanest known case is a layer of
# {term}`linear attention` that is trained on {term}`in-context learning`
# {cite:p}`vonoswald2023`. A task draws weights $w \sim N(0, I)$ and ten inputs $x_i$, each entry
# uniform on an interval of length 1 about 0. The model sees the pairs $(x_i, w \cdot x_i)$ and an
# eleventh input, and must predict its output. Its own parameters are fixed: what it learns of $w$, it
# learns while it runs.
#
# A linear layer can only multiply sums over examples. With $g = \sum_i y_i x_i$ it can predict
# $g^\top Q x$, and $g$ is, up to the sign, the gradient of the squared error at zero. *So $Q =
# (\eta/N) I$ is one step of gradient descent of length $\eta$.* The best step can be computed: with
# $s$ and $m$ the second and fourth moment of an input,
#
# $$\eta^* = \frac{ds}{A}, \quad L^* = \tfrac12\Big(ds - \frac{(ds^2)^2}{sA}\Big), \quad
#   A = \frac{dm + d(d-1)s^2}{N} + \Big(1 - \frac1N\Big) ds^2 .$$ (mesa-step)
#
# For $d = N = 10$ that is a step of 6.0606, so that the diagonal of $Q$ is 0.60606, and a loss of
# 0.206229, half of what a prediction of zero has. Does training find it? Nothing asks for it: four
# matrices of 11 by 11 numbers begin at random.
#
# There are two ways to train. Everybody samples tasks. But the loss over *all* tasks is a polynomial
# in the weights whose coefficients are moments of $x$ and $w$, so it can be trained on **exactly**,
# without a single task.

# %% tags=["headline", "slide"]
best = mesa.gd_theory(dim=10, n_context=10, input_range=1.0)
exact = claims.exact_fit()  # mesa.train_linear_attention(steps=1000, exact=True)
sampled = claims.sampled_fit()  # the same with exact=False: 2,048 tasks a step
print(f"theory            loss {best.loss:.6f}   diagonal {best.eta / 10:.4f}")
for name, fit in (("exact", exact), ("sampled", sampled)):
    diagonal = np.diag(fit.matrix)
    print(
        f"{name + ' training':17} loss {fit.loss:.6f}   "
        f"diagonal {diagonal.mean():.4f}"
    )

# %% tags=["hide-input", "slide"] label="fig-mesa-matrix"
figures.matrix_figure(exact, sampled, best.eta / 10)

# %% [markdown]
# Exact training reaches the closed form to six digits. The sampled run ends within two parts in a
# thousand of it; what is left is the noise of its tasks, which {ref}`fig-mesa-matrix` shows in the
# last picture. How alike are the two as *algorithms*? Three
# measures of {cite:t}`vonoswald2023` compare, on 10,000 fresh tasks, losses, predictions, and the
# gradients of the predictions by the query.

# %%
import pandas as pd

rows = {
    "constructed step": mesa.compare_with_gd(sampled, blend=0.0),
    "half way": mesa.compare_with_gd(sampled, blend=0.5),
    "trained on samples": mesa.compare_with_gd(sampled),
    "trained exactly": mesa.compare_with_gd(exact),
}
alike = pd.DataFrame(rows.values(), index=pd.Index(rows, name="layer"))
alike.columns = [
    "loss",
    "loss of the step",
    "predictions apart",
    "gradients apart",
    "cosine of gradients",
]
show_table(
    alike,
    caption="Layers beside the best step of gradient descent, on the same "
    "10,000 tasks.",
    alt="All losses are equal to three digits and all cosines above 0.999.",
    digits=dict.fromkeys(alike.columns, 4) | {"cosine of gradients": 5},
)

# %% [markdown]
# Half way between the constructed and the trained weights is as good as either: they are one
# solution, not two that happen to score alike. In {ref}`fig-mesa-attention` drag across the second
# picture from one to the other, then change the tasks under a layer that no longer changes.

# %% tags=["hide-input", "slide"] label="fig-mesa-attention"
attention = figures.attention_explorer()
attention

# %% [markdown]
# Whatever you do to inputs that are alike, the dots stay on the diagonal. A layer trained on
# {set}`variances that are 25 times apart <attention spread=25>` leaves it, and its loss is lower than
# the step's: more on that {ref}`below <mesa-unequal>`. A model that copied answers
# would leave it at once. If it is the algorithm that was learned, it must also *fail* where the
# algorithm fails: a step of fixed length overshoots when inputs are larger than in training.

# %% tags=["hide-input"] label="fig-mesa-scale"
scales = np.linspace(0.5, 2, 13)
outside = [
    mesa.compare_with_gd(sampled, tasks=4000, scale=float(c)) for c in scales
]
figures.scale_figure(pd.DataFrame(outside).assign(scale=scales))

# %% [markdown]
# It does, along the same curve. From a scale of about 1.4 on both are worse than no step at all, the
# dotted line.
#
# An ablation: let all tasks share one direction, so that $w = z\,u$ with one $u$ for ever. Then
# there is something to *remember*, and the best layer remembers it.

# %%
u = np.ones((10, 1)) / np.sqrt(10)
cov = np.eye(10) / 12
shared = {"weights": 10 * u @ u.T}  # as much variance as ten free weights
kept = mesa.optimal_layer(cov, 10, inputs="uniform", **shared)
print("matrix of rank", np.linalg.matrix_rank(kept, tol=1e-8))
plain_matrix = best.eta / 10 * np.eye(10)
for name, q in (("this matrix", kept), ("the best plain step", plain_matrix)):
    own = mesa.layer_loss(q, cov, 10, inputs="uniform", **shared)
    other = mesa.layer_loss(q, cov, 10, inputs="uniform")
    print(f"{name:20} own tasks {own:.3f}   tasks of any w {other:.3f}")
zero = best.zero_loss
print(f"{'zero':20} own tasks {zero:.3f}   tasks of any w {zero:.3f}")

# %% [markdown]
# On its own tasks it does far better than the step, and on others hardly better than a prediction of
# zero. Its matrix has rank 1: it asks the examples for one number. Whether
# training yields an optimiser or a memory is decided by the tasks.
#
# (mesa-layers)=
# ### Several layers, several steps
#
# A layer whose output is read by the next can go on where that one stopped: with the weights of one
# step in each of $K$ layers, the stack is $K$ steps of gradient descent. Is this what training finds?
# {cite:t}`vonoswald2023` say: it finds something better, which they call GD++. Between two steps it
# also replaces each input $x$ by $x - \gamma X^\top X x$, so that directions in which inputs are large
# shrink and the next step can be longer. We train stacks of one to three layers that share their
# weights, from three seeds, and expect losses below those of as many plain steps.

# %% tags=["headline", "slide"] label="tab-mesa-layers"
stacks = claims.stacks()
show_table(
    stacks,
    caption="Loss of as many steps of gradient descent as there are layers, of as "
    "many steps of GD++, both with the best numbers, and of trained layers: mean "
    "and range of three seeds.",
    alt="From two layers on the trained ones are below plain steps and close to "
    "those of GD++.",
    digits=4,
)

# %% [markdown]
# One layer is one step. Two and three layers are well below two and three plain steps, and come near
# GD++, which has two numbers where the stack has 242. They have not reached it after 4,000
# steps of training. So "as many layers as steps" holds for what such layers *can* do; what they learn is
# not plain gradient descent.
#
# (mesa-unequal)=
# ### Where it breaks: inputs that are not alike
#
# "Attention is a step of gradient descent" is often repeated without its premise: that inputs are
# alike in all directions. Let them be Gaussian with covariance $S$. Then $E\,gg^\top = N[(\operatorname{tr}
# S) S + (N+1) S^2]$ and $E\,g w^\top = N S$, and the best matrix is
#
# $$Q^* = \big((N + 1) S + (\operatorname{tr} S)\, I\big)^{-1} .$$ (mesa-preconditioned)
#
# It shortens the step in directions where inputs vary much. That is *preconditioned* gradient
# descent {cite:p}`ahn2023,mahankali2024`. With variances from 0.02 to 0.5 we expect training to find
# this matrix, and to beat the best plain step.

# %% tags=["slide"] label="tab-mesa-unequal"
distance = claims.preconditioned()["distance"]
print(f"learned matrix, relative distance from the closed form: {distance}")
show_table(
    claims.plain_and_best(),
    caption="Exact loss for Gaussian inputs with variances from 0.02 to 0.5.",
    alt="The trained layer has the loss of the closed form, below that of a "
    "plain step.",
    digits=4,
)

# %% [markdown]
# The layer has the loss of the closed form, nine in a hundred below that of the best plain step. *What this
# section does not show*: that anything is misaligned. This mesa-optimiser minimises just the loss
# that it was trained on. Learned optimisation is a precondition of the paper's worry and not an
# instance of it. And the argument worked because the model has a closed form; nobody can open a
# large network like this.
#
# (mesa-bandit)=
# ## A learned reinforcement learner
#
# Two arms pay with unknown chances, each drawn uniformly, and there are ten pulls. A recurrent
# network of 16 cells sees its last choice and whether it paid. Its weights are fixed in an episode, so
# whatever it learns about the arms is in its memory: a reinforcement learner that was found by
# reinforcement learning {cite:p}`duan2016`.
#
# How good is it? The best rule can be computed by dynamic programming, and is worth 6.021786. The
# usual yardsticks are useless here, since the *myopic* rule, which takes the arm with the larger
# posterior mean and never explores, is within 0.02 of it. So that is the bar. And the agent need not be
# simulated: if it takes the likelier arm, all that can happen is a tree with two branches a pull, and
# its value is **exact**.

# %% tags=["slide"] label="tab-mesa-rules"
rules = {
    "best (dynamic programming)": mesa.bayes_bandit_value,
    **{
        rule.value: (lambda pulls, r=rule: mesa.bandit_rule_value(r, pulls=pulls))
        for rule in mesa.BanditRule
    },
}
show_table(
    pd.DataFrame(
        {
            f"{pulls} pulls": [value(pulls=pulls) for value in rules.values()]
            for pulls in (10, 20, 30)
        },
        index=pd.Index(rules, name="rule"),
    ),
    caption="Exact expected number of payments of rules for two arms.",
    alt="The greedy rule is close to the best at 10 pulls and falls behind at 30.",
    digits=4,
)

# %% tags=["headline"]
from dataclasses import replace

agents = claims.bandit_agents()  # mesa.train_bandit_agents(seeds=[0, 1, 2, 3, 4])
values = mesa.bandit_agent_value(agents)
print("above the greedy rule:", int((values > 6.0058).sum()), "of", len(values))

# %%
one = replace(
    agents, parameters=[p[:1] for p in agents.parameters], seeds=agents.seeds[:1]
)
print(f"mean over seeds            {values.mean():.4f} of 6.0218")
for name, sampled_arm in (("likelier arm", False), ("drawn arm", True)):
    value = mesa.bandit_agent_value(one, sampled=sampled_arm)[0]
    print(f"first agent, {name:12} {value:.4f}")

# %% [markdown]
# All five agents are above the bar, so all of them explore. Which policy is scored matters as much as
# the training: the same agent is below the bar if its arms are *drawn* from its policy. With more
# pulls exploring pays more: in {ref}`tab-mesa-rules` the greedy rule loses 0.02 at ten pulls and 0.14 at thirty.
# Our reward in training is the chance of the arm that was taken, less the mean of both, which the
# simulator knows: the same mean gradient with less noise.
#
# (mesa-diversity)=
# ### From remembering to learning
#
# Now train on a fixed list of $N$ bandits, each shown with a cue: 16 random signs that tell which one
# it is. A look-up is worth up to 6.67 on the list and 5 elsewhere. A learner ignores the cue and is
# worth 6.02 everywhere. Without a cue the question cannot be asked: a memoriser of eight bandits has
# to find out which one it is in, and is nearly a learner. The formula of the first section says that
# few tasks favour the table. When does it tip?

# %% tags=["hide-input", "slide"] label="fig-mesa-diversity"
figures.diversity_figure()

# %% label="tab-mesa-diversity"
from workedpapers.mesa_optimization.chapter.diversity_study import load_diversity

fresh = load_diversity().groupby("tasks")["fresh"].agg(["mean", "min", "max"])
show_table(
    fresh.rename_axis("training tasks"),
    caption="Exact value on fresh tasks with fresh cues, five seeds for each "
    "number "
    "of training tasks: mean and range.",
    alt="It stays near 5 up to 256 tasks and approaches 6 from 1,024 on.",
    digits=2,
)

# %% [markdown]
# Up to 256 tasks agents are worth hardly more than chance on fresh ones; from 1,024 on they are
# learners, and between the two every seed is above every seed of the step before. Where exactly it tips
# depends on the size of the network and the length of training, which were fixed before. These runs
# take minutes, so they are stored, and a test makes a part again. *What this does not show*: what the
# agents want. Memoriser and learner are trained for the same payments, and want them.
#
# (mesa-pseudo)=
# ## Four ways to be wrong and look right
#
# The paper's section 3.2 sorts pseudo-alignment by its cause. We build one room for all of it: three
# by three cells, dust on some, a robot with brush and vacuum. The designer wants clean cells. Five
# planners, **constructed and not learned**, want different things, after the paper's examples:
#
# - *aligned*: clean cells.
# - *side-effect* proxy: strokes of the brush. Cleaning is a side effect of them.
# - *instrumental* proxy: dust taken in. Cleaning is a means to it.
# - *approximate*: clean cells, in a model of the room that lacks the middle.
# - *suboptimality*: less stuff in the world. It cleans because it believes, wrongly, that swept dust
#   vanishes.
#
# In training a sensor lets the brush run on dust only, the vacuum stays shut, and the middle is
# clean. Then all five rewards agree on every step that can happen. So the five returns must be equal,
# whatever the room; and each shift should break some planners and not others.

# %% tags=["headline", "slide"] label="tab-mesa-pseudo"
show_table(
    mesa.pseudo_alignment_table(),
    caption="What five constructed planners are worth to the designer: "
    "discounted cells "
    "cleaned, in training and under four shifts.",
    alt="All are equal in training; each wrong objective loses under at "
    "least one shift.",
    digits=2,
)

# %% [markdown]
# Training returns are equal, and no amount of training data could change that. The shifts act like
# reagents. A broken sensor gives away the brush: it scrubs one clean cell for ever. A vacuum that
# opens gives away whoever gains by sweeping the same dust twice. And the last column is the
# unsettling one: *nothing in the room has changed*, the planner has only learned what becomes of dust.
# It gets worse by getting wiser.
#
# Can behaviour tell us the objective? The paper's {term}`behavioural objective` is what perfect
# {term}`inverse reinforcement learning` would recover. Among our five candidates that is Bayes' rule.

# %% label="tab-mesa-inverse"
posterior = pd.DataFrame(
    {
        shift.value: mesa.objective_posterior("side-effect", shift=shift)
        for shift in (mesa.Shift.TRAINING, mesa.Shift.VACUUM, mesa.Shift.SENSOR)
    }
)
show_table(
    posterior.rename_axis("objective"),
    caption="Probability of each objective, given one walk of the robot that "
    "counts "
    "strokes.",
    alt="In training all five have one fifth; with a broken sensor it is "
    "found out.",
    digits=2,
)

# %% [markdown]
# In training the walk says nothing: one fifth each. With the vacuum open it rules out two; with
# the sensor broken one is left. *What this does not show*: that training makes such planners.
#
# (mesa-coin)=
# ## Trained, and after the wrong thing
#
# The best-known trained example is CoinRun with a moved coin {cite:p}`langosco2022`: agents that were
# trained with the coin always at the end of the level run to the end, past the coin. We cannot run
# their games, which took 200 million steps. Our world is a grid of five by five cells with walls. The
# coin lies in the lower right corner, except in a share of the training levels, 0, 1, 2, 3 or 10%,
# where it lies anywhere. Agents see nine by nine cells around themselves and train by proximal policy
# optimisation for 76,800 steps, 20 seeds for each share. Watch some of them walk *fresh* levels with
# the coin moved:

# %% tags=["hide-input", "slide"] label="fig-mesa-walks"
coin = figures.coin_explorer()
coin

# %% [markdown]
# Two precautions matter more than the algorithm. On test levels the coin must lie off every shortest
# way to the corner, or a third of the coins are picked up in passing. And there are **three**
# outcomes: an agent that no longer runs to the corner need not go to the coin. Here are a few agents,
# trained on the spot, before the full sweep. If the paper is right, both kinds are capable on usual
# levels, and those that never saw a moved coin pass it by.

# %%
levels = mesa.coin_levels(1000, seed=999, apart=True)
trained = pd.concat(
    [
        mesa.coin_outcomes(mesa.train_coin_agents(share, seeds=[0, 1]), levels)
        for share in (0.0, 0.10)
    ]
)
show_table(
    trained.set_index(["share", "seed"]),
    caption="Four agents: shares of levels. Usual: coin found where it always was. "
    "Then what is met first when it has moved; unseen: the coin, when it is not "
    "shown; preference for it over a cell that is never shown.",
    alt="All are good on usual levels; only those trained with moved coins "
    "go to them.",
    units=dict.fromkeys(trained.columns.drop(["share", "seed"]), "%"),
    digits=0,
)

# %% tags=["hide-input", "slide"] label="fig-mesa-coin"
figures.coin_figure()

# %% tags=["headline"] label="tab-mesa-coin"
from workedpapers.mesa_optimization.chapter.coin_study import by_share

columns = ["usual", "coin", "corner", "neither", "preference"]
sweep = pd.DataFrame({name: by_share(name)["mean"] for name in columns})
sweep.index = pd.Index(["0%", "1%", "2%", "3%", "10%"], name="coins moved")
show_table(
    sweep,
    caption="Means over 20 agents: usual levels, then what is met first when "
    "the coin "
    "has moved, and preference for the coin over a cell that is never shown.",
    alt="The coin rises from 1 to 77%, the corner falls from 97 to 3%.",
    units=dict.fromkeys(columns, "%"),
    digits=0,
)

# %% [markdown]
# On usual levels nobody can tell these agents apart: all find the coin in 98 or 99 of a hundred. With
# no moved coin in training, 97 in a hundred test walks go to the empty corner. With 10% it is 3, and 77
# go to the coin. In between the outcomes part: at 3% agents go to the corner in only half of the
# levels, but to the coin in 13 of a hundred. *They have unlearned the proxy before they learned the
# goal.* The last column compares the coin with a cell that was drawn like it and never shown: an agent
# that does not care meets the coin first in 50 of a hundred. At 0% it is 56, so even these agents are
# drawn to the coin a little: to call them blind to it would be wrong.
#
# {cite:t}`langosco2022` found that 2% of moved coins already help a lot. Is that a property of the
# share? It depends on how long one trains.

# %% tags=["hide-input"] label="fig-mesa-length"
figures.length_figure()

# %% [markdown]
# The lines in {ref}`fig-mesa-length` rise with training for every share but 0: "how many
# counterexamples does it take" has no answer without a budget. Those who train on the published code
# of the games met the same: its scripts stop long before the paper's curve, and users ask why. The
# seeds differ so much that intervals must be taken over *agents*; pooling levels gives intervals that
# are several times too narrow. *What this does not show*: that these agents optimise anything inside.
# The behaviour is that of a pseudo-aligned agent; a network of 32 cells may well be a table of
# reflexes.
#
# (mesa-deception)=
# ## When is deception optimal?
#
# The paper's worked example has two episodes of training and three of deployment. An agent with an
# objective of its own gains 1 whenever it follows it, *defects*; but a defection in training gets it
# modified, and its objective never gains again. Defecting at once is worth 1. Cooperating until
# deployment is worth 3. Backwards over the episodes, with discount $\gamma$ and probability of
# detection $\delta$, which we add,
#
# $$V_t = \max\{1 + \gamma(1-\delta) V_{t-1},\; \gamma V_{t-1}\}, \qquad
#   V_0 = 1 + \gamma + \dots + \gamma^{k-1} .$$ (mesa-deceive)
#
# So it cooperates while $\gamma\delta V_{t-1} > 1$.

# %% tags=["hide-input", "slide"] label="fig-mesa-deception"
figures.deception_explorer()

# %% [markdown]
# With one deployment episode there is nothing to wait for. With three and no discount, it takes a
# probability of detection of more than a third. The paper names three conditions: the objective extends beyond the next modification; the
# agent knows that it is selected; and it expects the selection to end. Without the first or second,
# it says, the agent always defects, and without the third it does one thing for ever, *always or
# never*. Each condition is a number of the planner: $\gamma$, the believed $\delta$, the believed end.

# %% tags=["slide"] label="tab-mesa-conditions"
table = mesa.deception_conditions()
table["if cooperation is worth 0.2"] = mesa.deception_conditions(cooperation=0.2)[
    "reading"
]
show_table(
    table.drop(columns=["training", "deployment"]).rename(
        columns={"reading": "planner"}
    ),
    caption="The three conditions and what the planner does, with a discount "
    "of 0.95.",
    alt="It deceives only where all three hold; without an end it always or "
    "never "
    "defects.",
)

# %% [markdown]
# All eight rows come out. In the second one, where no end is expected, it is what cooperation is worth
# to the agent that decides between always and never; the border is at $1 - \gamma$.
#
# (mesa-absent)=
# ### An open discrepancy
#
# The paper adds a twist: the agent cannot tell which episode it is in, and so must defect with the
# same probability $p$ in all of them. It gives "about 0.61" as the best. With $q = 1 - p$, the agent
# gains 1 in training unless it never defects there, and then $p$ in each of $k$ episodes:
#
# $$E = 1 - q^T + k\,p\,q^T, \qquad p^* = 1 - \frac{T(k-1)}{(T+1)k} = \frac59
#   \quad\text{for } T = 2,\; k = 3 .$$ (mesa-absent-value)

# %% tags=["headline"]
free = mesa.absent_minded(training=2, deployment=3)
print(f"best {free.probability:.4f}, worth {free.value:.4f}")
print(f"0.61 is worth {mesa.absent_minded_value(0.61):.4f}")

# %% tags=["hide-input"] label="fig-mesa-absent"
figures.absent_figure()

# %% [markdown]
# We get five ninths, and a list of all outcomes in the tests agrees. No other small numbers of
# episodes give 0.61 either. Perhaps the authors had another rule in mind, so we report a discrepancy
# and not an error. Little hangs on it: 0.61 is worth within a hundredth of the best.
#
# *What this section does not show*: that any trained model deceives. A planner that is told of its
# training shows when deception would pay, and no more.
#
# (mesa-own-data)=
# ## On your own data
#
# Two functions take your numbers. If you know the covariance of your inputs, `optimal_layer` tells
# which step a linear layer will learn in context, and `layer_loss` what it gains over a plain one:

# %%
rng = np.random.default_rng(0)
mine = rng.normal(size=(500, 6)) @ rng.normal(size=(6, 6))  # put your inputs here
mine_cov = np.cov(mine, rowvar=False)
learned = mesa.optimal_layer(mine_cov, n_context=20, noise=0.5)
plain = mesa.plain_step(mine_cov, n_context=20, noise=0.5)
print(f"no step          {plain.zero_loss:.2f}")
print(f"best plain step  {plain.loss:.2f}")
print(f"learned step     {mesa.layer_loss(learned, mine_cov, 20, noise=0.5):.2f}")

# %% [markdown]
# Inputs that are correlated like these make the learned step much better than a plain one. And
# `optimal_runtime_power` takes any cost that you can write down, such as the parameters of a planner
# in place of those of a policy.
#
# ## At scale
#
# The exact loss needs all fourth moments, $(d+1)^4$ numbers; a sampled one needs tasks. Here is what
# a step costs.

# %% label="tab-mesa-cost"
import time


def seconds(dim, exact, steps):
    begin = time.process_time()
    mesa.train_linear_attention(dim=dim, n_context=dim, steps=steps, exact=exact)
    return time.process_time() - begin


def per_step(dim, exact):
    """Milliseconds of the processor for a step, without what is done once."""
    few, many = (2, 22) if dim > 10 or not exact else (50, 550)
    spent = seconds(dim, exact, many) - seconds(dim, exact, few)
    return 1000 * spent / (many - few)


costs = {
    name: [per_step(d, exact) for d in (5, 10, 20, 40)]
    for name, exact in (("exact", True), ("2,048 tasks", False))
}
show_table(
    pd.DataFrame(costs, index=pd.Index(["5", "10", "20", "40"], name="inputs d")),
    caption="Processor time of one step, on the machine that built this page.",
    alt="The exact step is far cheaper for few inputs, and its cost grows fastest.",
    units={"exact": "ms", "2,048 tasks": "ms"},
    digits=",.2g",
)

# %% [markdown]
# Up to some tens of inputs the exact step is cheaper and better. Beyond, sample, with torch or JAX
# on a GPU. For goals that misgeneralise the real games are the next step: `procgenAISC` with an IMPALA
# network takes 200 million steps and a GPU. Seeds are independent and go to an array job; here each
# agent has random numbers of its own, so it comes out the same wherever it is trained.
#
# ## What reproduced
#
# The sentences are the paper's; the settings are ours or those of the later papers that are named.
# One row did not reproduce, and one cannot be tested here.

# %% tags=["slide"]
from workedpapers.claims import table as claims_table

claims_table(
    claims.CLAIMS,
    chapter="mesa_optimization",
    paper="Risks from learned optimization in advanced machine learning systems",
)

# %% [markdown]
# ## Exercises
#
# Two questions that the figures answer, once you have: think first, then press the button.

# %% tags=["hide-input"]
from workedpapers.explore import Choose, Estimate, Pick, Quiz

power.ask(
    Quiz(
        "mesa-quiz-1",
        "Building a bit of optimiser costs 4 bits, linearly. With 3 "
        "instances no bit "
        "goes to run time. How many do with 5?",
        Estimate("run_time", within=2.5, unit="bits"),
        start={"instances": 3, "cost": 4, "shape": "linear"},
        reveal={"instances": 5},
        why="Above N = c everything goes to run time: 100 bits buy 25.",
    )
)

# %% tags=["hide-input"]
MET = {"coin": "The coin.", "corner": "The empty corner.", "neither": "Neither."}
coin.ask(
    Quiz(
        "mesa-quiz-2",
        "This agent never saw a moved coin. Does it want the coin? What does "
        "it meet "
        "first on this level?",
        Pick(list(MET.values()), right=Choose("first", MET)),
        start={"share": "0%", "agent": "agent 1", "level": "level 2", "step": 0},
        reveal={"step": 20},
        why="It goes where coins were and not to where the coin is. On its "
        "training "
        "levels that was the same.",
    )
)

# %% [markdown]
# ```{exercise-start}
# :label: mesa-1
# :level: read
# :minutes: 10
# ```
# In {ref}`fig-mesa-deception` set three deployment episodes and no discount, that is, a later episode
# worth 1. From which probability of detection on does the agent deceive if there is *one* training
# episode? Predict it from {eq}`mesa-deceive`, then drag the mark there.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} mesa-1
# :class: dropdown
# ```
# It cooperates if $\delta k > 1$, so above one third.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
for detection in (0.33, 0.34):
    planned = mesa.deception_optimal(training=1, deployment=3, detection=detection)
    print(f"detection {detection}: {planned.plan}")

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: mesa-2
# :level: compute
# :minutes: 20
# ```
# How much noise in the examples makes the best step half as long? Take ten inputs and ten examples
# with an input range of 1, and find the standard deviation of the noise.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} mesa-2
# :class: dropdown
# ```
# The noise enters $A$ as its variance over $N$ times $d\,s/s = d$: the step is $ds/(A + dv/N)$. It
# halves where $v = NA/d$.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
s, m = 1 / 12, 1 / 80
A = (10 * m + 90 * s**2) / 10 + 0.9 * 10 * s**2
noise = np.sqrt(A / s)
half = mesa.gd_theory(dim=10, n_context=10, noise=noise).eta
print(f"noise {noise:.3f}: step {half:.4f} in place of {best.eta:.4f}")

# %% tags=["remove-cell", "hidden-test"]
# Leave in
#   noise: standard deviation of the noise at which the best step is half as long
assert (
    abs(mesa.gd_theory(dim=10, n_context=10, noise=noise).eta - best.eta / 2) < 0.01
)

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: mesa-3
# :level: derive
# :minutes: 30
# ```
# Derive $p^*$ of {eq}`mesa-absent-value`. Which $T$ and $k$ would give 0.61 if they need not be whole
# numbers of episodes? Find $k$ for $T = 2$.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} mesa-3
# :class: dropdown
# ```
# With $E = 1 + q^T(kp - 1)$ and $p = 1 - q$, $E' = 0$ gives $T(k - 1) = (T+1)kq$. For $T = 2$ and
# $p = 0.61$ this is $2(k-1) = 3 \cdot 0.39\, k$.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
episodes = 2 / (2 - 3 * 0.39)
print(f"k = {episodes:.2f} deployment episodes would give 0.61")

# %% tags=["remove-cell", "hidden-test"]
# Leave in
#   episodes: the number k of deployment episodes that gives 0.61 for T = 2
assert abs(1 - 2 * (episodes - 1) / (3 * episodes) - 0.61) < 1e-3

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: mesa-4
# :level: design
# :minutes: 45
# ```
# Two planners under one shift of {ref}`tab-mesa-pseudo` cannot be told apart. Which pairs are never
# told apart by a *single* shift, and which smallest set of shifts tells all five apart?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} mesa-4
# :class: dropdown
# ```
# Each column splits the planners by what they are worth; a set of shifts tells two apart if one of its
# columns does.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
from itertools import combinations

worth = mesa.pseudo_alignment_table().round(6)
for size in (1, 2, 3, 4):
    sets = [
        chosen
        for chosen in combinations(worth.columns, size)
        if not worth[list(chosen)].duplicated().any()
    ]
    if sets:
        smallest = size
        print(f"{size} shifts are needed: {sets}")
        break

# %% tags=["remove-cell", "hidden-test"]
# Leave in
#   smallest: how many shifts are needed to tell all five planners apart
assert smallest == 4

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: mesa-5
# :level: research
# :minutes: 180
# ```
# Do the coin agents search, or do they have reflexes? Propose a measurement that would tell, on this
# world, and try it on agents trained with 10% of the coins moved. What would convince you?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} mesa-5
# :class: dropdown
# ```
# Open. There is no agreed test of internal search. A beginning: levels with many walls, where reflexes
# should run against a wall and a search would go around. Equal rates with and without walls are no
# proof: compare levels of equal distance next.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
some = mesa.train_coin_agents(0.10, seeds=[0], updates=100)
far = mesa.coin_levels(400, seed=7, apart=True, walls=0.3)
near = mesa.coin_levels(400, seed=7, apart=True, walls=0.0)
for name, these in (("no walls", near), ("many walls", far)):
    print(
        f"{name:10} coin first {mesa.coin_outcomes(some, these)['coin'].mean():.2f}"
    )

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ## Further reading
#
# ```{bibliography}
# :filter: docname in docnames
# ```
