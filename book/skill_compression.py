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
# # What makes a piece of behaviour a skill?
#
# **Behaviour can be cut into pieces in many ways. Which cut gives skills?**
#
# An agent that has seen many tasks solved would like to keep what they share: go to the door, pick
# up the key. Such reusable pieces are {term}`options <option>` or skills. The usual way to find them
# is to maximise the likelihood of recorded behaviour under a model with hidden skills.
# {cite:t}`jiang2022` point out that this does not say what a skill is, since very different cuts have
# the same likelihood, and propose to add a price on the length of the code for the skills. This
# chapter makes their objective exact on their toy data. It shows what the price mends, one thing
# that it forgets, and whether skills so found help an agent to learn.
#
# :::{div} wp-box
# **You will be able to** cut sequences into skills with exact inference; say what likelihood, code
# and codebook each cost; see when a price on the code picks skills and when it cannot; compare
# with a tokenizer; and give skills to an agent as options.
#
# **You should know** entropy, maximum likelihood, and hidden Markov models by name.
#
# **Time**: 20 minutes to read, half a minute to run.
# :::
#
# ## The idea in one figure
#
# The paper's *Simple Colors*: six blocks of three equal frames, each black, yellow or green. We know
# what the skills are: one block each. A model with room for ten skills cuts the episodes, at a price
# $\lambda$ for each nat of code. The bars of {ref}`fig-love-price` are one episode: its frames, and
# below them the segments. Raise the price from 0 to 1.

# %% tags=["hide-input", "slide"] label="fig-love-price"
from workedpapers.skill_compression.chapter import figures

price = figures.price_explorer()
price

# %% [markdown]
# At {set}`price 0 <price price=0>` the boundaries are right already, and yet there are more than
# three skills: copies of one skill, shades in the figure, split its uses between them, and the
# likelihood does not mind. At
# {set}`a price of 0.1 <price price=0.1>` three skills are left. At
# {set}`a price of 1 <price price=1>` the code is shorter still, and the skills are wrong: equal
# neighbours merge, since one long block is cheaper to name than two short ones.
#
# (love-ten-lines)=
# ## The idea in ten lines
#
# An episode is cut into segments. Each draws a skill $z$ with probability $p_z$, a duration and its
# frames. The {term}`code length` is what it takes to name the skills,
#
# $$L = E_q \sum_i -\log p_{z_i}, \qquad J_\lambda = \mathrm{NLL} + \lambda L ,$$ (love-objective)
#
# where $q$ is the distribution over cuts and skills. For fixed parameters the best $q$ is known: each
# segment $s$ weighs $w_s = \sum_z p_z^{1+\lambda}\, p(s \mid z)$, and an episode the sum, over all
# cuts, of products of weights. With $a_t$ the sum for the first $t$ frames,
#
# $$a_t = \sum_{d=1}^{D} a_{t-d}\, w_{t-d:t}, \qquad a_0 = 1, \qquad J_\lambda = -\log a_T .$$ (love-forward)
#
# In code, for any function that weighs a segment:

# %% tags=["slide"]
import math
from itertools import pairwise, product

import numpy as np


def total_weight(episode, weigh, longest):
    """Sum over all cuts of an episode of the product of its segments' weights."""
    a = [1.0]
    for t in range(1, len(episode) + 1):
        cuts = range(1, min(longest, t) + 1)
        a.append(sum(a[t - d] * weigh(episode[t - d : t]) for d in cuts))
    return a[-1]


# %% [markdown]
# This should equal the sum over all cuts written out, and the library's objective. We take a model
# with room for four skills that was fitted to a few episodes.

# %% tags=["headline"]
from workedpapers import skill_compression as sc

few = sc.simple_colors(episodes=30, seed=0)
model = sc.SegmentModel(n_skills=4, max_duration=3, penalty=0.1, seed=0)
model.fit(few.observations)
skills = model.skills_


