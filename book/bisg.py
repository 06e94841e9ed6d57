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
# **You should know** conditional probability and a little pandas. Words in bold are in the
# [](glossary.md).
#
# **Time**: 25 minutes to read, half a minute to run.
# :::
#
# ## The idea in one figure
#
# Type a surname and a ZIP code in {ref}`fig-bisg-name`. Three bars for each group show the estimate
# before anything is known, after the surname, and after the {term}`place`, here a ZIP code area.

# %% tags=["hide-input", "slide"] label="fig-bisg-name"
from workedpapers.bisg import model
from workedpapers.bisg.chapter import explorers, figures

one_person = explorers.name_explorer()
one_person

# %% [markdown]
# Try {set}`Jackson in 30349 <name-and-place surname=JACKSON place=30349>` (south of Atlanta) and
# then {set}`in 55303 <name-and-place surname=JACKSON place=55303>` (north of Minneapolis). The
# surname is the same, and the answer turns around. Then try
# {set}`Nguyen <name-and-place surname=NGUYEN>`: no place moves it much, since the surname has
# already settled the matter.
#
# These are statements about groups: of all people with this name in this place, about so many
# call themselves white, Black, Hispanic, Asian or other. They are no statement about the person
# whose name you typed.
#
# (bisg-ten-lines)=
# ## The idea in ten lines
#
# Write $r$ for race, $s$ for surname and $g$ for place. Suppose that *within* a race the surname
# tells nothing about the place. Then Bayes' rule needs two tables {cite:p}`elliott2009`. The method
# is known as Bayesian Improved Surname Geocoding, {term}`BISG`:
#
# $$
# P(r \mid s, g) \;\propto\; P(s \mid r)\, P(r \mid g)
#   \;\propto\; \frac{P(r \mid s)}{P(r)}\, P(r \mid g).
# $$ (bisg-bayes)
#
# $P(r \mid g)$ is the {term}`prior`, what is known before the name is read; the left side is the
# {term}`posterior`, what is known after it.
#
# The division matters. A dictionary gives $P(r \mid s)$ among *its own* people, here the voters of
# six southern states, where the shares of the groups are not those of the country. What can be
# carried to another population is $P(s \mid r) \propto P(r \mid s) / P(r)$: how common the surname
# is within each race. In code, {eq}`bisg-bayes` is:

# %% tags=["slide"]
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

from workedpapers.tables import show_table

show_table(
    pd.DataFrame(
        {
            "P(r | Jackson), voters": p_name,
            "P(r), voters": p_voters,
            "P(r | 30349)": p_place,
            "P(r | Jackson, 30349)": by_hand,
        }
    ).T,
    caption="Three rows of three tables, and what Bayes' rule makes of them.",
    alt="Name and place both speak for Black; together they leave hardly a doubt.",
    digits=3,
)

# %% [markdown]
# The name alone gives 0.645 for Black, against 0.227 among all voters; the place alone 0.911. Both
# together give 0.987.
#
# The library does the same for every row of a data frame. It also cleans the names, says what it
# matched, and adds one average person to each name and place so that nothing is impossible.
# Without that smoothing it must agree with the ten lines to the last digit.

# %%
person = pd.DataFrame({"surname": ["Jackson"], "zcta": ["30349"]})
library = bisg.predict(person, surname="surname", geo="zcta", smoothing=0)

assert np.allclose(
    library.loc[0, list(bisg.FIVE)].astype(float), by_hand, atol=1e-12
)
show_table(
    library.T.rename(columns={0: "answer"}),
    caption="One row of the library's answer, and where it comes from.",
    alt="The surname was matched exactly and the place was found.",
    missing="none",
)

# %% [markdown]
# Besides the probabilities, to which it agrees, the row says what was used (surname and place), how
# each was matched, and which population the answer is about.
#
# (bisg-dictionaries)=
# ## The dictionaries
#
# The voter files of Alabama, Florida, Georgia, Louisiana and the two Carolinas ask for race.
# Counting names in them gives the dictionaries. The abstract of August 2022 announces 1 million
# first names and 1.4 million surnames. If the release is that, we should find as many rows.

# %% tags=["headline"]
first, surname = (
    bisg.load_names("rosenman", "first"),
    bisg.load_names("rosenman", "surname"),
)
for kind, table, announced in (
    ("first names", first, 1.0),
    ("surnames", surname, 1.4),
):
    found = len(table) / 1e6
    print(
        f"{kind:11} {found:.3f} million in the release, "
        f"{announced} million announced"
    )

# %% [markdown]
# There are far fewer than announced. Something was cut. The release holds shares, not counts. But a
# share such as 0.9714285714 is 34/35, so at least 35 people bear the name: the least common
# multiple of a row's denominators bounds the count from below. Look at where the bounds begin.

# %% tags=["hide-input", "slide"] label="fig-bisg-threshold"
import matplotlib.pyplot as plt

from workedpapers.plotting import show, style

settled = (
    surname.p_race.max(axis=1) < 1
)  # a share of 1 says nothing about the count
bearers = bisg.recover_counts(surname.p_race[settled])
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
        f"They jump from {below:,} surnames at {threshold - 1} bearers "
        f"to {at:,} at {threshold}."
    ),
    caption=(
        "Surnames by the least number of bearers that their shares allow. "
        f"The step at {threshold} is the threshold of the release. "
        "What lies below are counts whose fractions cancel."
    ),
    name="threshold",
)

