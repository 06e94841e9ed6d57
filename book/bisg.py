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
# # Race and ethnicity from names
#
# **What do a person's name and neighbourhood say about race, and when may you use it?**
#
# Many questions about discrimination need race, and most records do not hold it. A list of
# voters, patients or borrowers has names and addresses. This chapter estimates race from them, for
# sums over many people. It reproduces the name dictionaries of {cite:t}`rosenman2022preprint`,
# published as {cite:t}`rosenman2023`, and the method that they feed.
#
# :::{div} wp-box
# **You will be able to** compute P(race | name, place) by hand and with the library; say which
# populations an estimate is tied to; find out why a product of two dictionaries can be 0/0; and
# use sums of probabilities where labels would mislead.
#
# **You should know** conditional probability and a little pandas.
#
# **Time**: 20 minutes to read, under half a minute to run.
# :::
#
# ## The idea in one figure
#
# Type a surname and a ZIP code. Three bars for each group show the estimate before anything is
# known, after the surname, and after the place.

# %% tags=["hide-input"]
from workedpapers.bisg import figures

figures.name_explorer()

# %% [markdown]
# Try Jackson in 30349 (south of Atlanta) and then in 55303 (north of Minneapolis). The surname is
# the same, and the answer turns around. Then try Nguyen: no place moves it much, since the surname
# has already settled the matter.
#
# These are statements about groups: of all people with this name in this place, about so many
# call themselves white, Black, Hispanic, Asian or other. They are no statement about the person
# whose name you typed.
#
# ## The idea in ten lines
#
# Write $r$ for race, $s$ for surname and $g$ for place. Suppose that *within* a race the surname
# tells nothing about the place. Then Bayes' rule needs two tables {cite:p}`elliott2009`:
#
# $$P(r \mid s, g) \;\propto\; P(s \mid r)\, P(r \mid g)
#   \;\propto\; \frac{P(r \mid s)}{P(r)}\, P(r \mid g).$$
#
# The division matters. A dictionary gives $P(r \mid s)$ among *its own* people, here the voters of
# six southern states, where the shares of the groups are not those of the country. What can be
# carried to another population is $P(s \mid r) \propto P(r \mid s) / P(r)$: how common the surname
# is within each race.

# %%
import numpy as np
import pandas as pd


def bisg_by_hand(p_race_given_name, p_race_among_voters, p_race_given_place):
    likelihood = p_race_given_name / p_race_among_voters  # P(s|r), up to a factor
    product = likelihood * p_race_given_place
    return product / product.sum()


# %% [markdown]
# Three rows of three tables: the paper's dictionary for a surname, the shares of the groups among
# its voters, and the 2010 Census for a ZIP area.

# %%
from workedpapers import bisg

names = bisg.load_names("rosenman")
places = bisg.load_geography("zcta2010")

p_name = bisg.lookup("Jackson")
p_voters = pd.Series(names.shares(bisg.FIVE), bisg.FIVE)
p_place = pd.Series(places.probabilities(bisg.FIVE)[places.row["30349"]], bisg.FIVE)
by_hand = bisg_by_hand(p_name, p_voters, p_place)

pd.DataFrame(
    {
        "P(r | Jackson), voters": p_name,
        "P(r), voters": p_voters,
        "P(r | 30349)": p_place,
        "P(r | Jackson, 30349)": by_hand,
    }
).T.round(3)

# %% [markdown]
# The library does the same for every row of a data frame. It also cleans the names, says what it
# matched, and adds one average person to each name and place so that nothing is impossible.
# Without that smoothing it must agree with the ten lines to the last digit.

# %%
person = pd.DataFrame({"surname": ["Jackson"], "zcta": ["30349"]})
library = bisg.predict(person, surname="surname", geo="zcta", smoothing=0)

assert np.allclose(library.loc[0, list(bisg.FIVE)].astype(float), by_hand, atol=1e-12)
library.T

# %% [markdown]
# ## The dictionaries
#
# The voter files of Alabama, Florida, Georgia, Louisiana and the two Carolinas ask for race.
# Counting names in them gives the dictionaries. The abstract of August 2022 announces 1 million
# first names and 1.4 million surnames. If the release is that, we should find as many rows.

# %% tags=["headline"]
first, surname = bisg.load_names("rosenman", "first"), bisg.load_names("rosenman", "surname")
for kind, table, announced in (("first names", first, 1.0), ("surnames", surname, 1.4)):
    found = len(table) / 1e6
    print(f"{kind:11} {found:.3f} million in the release, {announced} million announced")