def weigh(segment):
    d, colours = len(segment) - 1, list(segment)
    each = skills.share**1.1 * skills.duration[:, d]
    return float((each * skills.table[:, colours].prod(1)).sum())


def all_cuts(episode):
    for marks in product([0, 1], repeat=len(episode) - 1):
        edges = [0, *(i + 1 for i, mark in enumerate(marks) if mark), len(episode)]
        parts = [episode[a:b] for a, b in pairwise(edges)]
        if max(map(len, parts)) <= 3:
            yield math.prod(weigh(part) for part in parts)


short = few.observations[0][:8]
print(f"recursion {total_weight(short, weigh, 3):.6e}")
print(f"all cuts  {sum(all_cuts(short)):.6e}")
objective = -np.mean(
    [np.log(total_weight(row, weigh, 3)) for row in few.observations]
)
said = model.description_
print(f"objective, by hand  {objective:.4f}")
print(f"NLL + 0.1 code      {said.nll + 0.1 * said.code_length:.4f}")

# %% [markdown]
# They agree. Parameters then follow by {term}`EM`, where each step is a weighted count; the
# objective never rises.
#
# (love-two-solutions)=
# ## Two solutions, one likelihood
#
# Here is the proof that likelihood is not enough. Let $H$ be the entropy of one block's colour. Three
# skills of three frames have a likelihood of $6H$ an episode, and as much code. Now take nine skills of
# *one frame*: each colour's first, second and third frame, with a Markov chain that knows that a
# second follows a first. Every episode has the same probability as before. But the code names a
# skill at each frame, and an average over the three places gives $18(H + \log 3)$ nats: at $H = 1.05$
# that is 38.7, against 6.3. A penalty on the code tells them apart, and this is the paper's point.
#
# (love-three-solutions)=
# ## Three solutions, one likelihood, one code length
#
# It does not tell *blocks* apart. Let skills be pairs of blocks, nine of them, six frames long. An
# episode has three, so the code is $3 \cdot H(\text{pairs})$. Colours are independent, so a pair has
# entropy $2H$, and the code is $6H$ again. The same holds for 27 skills of three colours. What grows
# is the list of skills itself, the {term}`codebook`, which the code does not pay for.

# %% tags=["headline", "slide"] label="tab-love-blocks"
from workedpapers.tables import show_table

data = sc.simple_colors(episodes=500, seed=0)
solutions = sc.block_degeneracy(data)
heads = {
    "skills": "Skills",
    "nll": "−log likelihood (nats)",
    "code_length": "Code (nats)",
    "codebook": "Codebook (nats)",
    "two_part": "Two-part (nats)",
    "f1": "F1",
}
show_table(
    solutions[list(heads)].rename(columns=heads),
    caption="Four solutions of the same 500 episodes. Likelihood and code in "
    "nats an episode; codebook, and all data with it (two-part), in nats.",
    alt="Blocks of one, two and three colours have nearly one likelihood and one "
    "code; the codebook is smallest for one colour.",
    digits=dict(zip(heads.values(), [0, 3, 3, 1, 0, 2], strict=True)),
)

# %% [markdown]
# From one to three colours likelihood and code even *fall* a little: 27 frequencies fit a sample
# better than three do. The F1 of the boundaries falls with it, from 1 to a half, since only every
# second or third boundary is left. The {term}`two-part description` adds the codebook once, a nat for each nat, and
# one colour wins. In {ref}`fig-love-tie` change the number of episodes.

# %% tags=["hide-input", "slide"] label="fig-love-tie"
tie = figures.tie_explorer()
tie

# %% [markdown]
# With {set}`50 episodes <tie episodes=50>` the codebook is a large part of the cost and small blocks
# win clearly. With {set}`10,000 <tie episodes=10000>` the lines nearly meet: the codebook is paid once
# and shared by all. The order stays.
#
# (love-methods)=
# ## What exact training finds
#
# Do these solutions occur, or are they a scholar's worry? We draw ten fresh sets of 500 episodes,
# fit each method to each set from a random start, and measure on fresh episodes. If the price does what the figure
# shows, three skills are left at 0.1, and too many at 0. The two-part description runs EM without a
# price and then deletes, cuts and refits skills as long as data and codebook together get shorter.
# (It is a stored result: two minutes of a processor; a test makes a part again.)