# %% [markdown]
# The step in {ref}`fig-bisg-threshold` is the threshold: rarer names were left out, and the
# published version of the abstract gives the smaller numbers. The claim about size is true of a
# file that was not published, so the table at the end of this chapter says *not reproduced*.
#
# What remains covers a great deal. The Census Bureau published the first names of 2020 with counts;
# no dictionary here was made from them. If the paper's claim of greater coverage holds, more of
# these people should be found than in the mortgage records of Tzioumis, which were the best list
# of first names before.

# %% tags=["headline"]
from workedpapers.bisg.chapter.claims import share_covered

people = bisg.load_names("census2020", "first")
for name in ("rosenman", "tzioumis"):
    table = bisg.load_names(name, "first")
    covered = share_covered(table, people)
    print(
        f"{name:9} {len(table):>7,} first names, "
        f"{covered:.2%} of the people on the Census list"
    )

# %% [markdown]
# Coverage is not the same for everybody. A group that is rare in the states where the names were
# counted has more names that are too rare to be listed. Here is the share of each group whose
# name is found, among the people on the lists of the Census Bureau, which leave out rare names
# themselves.

# %%
from workedpapers.bisg.chapter.claims import share_covered_by_group

lists = {
    "first names, this dictionary": ("rosenman", people),
    "first names, Tzioumis": ("tzioumis", people),
    "surnames, this dictionary": ("rosenman", bisg.load_names("census2010")),
    "surnames, Census 2000": ("census2000", bisg.load_names("census2010")),
}
covered = {
    label: share_covered_by_group(bisg.load_names(name, on.kind), on)
    for label, (name, on) in lists.items()
}
show_table(
    pd.DataFrame(covered).T,
    caption="Share of people on the Census lists whose name a dictionary holds.",
    alt="For first names this dictionary holds far more of every group.",
    units=dict.fromkeys(bisg.FIVE, "%"),
    digits=1,
)

# %% [markdown]
# For first names the gain is large, and largest for the groups that the mortgage records missed:
# from 66% to 98% of Asian and from 70% to nearly all of Black people.
# For surnames it is a gain in names rather than in people: a Census list of ten years earlier
# finds about as many. What the dictionary adds are rare surnames, and the people who bear them
# are on no list here.

# %% [markdown]
# (bisg-normalise)=
# ### Two ways to normalise
#
# The abstract speaks of two normalisations. By rows, a table of counts gives P(race | name). By
# columns it gives P(name | race). Through the shares of the groups each follows from the other,
# which is how a dictionary moves from one population to the next.

# %%
counted = bisg.load_names("census2010")
by_column = bisg.p_name_given_race(counted)
by_race = (counted.p_race * counted.counts[:, None]).sum(axis=0)
by_row = bisg.p_race_given_name(by_column, by_race / counted.counts.sum())

print("columns sum to", by_column.sum().round(12).unique())
print(
    "and back, the rows differ by at most",
    f"{np.abs(by_row - counted.p_race).max().max():.0e}",
)
show_table(
    by_column.nlargest(3, "black"),
    caption="P(name | race) of the three most frequent surnames of Black people.",
    alt="Williams is borne by more than two in a hundred Black people.",
    units=dict.fromkeys(by_column, "%"),
    digits=2,
)

# %% [markdown]
# Each column sums to 1, and back again nothing is lost but rounding. Williams, Johnson and Smith
# are each borne by about two in a hundred Black people, and by fewer of every other group.
#
# (bisg-calibration)=
# ### Are the probabilities right?
#
# The abstract offers the dictionaries for imputing race. For sums over people that needs
# {term}`calibration`: of all people who get 0.7, seven in ten should belong to the group. Nobody
# publishes names, places and race of millions, so we draw people from the real tables: a group,
# then a surname and a {term}`Census tract`, an area of about 4,000 inhabitants, from that group.
# In this world the model's assumption holds exactly, and a correct formula must be calibrated. An
# error of calibration is then an error of ours.
#
# We draw 400,000 people and hold two formulas against the truth: the one above, and
# $P(r \mid s)\,P(r \mid g)$ without the division, which one published tool uses for tracts. If
# the first is right, its {term}`calibration error`, the mean distance of probabilities from
# frequencies, is below 0.003, about what chance leaves with so many people.

# %% tags=["headline"]
drawn = bisg.simulate_people(
    400_000, seed=0, names="census2010", geography="tract2010"
)
right = bisg.predict(
    drawn, surname="surname", geo="area", names="census2010", geography="tract2010"
)
listed = (
    right["matched_surname"] == "exact"
)  # the Census list leaves out rare surnames
right, truth = right[listed], drawn.loc[listed, "race"]

twice = right.copy()
shares = bisg.load_geography("tract2010").shares(bisg.FIVE)
twice[list(bisg.FIVE)] = model.posterior(
    shares, [right[list(bisg.FIVE)].astype(float)]
)

for label, answer in (("with the division", right), ("without it", twice)):
    error = bisg.evaluate(answer, truth, draws=100).set_index(["metric", "group"])[
        "value"
    ]
    print(label)
    print(
        f"  calibration error  white {error['ece', 'white']:.3f}  "
        f"black {error['ece', 'black']:.3f}"
    )
    print(f"  share of black people  by sums {error['share_sum', 'black']:.3f}  "
          f"in truth {error['share_truth', 'black']:.3f}")  # fmt: skip

# %% tags=["hide-input", "slide"] label="fig-bisg-calibration"
figures.calibration_figure(
    {"with the division": right, "without it": twice}, truth, "white"
)