# %% [markdown]
# There are far fewer than announced. Something was cut. The release holds shares, not counts. But a
# share such as 0.9714285714 is 34/35, so at least 35 people bear the name: the least common
# multiple of a row's denominators bounds the count from below. Look at where the bounds begin.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt

from workedpapers.plotting import show, style

settled = surname.p_race.max(axis=1) < 1  # a share of 1 says nothing about the count
bearers = bisg.model.recover_counts(surname.p_race[settled])
bins = np.arange(1, 61)
surnames_at = np.array([(bearers == b).sum() for b in bins])
threshold = bins[1:][np.argmax(np.diff(surnames_at))]
below, at = surnames_at[threshold - 2], surnames_at[threshold - 1]
with style():
    figure, axes = plt.subplots()
    axes.bar(bins, surnames_at, width=0.8)
    axes.set_xlabel("Least number of bearers that gives the row's shares")
    axes.set_ylabel("Surnames")
    axes.grid(axis="x", visible=False)
show(
    figure,
    alt=(
        "Bar chart of surnames by recovered number of bearers. "
        f"They jump from {below:,} surnames at {threshold - 1} bearers to {at:,} at {threshold}."
    ),
    caption=(
        "Surnames by the least number of bearers that their shares allow. "
        f"The step at {threshold} is the threshold of the release. "
        "What lies below are counts whose fractions cancel."
    ),
    name="threshold",
)

# %% [markdown]
# The step is the threshold: rarer names were left out, and the published version of the abstract
# gives the smaller numbers. The claim about size is true of a file that was not published, so the
# table at the end of this chapter says *not reproduced*.
#
# What remains covers a great deal. The Census Bureau published the first names of 2020 with counts;
# no dictionary here was made from them. If the paper's claim of greater coverage holds, more of
# these people should be found than in the mortgage records of Tzioumis, which were the best list
# of first names before.

# %% tags=["headline"]
from workedpapers.bisg.claims import share_covered

people = bisg.load_names("census2020", "first")
for name in ("rosenman", "tzioumis"):
    table = bisg.load_names(name, "first")
    covered = share_covered(table, people)
    print(f"{name:9} {len(table):>7,} first names, {covered:.2%} of the people on the Census list")

# %% [markdown]
# ## Where it breaks
#
# ### Certainties that contradict each other
#
# A rare surname whose bearers are all white has a share of exactly 0 for everyone else. Multiply
# two such rows and nothing may be left: 0/0. How often? Take pairs of a first name and a surname,
# each name equally likely.

# %% tags=["headline"]
rng = np.random.default_rng(0)
pairs = 200_000
f = first.p_race[rng.integers(len(first), size=pairs)]
s = surname.p_race[rng.integers(len(surname), size=pairs)]
impossible = (f * s).sum(axis=1) == 0
print(f"{impossible.mean():.1%} of random pairs of names are impossible")

# %% [markdown]
# These pairs cannot exist, says the product. They do exist. Tools that follow the
# formula to the letter return NaN for them or drop the row. The library adds one average person to
# each name: a Dirichlet prior with the weight of one person. Common names do not feel it,
# and rare ones lose their certainty. Here are 2,000 surnames of which every bearer is in one group.

# %%
one_group = np.flatnonzero(surname.p_race.max(axis=1) == 1)
rare = surname.names[rng.choice(one_group, size=2000, replace=False)]
rare_people = pd.DataFrame({"surname": rare})
for pseudo in (0, 1, 5):
    shares = bisg.predict(rare_people, surname="surname", smoothing=pseudo)[list(bisg.FIVE)]
    print(f"smoothing {pseudo}: mean of the largest share {shares.max(axis=1).mean():.3f}")

# %% [markdown]
# ### The wrong table
#
# Multiply $P(r \mid s)$ by $P(r \mid g)$, without the division, and the prior is counted twice. One
# published tool does so for Census tracts. The mistake is easy to overlook, because the result
# still looks like probabilities. Here are both for a surname that is common in two groups.

# %%
wrong = (p_name * p_place) / (p_name * p_place).sum()
pd.DataFrame({"with the division": by_hand, "without it": wrong}).round(3).T

# %% [markdown]
# ### What is not known
#
# Names that are not in the dictionary, empty fields and malformed ZIP codes are common. Each
# contributes nothing, the row says so, and no row depends on another one.

# %%
messy = pd.DataFrame(
    {
        "surname": ["O'Neil, Jr.", "Garcia-Lopez", "NAN", None, "Xqzzt", "de la Cruz"],
        "zcta": ["94110", 94110.0, "2138", "94110", "00000", None],
    }
)
bisg.predict(messy, surname="surname", geo="zcta")[
    ["evidence", "matched_surname", "matched_geo", "abstention"]
].assign(surname=messy["surname"])