# %% tags=["headline", "slide"] label="tab-love-simple"
from workedpapers.skill_compression.chapter import tables

show_table(
    tables.over_sets("simple"),
    caption="Simple Colors: means over ten sets, with the least and the most "
    "where sets differ. Likelihood and code an episode; tokenizers have no "
    "likelihood of frames.",
    alt="Price 0 leaves about six skills, 0.1 three; price 1 loses recall; "
    "the two-part description has three.",
)

# %% [markdown]
# Likelihood alone, price 0, finds every boundary and misses the codebook: about six skills where
# three are enough, and a code three nats longer. A price of 0.1 mends that. At a price of 1 what
# falls is the recall: merging is the optimum of the objective and not a failure of training. The
# *dual* replaces the price by a bound on the cost of frames, as the published code does, and
# raises the price while the bound holds.
#
# The last rows are the strongest peers that we know, and come from text: a {term}`unigram tokenizer`
# {cite:p}`kudo2018` prunes a list of pieces by likelihood, byte-pair encoding (BPE) merges pairs.
# Told that pieces have at most three frames, the unigram tokenizer does as well as any row above, in
# a fraction of the time. Told eight, it finds blocks of two, as the tie predicts.
#
# (love-conditional)=
# ## Where it breaks: skills that depend on what came before
#
# *Conditional Colors* is where strings must fail. There are four colours, and each has three possible
# successors. A skill is a *rule*: go to the first, second or third successor. Three rules make twelve
# pairs of colours, and a tokenizer can only list strings: four blocks, whose code is longer than that of
# three rules, or the twelve pairs and more. The segmental model can condition its emission on the frame
# before, or on the colour before the segment.

# %% tags=["headline", "slide"] label="tab-love-conditional"
show_table(
    tables.over_sets("conditional"),
    caption="Conditional Colors: means over ten sets, as in the table before. "
    "Frames x 4: the likelihood of frames weighs four times.",
    alt="The dual and the two-part description have three skills, tokenizers "
    "four and more.",
)

# %% tags=["hide-input", "slide"] label="fig-love-colours"
from workedpapers.skill_compression.chapter.study import load_colors

figures.colours_figure(load_colors())

# %% [markdown]
# The first row is a trap. An emission that may be random has no need of skills: *one* stochastic
# skill says "any of three successors, for three frames". Its code is nearly 0, its likelihood the
# same as that of three rules, and any price above 0 prefers it. This is a second degenerate
# solution, and the reason why the published code insists on reconstruction. Weighing frames four
# times restores the skills, but EM from one start keeps spare ones. Conditioning on the colour before
# the segment leaves more than three as well, and its recall falls, since blocks merge. Two rows have
# exactly three skills in each of ten sets, {ref}`fig-love-colours` shows their dots in one line: the dual with five
# restarts, which weighs frames four times, too, and begins with a small price; and the two-part
# description from a single start, for which a rule that is written down twice has a cost. The unigram
# tokenizer with pieces of up to three frames finds every boundary. It has four skills, and needs 8.0
# nats of code where the rules need 6.6: it cannot see that colours follow each other.
#
# *What this does not show*: that skills of people or robots look like coloured blocks, or that two-part
# descriptions always recover what generated the data. It recovers the shortest description that its
# moves reach.
#
# (love-options)=
# ## Do the skills help an agent?
#
# The paper's point is what skills are *for*: an agent that knows them should learn new tasks faster.
# Its grid world has ten by ten cells with a wall around, three inner walls on average, and six things
# of ten kinds. A planner shows how to pick up three things, in exactly 16 steps. Here a skill is a
# policy, an action for each cell and a probability to end there, and one line of the model changes.