# %% [markdown]
# With the division the errors are 0.001, and the sum finds the true share of Black people; its
# curve in {ref}`fig-bisg-calibration` lies on the diagonal. The second one counts the prior
# twice: it makes the majority larger and everybody else smaller, and it does so in the sums,
# where no later step can repair it. Nothing about its output looks wrong.
#
# (bisg-place)=
# ### What the place adds
#
# How much does each piece of evidence tell? We draw people with names from the lists of the Census
# Bureau, which the paper's dictionaries were not made from, and estimate with the dictionaries. The
# {term}`log loss` is the mean of $-\log$ of the probability given to the truth, so lower is better;
# the {term}`AUC` is the chance that a member of the group gets a higher probability than a
# non-member.

# %% tags=["headline", "slide"] label="tab-bisg-evidence"
residents = bisg.simulate_people(
    100_000, seed=2, names=explorers.CENSUS_LISTS, first=True
)
evidence = {
    "surname": {"surname": "surname", "prior": "zcta2010"},
    "place": {"geo": "area"},
    "surname, place": {"surname": "surname", "geo": "area"},
    "first, surname, place": {
        "first": "first",
        "surname": "surname",
        "geo": "area",
    },
}
rows = {}
for label, columns in evidence.items():
    quality = bisg.evaluate(
        bisg.predict(residents, **columns), residents["race"], draws=50
    )
    quality = quality.set_index(["metric", "group"])["value"]
    rows[label] = {
        "log loss": quality["log_loss", "all"],
        **{f"AUC {group}": quality["auc", group] for group in bisg.FIVE[:4]},
        "error white": quality["ece", "white"],
    }
show_table(
    pd.DataFrame(rows).T.rename_axis("evidence"),
    caption="Log loss, AUC by group and calibration error for white people.",
    alt="Every further piece of evidence lowers the log loss and raises every AUC.",
    digits=3,
)

# %% [markdown]
# Surname and place complement each other: the surname separates Hispanic and Asian people, the
# place separates Black from white. The last column of {ref}`tab-bisg-evidence` is the calibration
# error: names counted in six southern states do not fit the country quite as well as the Census'
# own, and every name that is added carries its misfit along. Real neighbours with one surname
# share more than their race, so expect less of real data.
#
# (bisg-voters)=
# ### Voters are not residents
#
# Florida asks its voters for their race. A sample of 10,000 of them is published for teaching, with
# the precinct of each {cite:p}`imaikhanna2016`, and 9,126 told a race. **One of the two dictionaries
# has seen Florida**: the paper's names were counted among its voters, so for them this is no fresh
# test. The Census list has not. The file is no part of this book; what follows are stored sums over
# all of them, and `workedpapers.bisg.chapter.florida_study` makes them again.

# %% label="tab-bisg-voters"
from workedpapers.bisg.chapter import florida_study

study = florida_study.stored()
usual = study.query("part == 'accuracy' and prior == 'residents'")
usual = usual.assign(
    column=[
        metric.replace("_", " ") if group == "all" else f"AUC {group}"
        for metric, group in zip(usual["metric"], usual["group"], strict=True)
    ]
)
wanted = ["coverage", "accuracy", "log loss", *(f"AUC {g}" for g in bisg.FIVE)]
wide = usual[(usual["group"] == "all") | (usual["metric"] == "auc")]
show_table(
    wide.pivot_table("value", "evidence", "column", sort=False)[wanted],
    caption="9,126 voters of Florida: how good the estimates are.",
    alt="The precinct lowers the log loss with either list of names.",
    digits=3,
)

# %% [markdown]
# {ref}`tab-bisg-voters` shows what the simulation could not. The precinct takes the log loss from
# 0.638 to 0.563 with the names of the Census, and from 0.616 to 0.530 with the paper's, which cover
# 97.0% of the voters by surname, against 91.5%. The AUC of *other* stays near one half: 0.525 and
# 0.590. Neither names nor places tell this group apart.
#
# A check on the engine itself: the textbook of these data {cite:p}`imai2017` prints sixteen rates,
# how many of a group are found and how many of those found are others. With its table of names the
# library meets all sixteen to four digits; a test holds it to that.
#
# Now to the prior. Left alone, `predict` answers about the *residents* of the precincts, children
# and foreigners included. Voters are others. Which prior should it be? The shares of the groups in
# the country, those of the voters themselves, which one seldom knows, or an estimate? With
# `prior="estimate"` the library takes the shares under which the names and precincts at hand are
# most probable, by the {term}`EM algorithm`. If the prior matters, the sums should tell.

# %% label="tab-bisg-priors"
told = study.query(
    "part == 'accuracy' and evidence == 'census2010, surname and precinct'"
)
loss = told[told["metric"] == "log_loss"].set_index("prior")["value"]
error = told[told["metric"] == "error_sum"]
show_table(
    error.pivot_table("value", "prior", "group", sort=False)[
        list(bisg.FIVE)
    ].assign(**{"log loss": loss}),
    caption="Error of the sum of each group, a share of all voters, and log loss.",
    alt="The voters' own shares have the smallest errors; residents the largest.",
    digits=3,
)
others = study.query("part == 'shares' and group == 'other'").set_index("prior")
true_other, estimate = others.loc["voters"], others.loc["estimate"]
print(
    f"share of other voters: {true_other['value']:.3f}, estimated as "
    f"{estimate['value']:.3f}, at most {estimate['high']:.3f}"
)

