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
# **How far does the mean of n draws stray from the truth?** (Replace this by the paper's question
# in one sentence.)
#
# Say why anybody would ask it, and which paper this chapter reproduces.
#
# :::{div} wp-box
# **You will be able to** say how far a mean strays, and check it.
#
# **You should know** what a standard deviation is.
#
# **Time**: 5 minutes to read, a second to run.
# :::
#
# ## The idea in one figure
#
# Move the number of draws. The curve says how far their mean strays.

# %% tags=["hide-input", "slide"]
from workedpapers.skill_compression.chapter import figures

figures.spread_explorer()

# %% [markdown]
# At 25 draws the error is a fifth of that of one draw.
#
# ## The idea in ten lines
#
# The variances of independent draws add up, and a mean divides their sum by $n$:
#
# $$s = \frac{\sigma}{\sqrt n}.$$


# %% tags=["slide"]
def standard_error_by_hand(sigma, n):
    return sigma / n**0.5


# %% [markdown]
# The library does the same, and checks what it is given.

# %%
from workedpapers import skill_compression as paper

assert paper.standard_error(1.0, 25) == standard_error_by_hand(1.0, 25)

# %% [markdown]
# ## Reproduction
#
# If the equation holds, the means of 10,000 simulated samples of 25 draws spread by 0.2.

# %% tags=["headline"]
predicted = paper.standard_error(1.0, 25)
measured = paper.spread_of_means(1.0, 25, seed=0)
print(f"predicted {predicted:.3f}   measured {measured:.3f}")

# %% [markdown]
# They agree to half a percent, which is what 10,000 samples can tell.
#
# ## Where it breaks
#
# Draws that depend on each other do not average out. Say here which assumption fails first.
#
# ## On your own data
#
# `standard_error` takes your own standard deviation and your numbers of draws:

# %%
import pandas as pd

from workedpapers.tables import show_table

draws = [10, 40]
show_table(
    pd.DataFrame({"n": draws, "s": paper.standard_error(12.5, draws)}),
    caption="Standard error of the mean of n draws, by the equation.",
    alt="The standard error halves from 10 to 40 draws.",
    digits=2,
)

# %% [markdown]
# Four times as many draws, half the error: 3.95 and 1.98.
#
# ## At scale
#
# Say here what changes when one machine is not enough, with the measured cost.
#
# ## What reproduced

# %% tags=["slide"]
from workedpapers.skill_compression.chapter.claims import CLAIMS
from workedpapers.claims import table

table(CLAIMS, chapter="skill_compression")

# %% [markdown]
# ## Exercises
#
# ```{exercise-start}
# :label: love-1
# :level: read
# :minutes: 3
# ```
# How many draws halve the error that 25 draws have?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} love-1
# :class: dropdown
# ```
# Four times as many.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
paper.standard_error(1.0, [25, 100])

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: love-2
# :level: compute
# :minutes: 10
# ```
# How far does the mean of 16 draws with a standard deviation of 2 stray?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} love-2
# :class: dropdown
# ```
# The equation, with a cell that tests what students leave in `strays`; the page does not show it.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
strays = float(paper.standard_error(2.0, 16))
print(f"{strays:.2f}")

# %% tags=["remove-cell", "hidden-test"]
# Leave in
#   strays: how far the mean strays
assert abs(strays - 0.5) < 1e-6

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ## Further reading
#
# Add the paper and what to read next to `references.bib`, and cite it above; then put the list of
# references here.