# %% tags=["slide"] label="fig-love-ways"
world = sc.grid_world(seed=1)
seen = sc.grid_demonstrations(world, episodes=200, seed=1)
walker = sc.SegmentModel(
    10, 12, 0.1, "option", n_actions=5, seed=0, max_iter=60, tol=1e-4
)
walker.fit(seen.observations)
figures.ways_figure(world, walker)

# %% [markdown]
# Nobody told the model what a thing is. In {ref}`fig-love-ways` the arrows lead to things of a kind
# and end with a pick-up, from wherever a demonstration passed; elsewhere a skill has no preference.
#
# An agent that takes such skills as options chooses among them and the five actions.
# Q-learning needs one change {cite:p}`sutton1999`: an option $o$ takes $k$ steps from $s$ to $s'$ and
# collects the discounted reward $R$ on its way, so
#
# $$Q(s, o) \leftarrow Q(s, o) + \alpha \Big(R + \gamma^k \max_{o'} Q(s', o') - Q(s, o)\Big).$$ (love-smdp)
#
# A state is a cell and the number of things picked up. Here is one task of four pick-ups, with a
# reward at each; we expect that true options (*the things*: go to the nearest thing of a kind
# and pick it up) are quickest, the five actions slowest, and learned skills between them.

# %% tags=["headline", "slide"]
goal = world.kinds[[0, 2, 1, 3]].tolist()
sets = {
    "actions alone": sc.actions_alone(world),
    "price 0.1": sc.options_of_model(walker),
    "the things": sc.options_of_things(world),
}
curves = sc.learn_tasks(
    [world] * 3,
    [goal] * 3,
    list(sets.values()),
    steps=10_000,
    every=200,
    rewarded=True,
)
for name, steps in zip(sets, curves.samples_to(0.9), strict=True):
    choices = sets[name].count
    print(f"{name:14} {choices:2} choices, {steps:.0f} steps to 90% success")

# %% [markdown]
# As expected: 200 steps, the first measurement, with true options, 400 with the learned ones, and
# several thousand with the five actions alone.
#
# Now for the comparison: ten grids, 300 demonstrations in each, every method of the tables above, and
# four new tasks of four pick-ups in each grid, with a reward at each right pick-up or at the last
# alone. All agents get the same 40,000 steps. (A stored result, five minutes of a processor; a test
# makes a part again.)

# %% tags=["hide-input", "slide"] label="fig-love-curves"
from workedpapers.skill_compression.chapter.options_study import load_curves

figures.curves_figure(load_curves())

# %% tags=["headline", "slide"] label="tab-love-options"
show_table(
    tables.options_table(),
    caption="Ten grids. Thousands of steps to 90% success, medians with 95% "
    "bootstrap intervals over grids; options besides the five actions, cost of "
    "actions a step, and F1 of boundaries, means with the least and the most.",
    alt="Agents with true options need fewest steps, those with skills of the "
    "exact model a little more, with tokenizers or actions alone many more.",
)

# %% [markdown]
# With a reward at the end alone, the five actions and the pieces of a tokenizer do not get there in
# 40,000 steps; skills of the exact model do in one or two thousand. That is what skills are for:
# a random walk over ways to things meets four right pick-ups, one over single moves does not. A
# tokenizer's piece says "right, right, pick up" wherever the agent stands, and its boundaries have an
# F1 of about a half. With a reward on the way, actions alone need 8,000 steps, about as many as
# pieces do.
#
# Among the skills of the exact model the order is not that of the code. The two-part description,
# which has the fewest, is slowest: it has fewer skills than most grids have kinds of things, so that one
# of them leads now to this and now to that. The column *action cost* says so: how uncertain an
# action is, given the skill. The dual bounds it, and keeps as many skills as price 0. The paper's
# comparison is the one with price 0, paired by grid:

# %% tags=["headline"]
print("steps over those with price 0, mean and 95% interval")
for method in ("price 0.1", "dual", "two-part"):
    for rewarded in (False, True):
        times = tables.steps_ratio(method, "price 0", rewarded)
        reward = "at each pick-up" if rewarded else "at the end"
        line = "{:.2f} ({:.2f} to {:.2f})".format(*times)
        print(f"{method:10} reward {reward:16} {line}")

# %% [markdown]
# A price on the code changes the number of steps by less than ten grids can show: each interval of
# the first four holds 1. The codebook's price makes agents *slower*: those two intervals lie above 1.
# Copies of a skill do an agent no harm here, merged skills do. It may be otherwise in larger worlds,
# where trying each of many options is what costs.
#
# (love-own-data)=
# ## On your own data
#
# Trajectories come as a list of arrays, of any length, or as a table with a column for the episode
# and one for the step. Vectors take Gaussian emissions, and a function of yours may give the
# log-likelihood of a segment under each skill.

# %%
import pandas as pd

rng = np.random.default_rng(0)
log = pd.DataFrame(
    [
        {"episode": e, "step": 4 * block + i, "action": name}
        for e in range(60)
        for block in range(int(rng.integers(2, 6)))
        for i, name in enumerate(
            (["left"] * 4, ["up", "up", "right", "right"])[rng.integers(2)]
        )
    ]
)
episodes, names = sc.episodes_from_frame(log, "action")
mine = sc.SegmentModel(n_skills=8, max_duration=6, penalty="two-part", seed=0)
mine.fit(episodes)
print(f"{len(episodes)} episodes of {min(map(len, episodes))} to "
      f"{max(map(len, episodes))} steps, {mine.n_skills_used_} skills")  # fmt: skip
first = mine.segments(episodes).query("episode == 0")
for row in first.itertuples():
    steps = [names[i] for i in episodes[0][row.start : row.stop]]
    print(f"skill {row.skill}: {' '.join(steps)}")

# %% [markdown]
# Two skills, of four steps each, though the episodes differ in length.
#
# ## At scale
#
# A pass costs steps times the longest duration; the number of skills enters only once for each
# *distinct* segment. Coloured frames repeat, so cost grows slower than the data.

# %% label="tab-love-cost"
import time


def seconds(count):
    frames = sc.simple_colors(episodes=count, seed=1).observations
    begin = time.process_time()
    sc.SegmentModel(10, 8, 0.1, seed=0, max_iter=20).fit(frames)
    return time.process_time() - begin


counts = [500, 5_000, 50_000]
show_table(
    pd.DataFrame(
        {"frames": [18 * n for n in counts], "fit": [seconds(n) for n in counts]},
        index=pd.Index(counts, name="episodes"),
    ),
    caption="Processor time of at most 20 steps of EM, on the machine that built "
    "this page.",
    alt="The cost grows more slowly than the number of frames.",
    units={"fit": "s"},
    digits={"frames": ",.0f", "fit": 2},
)

# %% [markdown]
# Most of the last row goes into counting equal episodes once. Data that do not repeat, such as
# vectors, cost in proportion to their length, and memory is steps times duration times skills.
# Batches bound it: stepwise EM {cite:p}`liang2009` reads each batch once and lets it replace a share
# of what was counted before.

# %% tags=["headline"]
batches = (sc.simple_colors(500, seed=s).observations for s in range(30))
streamed = sc.SegmentModel(10, 8, 0.1, seed=0).fit_batches(batches)
whole = sc.SegmentModel(10, 8, 0.1, seed=0).fit(data.observations)
for name, fitted in (("30 batches", streamed), ("500 episodes", whole)):
    said = fitted.describe(sc.simple_colors(500, seed=77).observations)
    print(f"{name:12} {said.skills_used} skills, on fresh episodes "
          f"{said.nll + 0.1 * said.code_length:.3f} nats")  # fmt: skip

# %% [markdown]
# Two hundred and seventy thousand frames, of which 9,000 are in memory at a time, give the same three
# skills.
#
# ## What reproduced
#
# One claim of the paper needs images. It is not done here, and says so.