# %% [markdown]
# With the residents as prior the sum misses 3.6 of a hundred voters who are white and adds 3.9 who
# are Hispanic: many residents may not vote, or do not. The country's shares happen to be nearer.
# With the voters' own shares the errors are at most 1.7 in a hundred, and the log loss is lowest,
# 0.535. The estimate finds the white voters to 0.4 in a hundred and mends a third of the Hispanic
# error. But its log loss is the worst of all, 0.725. It has given up *other*: with names and places
# that do not tell that group apart, its share, 0.038 in truth, is estimated as 0.000 and at most
# 0.001, and whoever belongs to it gets a probability near 0. A {term}`standard error` tells of
# chance, not that the tables do not fit.
#
# In a population that the tables fit better, the estimate does better. Here the residents of the
# simulation vote, three in ten white people and all others, and the names of the Census, from which
# they were drawn, are used:

# %%
rng_votes = np.random.default_rng(4)
turnout = residents["race"].eq("white").map({True: 0.3, False: 1.0})
voting = residents[rng_votes.random(len(residents)) < turnout]
true_share = (voting["race"] == "white").mean()
use_lists = {
    "surname": "surname",
    "geo": "area",
    "names": explorers.CENSUS_LISTS,
}
estimated = bisg.estimate_prior(voting, **use_lists)
print(f"share of white voters: {true_share:.3f}, among residents "
      f"{places.shares(bisg.FIVE)[0]:.3f}")  # fmt: skip
print(f"estimated: {estimated.shares['white']:.3f} "
      f"(standard error {estimated.standard_error['white']:.3f})")  # fmt: skip
for prior in (None, "estimate"):
    answer = bisg.predict(voting, prior=prior, **use_lists)
    quality = bisg.evaluate(answer, voting["race"], draws=50).set_index("metric")
    print(f"prior {prior or 'residents'}: log loss "
          f"{quality.loc['log_loss', 'value']:.3f}")  # fmt: skip

# %% [markdown]
# The residents are 0.631 white, the voters 0.335; the estimate says 0.351, and the log loss falls
# from 0.633 to 0.556. It is still five standard errors of 0.003 off. Some names are in no list, more
# often those of some groups than of others, and the estimate does not know how often. So read it as
# a mend, not as a measurement.
#
# Last, the names in no list. The library lets them tell nothing. But the Census printed a row for
# everybody whose surname has fewer than 100 bearers: less often Black than the country, more often
# Asian. With `unlisted="census"` that row counts.

# %% label="tab-bisg-unlisted"
rare_voters = study.query("part == 'unlisted'").pivot_table(
    "value", "evidence", ["metric", "prior"], sort=False
)
show_table(
    pd.DataFrame(
        {
            "voters": rare_voters["people", "ignore"].astype(int),
            "nothing": rare_voters["log_loss", "ignore"],
            "the Census' row": rare_voters["log_loss", "census"],
        }
    ),
    caption="Log loss on voters whose surname is in no list, by what it tells.",
    alt="The row of the Census lowers the log loss with either list of names.",
    digits=3,
)

# %% [markdown]
# It helps: from 0.821 to 0.780 on the 779 voters whom the Census does not list, and about as much on
# the 278 whom the paper does not. It stays an option, since in other places other names are rare.
#
# (bisg-2020)=
# ### From 2010 to 2020
#
# The Census Bureau's list of 2020 holds no surname that the list of 2010 lacks, but the people
# behind the names changed, and so did the question. Mean probabilities over the bearers of all
# names that are on both lists:

# %%
old, new = bisg.load_names("census2010"), bisg.load_names("census2020")
both = [name for name in new.names if name in old.row]
at_old, at_new = ([table.row[name] for name in both] for table in (old, new))
weight = old.counts[at_old]
change = pd.DataFrame(
    [
        np.average(table.p_race[at], axis=0, weights=weight)
        for table, at in ((old, at_old), (new, at_new))
    ],
    index=["2010", "2020"],
    columns=old.categories,
)
print(f"{len(both):,} of {len(new):,} surnames of 2020 are on the list of 2010")
show_table(
    change.T.assign(change=lambda t: t["2020"] - t["2010"]),
    caption="Mean probabilities over the bearers of all names on both lists.",
    alt="The share of two or more races doubles; that of white people falls.",
    digits=3,
)

# %% [markdown]
# The weights are those of 2010 in both columns, so what moved is what each name says. White lost
# two points in a hundred, and two or more races doubled, from 0.017 to 0.034. An estimate is tied
# to a year as well as to a population, and `reference_population` in every row of a result says
# to which.
#
# Places changed as well: one tract in four was cut anew or got another number. How many people of
# today does a table of 2010 not know?

# %%
tracts = {year: bisg.load_geography(f"tract{year}") for year in (2010, 2020)}
new_tract = np.array([code not in tracts[2010].row for code in tracts[2020].areas])
adults = tracts[2020].residents
print(
    f"{new_tract.sum():,} of {len(new_tract):,} tracts of 2020 are unknown to 2010"
)
print(f"{adults[new_tract].sum() / adults.sum():.1%} of the adults live there")

here = pd.DataFrame({"last": ["Garcia"], "tract": ["06075022801"]})
today = bisg.predict(
    here, surname="last", geo="tract", names="census2020", geography="tract2020"
)
print(today["reference_population"].item())