# %% [markdown]
# ## On your own data
#
# `bisg.predict` takes your data frame and the names of its columns. The result has your index, in
# your order, with one row for each of yours. Sum the probabilities; do not turn them into labels.

# %%
mine = pd.DataFrame(
    {
        "last": ["Smith", "Nguyen", "Washington", "Yoder", "Rodriguez"],
        "first": ["Emily", "Linh", "Denzel", "Amos", "Maria"],
        "zip": ["10027", "95122", "02138", "44654", "33010"],
    },
    index=["a", "b", "c", "d", "e"],
)
estimate = bisg.predict(mine, surname="last", first="first", geo="zip")
estimate[[*bisg.FIVE, "evidence"]].round(3)

# %% [markdown]
# Your own dictionary or your own areas come in by the same door: a data frame, a CSV or a Parquet
# file with a column of names and one column for each group, as counts or as probabilities.

# %%
parish = pd.DataFrame({"name": ["Larsen", "Okafor"], "white": [97, 2], "black": [1, 90],
                       "hispanic": [1, 1], "asian": [1, 1], "other": [2, 3]})  # fmt: skip
table = bisg.NameTable.from_frame(parish, label="parish register", population="one parish")
people = pd.DataFrame({"last": ["Okafor", "Larsen"]})
bisg.predict(people, surname="last", names=table)[list(bisg.FIVE)].round(3)

# %% [markdown]
# **Where it must not be used.** The output is a distribution over the people who share a name and
# a place. For one person it is wrong as often as it says it is. Decisions about a person, such as
# credit, housing, employment, policing or eligibility, must not rest on it. Comparisons between
# groups can inherit its errors {cite:p}`chen2019,mccartan2024`: if the outcome differs by
# race *among people with the same name and place*, weighted averages understate the difference.

# %% [markdown]
# ## What reproduced
#
# Of the paper we had the abstract of the first version, the abstract of the published one and the
# dictionaries themselves.

# %%
from workedpapers.bisg.claims import CLAIMS
from workedpapers.claims import table as claims_table

claims_table(CLAIMS, chapter="bisg")

# %% [markdown]
# ## Exercises
#
# ```{exercise-start}
# :label: bisg-places
# ```
# **Read.** In the first figure, find a surname for which the place changes the most probable
# group, and one for which no place does. What distinguishes their rows in the dictionary?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} bisg-places
# :class: dropdown
# ```
# The likelihood ratio between the two leading groups decides. A place can overturn it only if the
# odds of the groups there differ from the country's by as much.

# %% jupyter={"source_hidden": true}
for name in ("Jackson", "Nguyen"):
    likelihood = (bisg.lookup(name) / p_voters).sort_values(ascending=False)
    print(f"{name}: P(s|r) is {likelihood.iloc[0] / likelihood.iloc[1]:.1f} times as large "
          f"for {likelihood.index[0]} as for {likelihood.index[1]}")  # fmt: skip

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: bisg-prior
# ```
# **Compute.** The same surname among the voters of the six states and in the whole country: by how
# much does P(Black | Williams) change when only the prior does? Use `prior="zcta2010"`.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} bisg-prior
# :class: dropdown
# ```
# With the dictionary's own prior you get the dictionary's row. With the country's shares each group
# is multiplied by the ratio of the priors.

# %% jupyter={"source_hidden": true}
williams = pd.DataFrame({"last": ["Williams"]})
voters = bisg.predict(williams, surname="last")["black"].item()
country = bisg.predict(williams, surname="last", prior="zcta2010")["black"].item()
print(f"voters of the six states {voters:.3f}, residents of the country {country:.3f}")

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: bisg-threshold
# ```
# **Recover.** The first names were cut by a threshold too. Is it the same? Use
# `bisg.model.recover_counts` on the rows whose largest share is below 1.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} bisg-threshold
# :class: dropdown
# ```
# Look for the jump, not for the minimum: fractions that cancel give bounds below the threshold.

# %% jupyter={"source_hidden": true}
counts = bisg.model.recover_counts(first.p_race[first.p_race.max(axis=1) < 1])
jump = {n: int((counts == n).sum()) for n in range(20, 30)}
largest = max(range(21, 30), key=lambda n: jump[n] - jump[n - 1])
print(jump)
print(f"the largest step up is at {largest}")

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ## Further reading
#
# ```{bibliography}
# :filter: docname in docnames
# ```