# %% tags=["slide"]
from workedpapers.claims import table
from workedpapers.skill_compression.chapter.claims import CLAIMS

table(CLAIMS, chapter="skill_compression", paper="Learning options via compression")

# %% [markdown]
# ## Exercises
#
# Two questions that the figures answer, once you have: think first, then press the button.

# %% tags=["hide-input"]
from workedpapers.explore import Estimate, Quiz

price.ask(
    Quiz(
        "love-quiz-1",
        "At a price of 0.1 all boundaries are found. "
        "What share is still found at 1?",
        Estimate("recall", within=0.1),
        start={"price": 0.1, "episode": "equal neighbours"},
        reveal={"price": 1.0},
        why="Equal neighbours merge into one long segment: one skill to name, "
        "not two.",
    )
)

# %% tags=["hide-input"]
tie.ask(
    Quiz(
        "love-quiz-2",
        "Codebook included, blocks of two cost about a tenth of a nat an episode "
        "more than blocks of one with 500 episodes. How much with 50?",
        Estimate("gap", within=0.25, unit="nats"),
        start={"episodes": 500, "longest": 9},
        reveal={"episodes": 50},
        why="The codebook is paid once: a tenth of the episodes, ten times the "
        "share.",
    )
)

# %% [markdown]
# ```{exercise-start}
# :label: love-1
# :level: derive
# :minutes: 20
# ```
# Show that the code of the nine single frames is $18(H + \log 3)$, and compute its ratio to $6H$ for
# probabilities of .4, .4 and .2.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} love-1
# :class: dropdown
# ```
# Each of the nine skills is used a third as often as its colour's blocks, so the entropy of a frame's
# skill is $H + \log 3$; there are 18 frames.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
p = np.array([0.4, 0.4, 0.2])
H = -(p * np.log(p)).sum()
ratio = 18 * (H + np.log(3)) / (6 * H)
print(f"H = {H:.4f}, ratio {ratio:.2f}")

# %% tags=["remove-cell", "hidden-test"]
# Leave in
#   ratio: the code of single frames over that of blocks
assert abs(ratio - 6.12) < 0.05

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: love-2
# :level: compute
# :minutes: 20
# ```
# Replace two frames in a hundred by another colour, `sc.simple_colors(noise=0.02)`. How many skills
# does the two-part description use on 500 episodes with seed 5, and what is the F1 of its boundaries?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} love-2
# :class: dropdown
# ```
# Noise makes many new segments. Whether a skill for a slip is worth its place is what the codebook
# decides.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
noisy = sc.simple_colors(episodes=500, seed=5, noise=0.02)
fitted = sc.SegmentModel(12, 6, penalty="two-part", seed=0)
fitted.fit(noisy.observations)
found = fitted.boundaries(noisy.observations)
noisy_f1 = sc.boundary_scores(found, noisy.boundaries).f1
print(f"{fitted.n_skills_used_} skills, F1 {noisy_f1:.3f}")

# %% tags=["remove-cell", "hidden-test"]
# Leave in
#   noisy_f1: F1 of the boundaries with two noisy frames in a hundred
assert 0.5 < noisy_f1 <= 1

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: love-3
# :level: research
# :minutes: 180
# ```
# The price of the codebook here charges $\log C$ for each frame of a skill. Propose another code for
# skills, for example one that names a run by its length, and find data on which the two disagree.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} love-3
# :class: dropdown
# ```
# Open. A code that names runs makes long blocks of one colour cheap: pairs of equal blocks become
# cheaper than pairs of different ones. A beginning is to price the four solutions with it.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
runs = {1: 1, 2: 2, 3: 3}  # runs in a skill, at most
for size, count in runs.items():
    book = 3**size * count * (np.log(9) + np.log(3))
    print(f"blocks of {size}: codebook by runs at most {book:.0f} nats")

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ## Further reading
#
# ```{bibliography}
# :filter: docname in docnames
# ```