# %% [markdown]
# A quarter of the adults would be answered by their name alone. For addresses of today, take
# `names="census2020"` with `geography="tract2020"`, or `zcta2020`, `block_group2020` and
# `county2020`; for older ones there are `zcta2010`, `tract2010` and `county2010`. Where many codes
# are unknown a warning says which year fits, and where all are, an error. The tables of 2020 count
# adults, and one thing more has to be told: the Census lets people answer "some other race". Who
# answered white *and* some other race counts as white here, which moves about one in a hundred
# people of a place from *other*, and so on for the other groups.

# %% [markdown]
# ## Where it breaks
#
# (bisg-certainties)=
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
# These pairs cannot exist, says the product. They do exist. Tools that follow the formula to the
# letter return NaN for them, no number, or drop the row. The library adds one average person to
# each name: a Dirichlet prior with the weight of one person. Common names do not feel it, and
# rare ones lose their certainty. Here are 2,000 surnames of which every bearer is in one group.

# %%
one_group = np.flatnonzero(surname.p_race.max(axis=1) == 1)
rare = surname.names[rng.choice(one_group, size=2000, replace=False)]
rare_people = pd.DataFrame({"surname": rare})
for pseudo in (0, 1, 5):
    shares = bisg.predict(rare_people, surname="surname", smoothing=pseudo)[
        list(bisg.FIVE)
    ]
    print(
        f"smoothing {pseudo}: mean of the largest share "
        f"{shares.max(axis=1).mean():.3f}"
    )

# %% [markdown]
# One average person takes 1.6 points in a hundred off the certainty, five take 7.
#
# ### Who gets a zero
#
# Random pairs are mostly rare names. Among people as they are, how many get probability 0 for what
# they are, because the dictionary knows no bearer of their name in their group?

# %%
raw = bisg.predict(
    residents, first="first", surname="surname", geo="area", smoothing=0
)
smooth = bisg.predict(residents, first="first", surname="surname", geo="area")


def own_share(answer):
    """Probability that each person gets for the group they belong to."""
    own = residents["race"].cat.codes.to_numpy()
    return answer[list(residents["race"].cat.categories)].to_numpy(float)[
        np.arange(len(own)), own
    ]


zero = pd.DataFrame(
    {"raw": ~(own_share(raw) > 0), "smoothed": ~(own_share(smooth) > 0)}
)
show_table(
    zero.groupby(residents["race"].astype(str)).mean(),
    caption="Share of each group that gets probability 0 for what they are.",
    alt="Without smoothing the smallest groups are ruled out most often.",
    units={"raw": "%", "smoothed": "%"},
    digits=2,
)

# %% [markdown]
# The smaller the group among the voters of the six states, the more of its members are ruled out:
# 7.6% of the people in *other*, 0.06% of white people.
# One average person per name is enough to rule nobody out.

# %% [markdown]
# (bisg-small-places)=
# ### Small places
#
# In a block where the Census counted nobody of a group, the formula rules the group out. But a
# count of three people is not the truth about who lives there ten years on. The fully Bayesian
# version {cite:p}`imai2022` takes the counts as evidence and lets the names of the people at hand
# speak too.

# %%
counts = {"white": [3, 400], "black": [0, 90], "hispanic": [0, 60]}
counts |= {"asian": [0, 30], "other": [0, 20]}
block = pd.DataFrame({"area": ["block 1", "block 2"], **counts})
areas = bisg.Geography.from_frame(
    block, label="two blocks", population="residents of two blocks"
)
block_people = pd.DataFrame(
    {"last": ["Washington", "Jefferson", "Booker"], "block": "block 1"}
)

options = {"surname": "last", "geo": "block", "geography": areas}
plain = bisg.predict(block_people, **options, smoothing=0)
full = bisg.fit_fbisg(block_people, **options, draws=2000, seed=0, progress=False)
print(
    f"R-hat at most {full.rhat.max():.3f}, "
    f"effective sample size at least {full.ess.min():.0f}"
)
show_table(
    pd.DataFrame(
        {
            "P(black), plain": plain["black"].to_numpy(float),
            "P(black), fully Bayesian": full.posterior["black"].to_numpy(float),
        },
        index=pd.Index(block_people["last"], name="surname"),
    ),
    caption="Three neighbours in a block where three white people were counted.",
    alt="The plain formula says 0 for all; the fully Bayesian one says likely.",
    digits=2,
)

# %% [markdown]
# The plain formula is certain that nobody is Black, because of three people counted ten years ago.
# With the counts as evidence the names decide, at 0.72 to 0.85. The chains of the sampler agree: an
# R-hat near 1 says that they have forgotten where they began, and the effective sample size is how
# many independent draws they are worth.
#
# (bisg-unknown)=
# ### What is not known
#
# Names that are not in the dictionary, empty fields and malformed ZIP codes are common. Each
# contributes nothing, the row says so, and no row depends on another one.

# %%
messy = pd.DataFrame(
    {
        "surname": [
            "O'Neil, Jr.",
            "Garcia-Lopez",
            "NAN",
            None,
            "Xqzzt",
            "de la Cruz",
        ],
        "zcta": ["94110", 94110.0, "2138", "94110", "00000", None],
    }
)
told = bisg.predict(messy, surname="surname", geo="zcta")
columns = ["evidence", "matched_surname", "matched_geo", "abstention"]
show_table(
    messy.join(told[columns].replace("", None)),
    caption="What the library says about six rows as people type them.",
    alt="Five rows have some evidence; one has neither name nor place.",
    missing="none",
)

# %% [markdown]
# Suffixes, hyphens and prefixes are cleaned away and a ZIP code that lost its zero gets it back, and
# is told as *padded*. Only the fifth row has nothing to go by, and says why it has no estimate.
#
# Some entries are worse than missing, since they look like data. UNKNOWN stands in the dictionary as
# a surname; a form that was left empty is none. Letters may have been read in a
# wrong encoding, or be lost. Post-office boxes have ZIP codes without an area. What the library
# does by itself, and what when asked:

# %%
doubtful = pd.DataFrame(
    {
        "surname": ["UNKNOWN", "NuÃ±ez", "Nu?ez", "Xqzzt", "Garcia"],
        "zcta": ["94110", 21381234, "94110-", "10116", "09012"],
    }
)
asked = {
    "placeholders": "ignore",
    "unlisted": "census",
    "unknown_zip": "three-digit",
}
use = {"surname": "surname", "geo": "zcta"}
by_itself, when_asked = (
    bisg.predict(doubtful, **use, **options) for options in ({}, asked)
)
show_table(
    doubtful.astype(str).assign(
        **{
            "name, by itself": by_itself["matched_surname"].astype(str),
            "name, when asked": when_asked["matched_surname"].astype(str),
            "place, by itself": by_itself["matched_geo"].astype(str),
            "place, when asked": when_asked["matched_geo"].astype(str),
        }
    ),
    caption="Five doubtful rows: how name and place matched.",
    alt="Asked for, the placeholder is passed over, the unlisted name and the "
    "post-office box get what is known of their like.",
)

# %% [markdown]
# The wrong encoding is put right, and a ZIP code with four more digits that was read as a number is
# 02138. The name with a lost letter is left alone rather than guessed at. A soldier abroad has no
# place in these tables. The rest is a choice: to read UNKNOWN as a name, to let unlisted names tell
# nothing, to drop a post-office box. Where placeholders are frequent a warning says so.
#
# (bisg-own-data)=
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
show_table(
    estimate[[*bisg.FIVE, "evidence"]],
    caption="Estimates for five rows, under the index of the data frame.",
    alt="Four of the five rows are nearly certain.",
    digits=3,
)

# %% [markdown]
# Only Emily Smith in Manhattan is in doubt, with 0.72 for white; the others are settled by name and
# place together.
#
# Your own dictionary or your own areas come in by the same door: a data frame, a CSV or a Parquet
# file with a column of names and one column for each group, as counts or as probabilities.

# %%
parish = pd.DataFrame(
    [["Larsen", 97, 1, 1, 1, 2], ["Okafor", 2, 90, 1, 1, 3]],
    columns=["name", *bisg.FIVE],
)
parish_names = bisg.NameTable.from_frame(
    parish, label="parish register", population="one parish"
)
villagers = pd.DataFrame({"last": ["Okafor", "Larsen"]})
in_parish = bisg.predict(villagers, surname="last", names=parish_names)
show_table(
    in_parish[list(bisg.FIVE)].set_index(villagers["last"]),
    caption="Two villagers by the dictionary of their parish.",
    alt="Okafor is most probably Black, Larsen most probably white.",
    digits=3,
)

# %% [markdown]
# Okafor gets 0.923 for Black: 90 of the 97 bearers, and the one average person of the smoothing.
#
# (bisg-labels)=
# ### Labels, and what they cost
#
# It is tempting to call everybody above a threshold a member of the group. Move the threshold and
# watch who is left.

# %% tags=["hide-input", "slide"] label="fig-bisg-labels"
labels = explorers.threshold_explorer()
labels

# %% [markdown]
# Set the threshold {set}`to one half <labels threshold=0.5>`, and nearly everybody gets a label,
# many of them a wrong one; {set}`to 0.95 <labels threshold=0.95>`, and few are wrong, but most are
# gone. Labels are given to those whom names and places tell apart. The others vanish from the count, and
# they are not a random part of their group. The sum of probabilities needs no threshold and keeps
# everybody.
#
# (bisg-support)=
# ### What the method can and cannot support
#
# **Sums over many people** from the population that the tables describe: yes. How many Black
# voters are on a list, how many Hispanic patients in a region. Check the sum on a part where race
# is known.
#
# **Differences between groups**: with a known error. If people of different race with the *same*
# name and place fare differently, weighting by probabilities hides part of it {cite:p}`chen2019`,
# since the weights of both are the same. Two worlds show it. In the first, Black people are
# treated worse than their neighbours by ten points. In the second, nobody is, but places differ.
# Here is the difference between Black and white people, in truth and by both estimators.

# %%
probabilities = smooth[list(bisg.FIVE)]
worlds = {
    "treated differently": {"direct": -0.1, "through_place": 0.0},
    "living elsewhere": {"direct": 0.0, "through_place": -0.1},
}
gaps = {}
for label, effects in worlds.items():
    race, outcome, chances = bisg.simulate_outcomes(
        probabilities, group="black", **effects
    )
    means = bisg.expected_means(probabilities, chances).set_index("group")
    columns = ["truth", "weighted", "threshold"]
    gaps[label] = means.loc["black", columns] - means.loc["white", columns]
show_table(
    pd.DataFrame(gaps).T,
    caption="Difference between Black and white people in two worlds, in truth and "
    "by two estimators.",
    alt="The truths differ; both estimators give the same in both worlds.",
    digits=3,
)

# %% [markdown]
# The truths differ, and the estimates are the same to the last digit. The data cannot tell the two
# worlds apart, and no larger sample helps: the columns are limits. The weighted estimator is right
# in the second world and hides much of the difference in the first; the threshold is wrong in both.
#
# Another assumption gives another estimator. {term}`BIRDiE` {cite:p}`mccartan2024` supposes that
# people of the same *group*, and stratum, fare alike whatever their *name*: the name tells of the
# group, and of the outcome through the group alone. `bisg.birdie` draws the unknown groups and the
# shares of each group in turn, so that its intervals allow for both. Which assumption fits real
# people? Take an outcome that is known for the voters of Florida, whether they are under 40, and
# estimate the share in each group from names and precincts. Intervals of 95%:

# %% label="tab-bisg-differences"
young = study.query("part == 'differences' and evidence == 'under 40'")
inside = young.pivot_table(
    index="group", columns="prior", values=["value", "low", "high"]
)
inside = inside.loc[list(bisg.FIVE)]
shown, holds = {"truth": inside["value", "truth"].map("{:.3f}".format)}, {}
for name in ("weighted", "BIRDiE", "BIRDiE by county"):
    value, low, high = (inside[part, name] for part in ("value", "low", "high"))
    holds[name] = inside["value", "truth"].between(low, high)
    shown[name] = [
        f"{v:.3f} ({a:.3f} to {b:.3f})"
        for v, a, b in zip(value, low, high, strict=True)
    ]
for name, hit in holds.items():
    print(f"{name}: {hit.sum()} of {len(hit)} intervals hold the truth")
show_table(
    pd.DataFrame(shown),
    caption="Share of the voters under 40 in each group, in truth and estimated.",
    alt="The weighted estimates lie closer to each other than the truths do.",
)

# %% [markdown]
# The weighted means are drawn towards one another: of the Black voters 0.398 are under 40, and the
# interval ends at 0.379. Only one of its five intervals holds the truth, though each is called
# one of 95%. BIRDiE holds four, and five when each county has shares of its own. For *other*, whom names do not tell, it can only say that it does not
# know: 0.375 to 0.933 without counties. In 200 simulated worlds in which its assumption holds, its
# intervals cover as they should; a test repeats them. No data say whether it holds in yours.
#
# **Statements about one person**: no. A calibrated 0.9 is wrong for one in ten. It must not enter
# a decision on credit, housing, employment, policing, health or eligibility, and it is no
# evidence of what anybody is.

# %% [markdown]
# (bisg-scale)=
# ## At scale
#
# A name is cleaned once, however many people bear it, and looked up by number; places are an
# index. The cost is a small constant for each row. Measured here, for surname and place:

# %% tags=["hide-input"] label="fig-bisg-cost"
import time


def processor_time(rows):
    start = time.process_time()
    bisg.predict(
        rows,
        surname="surname",
        geo="area",
        names="census2010",
        geography="tract2010",
    )
    return time.process_time() - start


sizes = [25_000, 50_000, 100_000, 200_000, 400_000]
seconds = [
    min(processor_time(drawn.head(size)) for _ in range(3)) for size in sizes
]

with style():
    figure, axes = plt.subplots()
    axes.plot(np.array(sizes) / 1000, seconds, marker="o")
    axes.set_xlabel("Rows (thousands)")
    axes.set_ylim(0)
    axes.set_ylabel("Processor time (s)")
million = seconds[-1] / sizes[-1] * 1e6
show(
    figure,
    alt=(
        f"Processor time against rows, a line from {seconds[0]:.3f} s for "
        f"{sizes[0]:,} rows to {seconds[-1]:.2f} s for {sizes[-1]:,}."
    ),
    caption=(
        "Cost of a prediction on the machine that built this page: about "
        f"{million:.1f} s of one processor for a million rows. The page Benchmarks "
        "sets it beside surgeo."
    ),
)

# %% [markdown]
# The cost grows in proportion to the rows, after a small constant for the look-up tables. More rows
# than memory holds go through in batches: `bisg.predict_parquet("people.parquet",
# "out.parquet", surname="last", geo="zip")`, or from the command line, for CSV too:
#
# ```
# python -m workedpapers.bisg people.parquet out.parquet --surname last --zip zip
# ```
#
# Where the data lie in a database, the same prediction
# is an expression that the database computes. DuckDB runs inside this process; Spark or BigQuery
# take its place with one other line.

# %%
import ibis

database = ibis.duckdb.connect()
stored = database.create_table("people", mine.reset_index(names="key"))
answer = bisg.predict_table(stored, surname="last", first="first", geo="zip")
there = answer.order_by("key").to_pandas()

assert np.allclose(there[list(bisg.FIVE)], estimate[list(bisg.FIVE)].astype(float))
show_table(
    there.set_index("key")[["last", "zip", *bisg.FIVE]],
    caption="The five rows again, computed by the database.",
    alt="The probabilities are those of the data frame.",
    digits=3,
)

# %% [markdown]
# They are the same as above, to rounding.
#
# ## What reproduced
#
# Of the paper we had the abstract of the first version, the abstract of the published one and the
# dictionaries themselves.

# %% tags=["slide"]
from workedpapers.bisg.chapter.claims import CLAIMS
from workedpapers.claims import table as claims_table

claims_table(
    CLAIMS,
    chapter="bisg",
    paper="Race and ethnicity data for first, middle, and surnames",
)

# %% [markdown]
# ## For teachers: race in class
#
# Students will type their own names and those of people they know. Say before they do that the
# answer is about all bearers of a name, that the groups are those of a form, drawn up by an office,
# which has changed them with every Census, and that nobody has to tell their own. Let pairs choose
# names from a list (a phone book, a team, the dictionary itself) rather than from the room.
#
# Begin with what the tool is for: laws against discrimination in lending and voting are enforced with
# such estimates, because lenders often may not ask. Then let the class find whom it fails: the
# people in {ref}`tab-bisg-voters` whom neither name nor place tells apart, those whose name is in
# no list, those with several answers. Do not rank names as "ethnic", nor treat white as the rest;
# each group has a probability, and they sum to one. If somebody is hurt by an estimate, that is the
# lesson of the chapter, not a disturbance of it: a sum may be right where every single answer is an
# imposition.
#
# A question to end on, without a right answer: who may compute this about whom, and who should be
# told?
#
# ## Exercises
#
# Two questions that the figures answer, once you have: think first, then press the button.

# %% tags=["hide-input"]
from workedpapers.explore import Estimate, Pick, Quiz

one_person.ask(
    Quiz(
        "bisg-quiz-1",
        "The surname Jackson says nearly as often Black as white. Now the "
        "person lives in 55303, north of Minneapolis. How probable is it that "
        "they are Black?",
        Estimate("with_place[1]", within=10, unit="%", format=".0f"),
        start={"surname": "JACKSON", "place": ""},
        reveal={"place": "55303"},
        why="The surname alone gives {with_surname[1]:.0f}%. In a place where few "
        "people are Black, few Jacksons are.",
    )
)

# %% tags=["hide-input"]
labels.ask(
    Quiz(
        "bisg-quiz-2",
        "Raise the threshold from 0.80 to 0.95. Which of these groups loses the "
        "most, so that the smallest share of its people still has a label?",
        Pick(["White", "Black", "Hispanic", "Asian"], right="{fewest}"),
        start={"threshold": 0.8},
        reveal={"threshold": 0.95},
        why="Of Black people {labelled[1]:.0f}% keep a label, of white people "
        "{labelled[0]:.0f}%: the surnames of Black and white Americans are much "
        "the same.",
    )
)

# %% [markdown]
# ```{exercise-start}
# :label: bisg-1
# :level: read
# :minutes: 10
# ```
# In {ref}`fig-bisg-name`, find a surname for which the place changes the most probable
# group, and one for which no place does. What distinguishes their rows in the dictionary?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} bisg-1
# :class: dropdown
# ```
# The likelihood ratio between the two leading groups decides. A place can overturn it only if the
# odds of the two groups there differ from the country's by as much.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
for name, leader in (("Jackson", "black"), ("Nguyen", "asian")):
    likelihood = bisg.lookup(name) / p_voters
    odds = likelihood[leader] / likelihood["white"]
    print(
        f"{name}: {odds:.1f} times as common among {leader} as among white people"
    )

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: bisg-2
# :level: compute
# :minutes: 15
# ```
# The same surname among the voters of the six states and in the whole country: by how
# much does P(Black | Williams) change when only the prior does? Use `prior="zcta2010"`.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} bisg-2
# :class: dropdown
# ```
# With the dictionary's own prior you get the dictionary's row. With the country's shares each group
# is multiplied by the ratio of the priors.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
williams = pd.DataFrame({"last": ["Williams"]})
voters = bisg.predict(williams, surname="last")["black"].item()
country = bisg.predict(williams, surname="last", prior="zcta2010")["black"].item()
print(
    f"voters of the six states {voters:.3f}, residents of the country {country:.3f}"
)

# %% tags=["remove-cell", "hidden-test"]
# Leave in
#   voters: P(Black | Williams) among the voters of the six states
#   country: the same in the whole country
row = bisg.lookup("Williams")
moved = row / p_voters * places.shares(bisg.FIVE)
assert abs(voters - row["black"]) < 0.002
assert abs(country - moved["black"] / moved.sum()) < 0.002

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: bisg-3
# :level: compute
# :minutes: 25
# ```
# The first names were cut by a threshold too. Is it the same? Use
# `bisg.recover_counts` on the rows whose largest share is below 1.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} bisg-3
# :class: dropdown
# ```
# Look for the jump, not for the minimum: fractions that cancel give bounds below the threshold.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
counts = bisg.recover_counts(first.p_race[first.p_race.max(axis=1) < 1])
jump = {n: int((counts == n).sum()) for n in range(20, 30)}
largest = max(range(21, 30), key=lambda n: jump[n] - jump[n - 1])
print(jump)
print(f"the largest step up is at {largest}")

# %% tags=["remove-cell", "hidden-test"]
# Leave in
#   largest: the number of bearers at which the largest step up is
assert largest == threshold

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: bisg-4
# :level: research
# :minutes: 90
# ```
# A Census tract is smaller than a ZIP area and more alike inside. How much does it
# add? Draw people with tracts, and compare the log loss of tract and surname with that of ZIP area
# and surname for people drawn with ZIP areas. Why can the two not be compared on the same people
# here, and what would you need to do so?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} bisg-4
# :class: dropdown
# ```
# The tables do not say which tracts lie in which ZIP area, so each person has one or the other. A
# crosswalk with populations would put both on the same people.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
for level in ("zcta2010", "tract2010"):
    some = bisg.simulate_people(
        100_000, seed=3, names="census2010", geography=level
    )
    options = {
        "surname": "surname",
        "geo": "area",
        "names": "census2010",
        "geography": level,
    }
    quality = bisg.evaluate(bisg.predict(some, **options), some["race"], draws=50)
    loss = quality.query("metric == 'log_loss'").iloc[0]
    print(
        f"{level}: log loss {loss['value']:.3f} "
        f"({loss['low']:.3f} to {loss['high']:.3f})"
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
