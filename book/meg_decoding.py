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
# # When does the brain know a face?
#
# **A marker in the brain is said to tell familiar faces from unfamiliar ones after 85
# milliseconds. What would have to be true for such a number to be right?**
#
# Neurons in the monkey tell familiar faces apart after about 100 ms; in people, most studies see
# familiarity after 250 ms. {cite:t}`ehrenberg2022` report, in the abstract that we have, a marker
# in the magnetic field of the human brain (MEG) by 85 ms, found by pattern classification. Either
# the others looked in the wrong way, or this number is an artefact of how it was made. Their
# recordings are not public. But the *kind* of analysis can be put to the test: on simulated
# people in whom we know the answer.
#
# :::{div} wp-box
# **You will be able to** decode two conditions from MEG at every moment, without refitting a
# single classifier; say when a decoding curve leaves chance, with an interval that can be
# trusted; and recognise four ways in which a false 85 ms comes about.
#
# **You should know** linear regression and cross-validation.
#
# **Time**: 25 minutes to read, half a minute to run.
# :::
#
# ## The idea in one figure
#
# One group of simulated people sees familiar and unfamiliar faces. At each moment a classifier
# guesses which it was; the curve says how well. The truth is the dashed line. Below the curve
# stand the answers of five methods. Move the true onset; then, more telling, move the *size* of
# the effect and leave the onset where it is.

# %% tags=["hide-input"]
from workedpapers.meg_decoding.chapter import explorers, figures

explorers.onset_explorer()

# %% [markdown]
# Most of the methods move when only the size of the effect does. Two conditions with the same
# onset and different strength would look as if one came earlier. One of the methods, a fitted
# hinge, stays where the truth is.
#
# ## The idea in ten lines
#
# A trial is a vector $x$ of 306 sensors at one moment, a label is $y = \pm 1$. Ridge regression
# of $y$ on $x$ is a linear classifier. To test it honestly it must be fitted without the trials
# on which it is tested, once for every fold, at every moment. But for least squares the refit is
# not needed {cite:p}`treder2018`: with the kernel matrix $K$ of the centred trials and
#
# $$H = K (K + \alpha I)^{-1} + \tfrac1n \mathbf 1 \mathbf 1^\top, \qquad
#   \hat y_{\text{test}} = y_{\text{test}} - (I - H_{\text{test,test}})^{-1}\,(y - H y)_{\text{test}},$$
#
# $\hat y_{\text{test}}$ is exactly what a classifier says that never saw the test trials. The big
# matrix $H$ does not depend on the labels. So a thousand shuffled labels cost a thousand
# multiplications, and not a thousand fits.

# %%
import numpy as np


def held_out(X, y, folds, alpha):
    """What classifiers say, at one moment, about trials they were not fitted to."""
    n = len(y)
    centred = X - X.mean(axis=0)
    K = centred @ centred.T
    H = K @ np.linalg.inv(K + alpha * np.eye(n)) + 1 / n
    answer = np.empty(n)
    for test in folds:
        leverage = np.eye(len(test)) - H[np.ix_(test, test)]
        answer[test] = y[test] - np.linalg.solve(leverage, (y - H @ y)[test])
    return answer


# %% [markdown]
# The library does this for all moments at once, with whitening, groups, weights, confounds,
# several classes. Let us simulate four people, look at one moment of the first, and hold three
# things against each other: the ten lines, the library, and the honest refit by scikit-learn.
# They must agree to rounding.

# %%
from sklearn.linear_model import Ridge

from workedpapers import meg_decoding as meg

group = meg.simulate_group(subjects=4, trials=200, onset=0.085, effect=1.0, seed=0)
epochs = group[0]
X = 1e13 * epochs.get_data(picks="grad", verbose=False)  # in fT/cm
y = np.where(epochs.metadata["condition"] == "unfamiliar", 1.0, -1.0)
shuffled = np.random.default_rng(0).permutation(len(y))
folds = [np.sort(part) for part in np.array_split(shuffled, 5)]
splits = [(np.setdiff1d(shuffled, test), test) for test in folds]
moment = int(np.argmin(np.abs(epochs.times - 0.17)))

ten_lines = held_out(X[:, :, moment], y, folds, alpha=1e6)
library = meg.decode(X, y, times=epochs.times, cv=splits, alpha=1e6, scale=None)
refitted = np.empty(len(y))
for train, test in splits:
    model = Ridge(alpha=1e6).fit(X[train, :, moment], y[train])
    refitted[test] = model.predict(X[test, :, moment])

assert np.allclose(ten_lines, refitted, rtol=0, atol=1e-8)
assert np.allclose(library.predictions[:, moment], refitted, rtol=0, atol=1e-8)
print(
    f"{len(epochs)} trials, {len(epochs.ch_names)} sensors, "
    f"{len(epochs.times)} moments"
)

# %% [markdown]
# These people are made of the geometry of a real helmet of 306 sensors, a spherical head, and
# sources with plausible strength in early visual cortex, in the areas for faces of both
# hemispheres, and 272 more that only hum. From exactly 85 ms on, a familiar face adds current in
# the areas for faces. Before that the two conditions are drawn from the same distribution.
#
# ## Decode one person
#
# Sensors are noisy in different ways, and their noise is shared. Whitening divides it out:
# estimate the covariance of the noise before the picture appears, and use its inverse root
# {cite:p}`guggenmos2018`. All trials of one picture must stay together in a fold, or the
# classifier recognises the picture. `groups=` sees to it.

# %% tags=["headline"]
plain = meg.decode(epochs, y="condition", cv=5, groups="image")
white = meg.decode(epochs, y="condition", cv=5, groups="image", whiten=True)
for name, scores in (("plain", plain), ("whitened", white)):
    after = scores.times >= 0.1
    print(
        f"{name:9} AUC at its peak {scores.auc.max():.2f}, "
        f"mean from 100 ms on {scores.auc[after].mean():.2f}"
    )

# %% [markdown]
# Is the peak more than chance? The largest of 151 AUCs is above one half even if there is
# nothing. A thousand permutations of the labels say how far above. With refits that takes a
# night; here it takes a second or two.

# %% tags=["headline"]
null = meg.permute(
    epochs, y="condition", groups="image", whiten=True, n=1000, seed=0
)
significant = null.times[null.pvalues_corrected <= 0.05]
print(f"95% of the largest chance AUCs are below {null.threshold(0.05):.2f}")
print(f"samples above it: {len(significant)}")
if len(significant):
    print(f"the first at {1e3 * significant.min():.0f} ms")

# %% [markdown]
# One person says little. Onsets are a matter of groups.
#
# ### What the classifier looks at
#
# The weights of a classifier show where noise must be cancelled as much as where signal is
# {cite:p}`haufe2014`. The *pattern* that belongs to them, the covariance of the sensors with the
# classifier's output, shows the field of the effect.

# %% tags=["hide-input"]
figures.pattern_figure()

# %% [markdown]
# ## When does it start?
#
# Here is the mean of sixteen people and what five methods answer.

# %% tags=["hide-input"]
figures.course_figure()

# %% [markdown]
# The usual answers take the first sample that is significant. That is a statement about evidence,
# not about the onset: the weaker the effect, the later enough evidence has gathered
# {cite:p}`sassenhagen2019`. A *hinge* asks another question: which flat line with a rise that
# begins at time $\tau$ fits the course best? Its interval comes from drawing the people again,
# with replacement.
#
# One group proves nothing about a method. We simulate 50 groups of 16 people at three sizes of
# the effect. The truth is always 85 ms. If a method is right, its mean error is near zero at
# every size, and its 95% interval holds the truth in about 95 of 100.

# %% tags=["headline"]
from workedpapers.meg_decoding.chapter import tables

methods = tables.method_table()
shown = methods[["effect", "peak", "method", "bias", "sd", "coverage", "early"]]
print(shown.round(2).to_string(index=False))

# %% tags=["hide-input"]
figures.method_figure()

# %% [markdown]
# Read it row by row.
#
# - **Half of the peak** is late by much the same at every size: it measures where the slope is,
#   not where it begins.
# - **The first sample of the first cluster** is late by an amount that depends on the strength of
#   the effect. That is the bias which makes two equal onsets look different.
# - **The first sample after FDR correction** is worse than late, it is arbitrary: the more
#   samples are truly significant, the more false ones the procedure permits, and some of these
#   lie before the onset. The last column counts the groups in which it is more than 10 ms too
#   early.
# - **The hinge** is off by less than one sample at all three sizes, and its interval holds the
#   truth about as often as it says.
#
# A significant 85 ms may thus mean an onset well before or well after, depending on the method
# and the strength. Binary statements of the literature, 100 or 250 or 85, cannot be compared
# unless the method is the same.
#
# ### How many people, how many trials?
#
# How many experiments in a hundred are within 10 ms of the truth? At the medium effect:

# %% tags=["hide-input"]
figures.power_figure()

# %% [markdown]
# More people do not repair too few trials. Each classifier learns from its own person alone, and
# with few trials it learns too little of the weak beginning of the effect: the bias stays.
#
# ### And if there is nothing?
#
# In 200 groups without any effect, each method should find an onset in about five of a hundred.
# The hinge is only asked after a test that controls this; a hinge can be fitted to anything.

# %% tags=["headline"]
alarms = tables.false_alarm_table()
print(alarms.round(3).to_string(index=False))

# %% [markdown]
# ## Where it breaks
#
# ### Brighter pictures
#
# Suppose that the familiar faces were photographed in brighter light. Early visual cortex answers
# to luminance from 60 ms on. No classifier can know that we meant familiarity. Here are four
# worlds, with and without an effect of familiarity, with and without a difference in brightness
# of two standard deviations, and three analyses: naive; with luminance and contrast regressed out
# of channels and labels inside the training folds; and on a subset of pictures matched in both.

# %% tags=["hide-input"]
figures.confound_figure()

# %% tags=["headline"]
worlds = tables.control_table()
print(
    worlds[
        ["effect", "brighter", "analysis", "groups", "found", "onset", "coverage"]
    ]
    .round(2)
    .to_string(index=False)
)

# %% [markdown]
# In the world without familiarity and with brighter pictures, the naive analysis finds an onset
# in every single group, well before 85 ms. It is reproducible, significant, and about luminance.
# Both controls remove it. And where familiarity is real, both keep it. What control costs shows
# in the last rows: the intervals are several times wider, because what is shared by brightness
# and familiarity is given up.
#
# Before recording anything, decode the condition from the pictures alone. If that works, so will
# the brain's answer to the pictures.

# %%
features = epochs.metadata.drop_duplicates("image").reset_index(drop=True)
bright = meg.simulate_group(subjects=1, luminance_confound=2.0, seed=1)[0]
bright_features = bright.metadata.drop_duplicates("image").reset_index(drop=True)
for name, pictures in (("balanced", features), ("brighter", bright_features)):
    found = meg.decode_features(
        pictures[["luminance", "contrast"]], pictures["condition"], seed=0
    )
    print(
        f"{name}: condition from the pictures alone, AUC {found.auc.value:.2f} "
        f"({found.auc.low:.2f} to {found.auc.high:.2f})"
    )

# %% [markdown]
# ### Few pictures, shown often
#
# Every picture looks like something, whether it is familiar or not. If one picture is in the
# training set and in the test set, a classifier that has learned the pictures knows their labels
# too.

# %% tags=["hide-input"]
figures.leakage_figure()

# %% [markdown]
# With trials split at random, pictures alone give an AUC far above one half, and there is no
# effect at all in these data. Split by picture, nothing is left. This error needs no confound in
# brightness and cannot be seen in the result.
#
# ### The clock of the screen
#
# A computer sends a trigger and asks for the picture. The projector shows it later. In the public
# recordings of famous and unfamiliar faces {cite:p}`wakeman2015` it takes 34.5 ms. One published
# analysis of them reads the trigger channel and adds these {cite:p}`jas2018`. Another takes the
# onsets of the tables that come with the data, and adds nothing {cite:p}`henson2019`. Who is
# right? The description of the data does not say. But one recording was published twice, and here
# is where its first two pictures are in each:

# %%
rate = 1100.0  # samples per second of the recording
table = np.array([26628, 29972])  # their samples in the table of ds000117
# Their seconds in ds003645, which had 34 ms added. There the numbers
# count samples of 250 Hz, from 1.
other = np.array([24.2098181818, 27.2498181818])
triggers = (other * 250 - 1) * rate / 250 - 0.034 * rate
late = np.mean(table - triggers)
print("samples of the triggers:", triggers.round(3))
print(f"the table is {late:.0f} samples or {1e3 * late / rate:.1f} ms later")

# %% [markdown]
# A trigger falls on a whole sample, and without the added 34 ms it does. The table is later by
# the delay, rounded to a sample, and by one sample more if it counts from 1. So the tables hold
# the delay already, and both analyses are right. Whoever adds it to the tables counts it twice:

# %%
from workedpapers.meg_decoding.recordings.openneuro import SCREEN_DELAY

for counted, name in enumerate(["never", "once", "twice"]):
    print(
        f"delay counted {name:6} a marker at 85 ms seems to be at "
        f"{85 + 1e3 * SCREEN_DELAY * (1 - counted):5.1f} ms"
    )

# %% [markdown]
# No statistic can see this error. Every curve and every interval is the same, only moved.
#
# ### Patterns or single sensors?
#
# The abstract gives pattern classification as the reason why the marker was not found before: it
# sums weak evidence over sensors. Does it? Test the same groups by single sensors, with the same
# correction, and see how often either is significant within 35 ms of the onset.

# %% tags=["hide-input"]
figures.detection_figure()

# %% [markdown]
# In these groups it does not matter: single sensors are as good, even with the penalty for
# testing 306 of them. A field that looks alike in everybody adds up over people, sensor by
# sensor. The gain of patterns appears where people differ: in the diverse groups, whose sources
# lie and point differently from one person to the next, single sensors lose most of their
# evidence and decoding keeps it, because each person has a classifier of their own. (We made the
# diverse groups after we had seen that the first ones did not show what the abstract says, and
# there are twenty of them.) So the abstract's reason is right under a condition that it does not
# state.
#
# ### Is it the same code later?
#
# A decoder that was trained at one time can be tested at another {cite:p}`king2014`. If the
# square fills, the brain holds one pattern; if only the diagonal lights up, the code moves on.

# %% tags=["hide-input"]
explorers.generalisation_explorer()

# %% [markdown]
# Which cells of such a square are more than chance? There are two questions. If all labels are
# permuted, the answer is whether labels have to do with the recording at all. Off the diagonal
# that is too little. Where the classes lie far apart they differ along almost any direction, and
# a decoder that has learned noise is far from one half. So to see that something was *carried
# over*, the labels of the training trials alone are permuted, and the test trials keep theirs.
# Here is one person at a quarter of the sampling rate:

# %% tags=["headline"]
slow = group[1].copy().decimate(4, verbose="ERROR")
square = meg.permute_generalise(
    slow, y="condition", groups="image", whiten=True, n=200, seed=0
)
off = ~np.eye(len(square.times), dtype=bool)
for question, p in (
    ("labels matter", square.pvalues_corrected),
    ("carried over", square.pvalues_transfer),
):
    print(
        f"{question:14} in {np.sum(p[off] <= 0.05)} of {off.sum()} cells "
        "off the diagonal"
    )

# %% [markdown]
# ## On your own data
#
# `decode` takes `mne.Epochs`, with column names of their metadata, or plain arrays. Times are in
# seconds.

# %%
recording = meg.simulate_arrays(3, trials=200, seed=5)
mine = meg.decode(recording.X, recording.y, times=recording.times)
mine.to_frame().query("auc == auc.max()")[["time", "auc", "accuracy"]].round(3)

# %% [markdown]
# Four people are too few for a test of presence, and the library says so. With a list of courses,
# one for each person, the onset is one line:

# %%
import warnings

courses = [
    meg.decode(one, y="condition", groups="image", whiten=True).auc for one in group
]
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    start, low, high = meg.onset(courses, times=group[0].times, method="hinge")
print(f"{1e3 * start:.0f} ms ({1e3 * low:.0f} to {1e3 * high:.0f} ms)")
print(said[0].message)

# %% [markdown]
# In a pipeline of MNE {cite:p}`gramfort2013`, put `meg.TimeResolvedRidge` where a
# `SlidingEstimator` of a `StandardScaler` and a `RidgeClassifier` stood, or `meg.TimeResolvedLDA`
# for scikit-learn's discriminant analysis. They give the same scores.

# %%
from mne.decoding import SlidingEstimator, cross_val_multiscore
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

few = recording.X[:, ::3, 45:75].astype(float) * 1e12
cv = StratifiedKFold(5, shuffle=True, random_state=0)
theirs = SlidingEstimator(
    make_pipeline(StandardScaler(), RidgeClassifier(10.0)),
    scoring="roc_auc",
    verbose=False,
)
ours = meg.TimeResolvedRidge(alpha=10.0)
scores = [
    cross_val_multiscore(one, few, recording.y, cv=cv, verbose=False)
    for one in (theirs, ours)
]
print(f"largest difference of AUC: {np.abs(scores[0] - scores[1]).max():.0e}")

# %% [markdown]
# `classifier="lda"` is linear discriminant analysis in the same closed form
# {cite:p}`hastie1995`. With two classes it ranks the trials of a fold as ridge regression does,
# so that the AUC is the same to the last digit; it adds probabilities. With more classes it is
# the better choice, for ridge regression overlooks a class that lies between two others:

# %%
rng = np.random.default_rng(0)
places = np.repeat(["left", "middle", "right"], 60)
line = rng.standard_normal((180, 10))
line[:, 0] += np.repeat([-3.0, 0.0, 3.0], 60)  # three classes in a row
for name in ("ridge", "lda"):
    three = meg.decode(line[:, :, None], places, classifier=name)
    said_to_be = three.classes[three.predictions[:, 0].argmax(axis=1)]
    middle = np.mean(said_to_be[places == "middle"] == "middle")
    print(
        f"{name:5} finds {middle:.0%} of the middle class, AUC {three.auc[0]:.2f}"
    )

# %% [markdown]
# For recordings of familiar and unfamiliar faces there is OpenNeuro ds000117
# {cite:p}`wakeman2015`. With a network and the extra `meg_decoding-openneuro` installed,
#
# ```python
# people = meg.load_ds000117("all")   # 16 people, about 0.9 GB for each run
# own = meg.load_bids(
#     "my/dataset", subject="01", task="faces",
#     conditions={"familiar": ["Famous"], "unfamiliar": ["Unfamiliar"]},
# )
# ```
#
# The first follows a published protocol, with the Maxwell filter, on five minutes of two runs at
# 125 Hz. For latencies take `runs="all", crop=None, sfreq=250`. It takes the times from the
# trigger channel, and from the tables only the pictures, so that the delay of the screen is
# counted once. Both were tested on simulated files of the same form; this book is built without a
# network.
#
# ## At scale
#
# The cost of a person is one kernel matrix and its inverse for each moment, whatever the number
# of permutations. Measured here:

# %% tags=["hide-input"]
figures.cost_figure()

# %% [markdown]
# Searchlights, temporal generalisation and permutations of one person fit a laptop. People are
# independent of each other: let joblib, Dask or the array jobs of a cluster decode one each, and
# bring the courses together for `onset` and `group_test`. The study behind this chapter did so
# with `python -m workedpapers.meg_decoding.chapter.study`. The page [](benchmarks.py) sets the
# decoders beside MNE's.
#
# ## What reproduced
#
# Of the paper we had the abstract. It gives a number and a method, no sizes. So the claims below
# are about whether the method *can* do what it is said to have done. Whether it did, only the
# recordings could tell.

# %%
from workedpapers.claims import table as claims_table
from workedpapers.meg_decoding.chapter import claims

claims_table(claims.CLAIMS, chapter="meg_decoding")

# %% [markdown]
# For the abstract's 85 ms to be right, five things must hold: the effect must have been decodable
# at an AUC of about 0.6 or more in the group; the estimate must be of an onset and not of a first
# significant sample; training and test must have been split by picture; luminance and its kin
# must have been controlled on the pictures shown; and the delay of the screen must have been
# measured, and counted once. The abstract mentions the fourth.
#
# ## Exercises
#
# ```{exercise-start}
# :label: meg-1
# :level: read
# :minutes: 10
# ```
# In the first figure set the onset to 85 ms. By how much does the answer of *cluster*
# change from the weakest to the strongest effect, and by how much that of the hinge? Which
# difference would you have reported as "earlier"?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} meg-1
# :class: dropdown
# ```
# The figure shows one group. Over fifty groups:

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
wide = methods.pivot_table(
    index="method", columns="effect", values="bias", sort=False
)
moved = wide["weak"] - wide["strong"]
for method in ("cluster", "hinge"):
    print(f"{method} moves by {moved[method]:.1f} ms")

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: meg-2
# :level: compute
# :minutes: 30
# ```
# Leave out one trial at a time, collect all held-out answers and compute one AUC
# from them. Do it with the ten lines on noise, many times. Why is the result below one half?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} meg-2
# :class: dropdown
# ```
# Without a trial of one class that class is rarer among the others, and the mean of the training
# labels moves away from it. Each answer leans against its own label. `decode(cv="loo")` compares
# pairs that were left out together, and is not affected.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
from sklearn.metrics import roc_auc_score

sides = np.repeat([-1.0, 1.0], 20)
alone = [np.array([k]) for k in range(40)]
areas = []
for seed in range(200):
    noise = np.random.default_rng(seed).standard_normal((40, 10))
    pooled = roc_auc_score(sides, held_out(noise, sides, alone, alpha=400.0))
    pairs = meg.decode(
        noise[:, :, None], sides, cv="loo", alpha=400.0, scale=None
    ).auc[0]
    areas.append((pooled, pairs))
print(
    "mean AUC of noise: pooled {:.2f}, pairs {:.2f}".format(*np.mean(areas, axis=0))
)

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: meg-3
# :level: design
# :minutes: 30
# ```
# Your effect is expected at 120 ms, 12 people, 150 trials, and you want to be within
# 10 ms. Is that enough? Use `meg.plan` with a small pool, and say how sure you are of the answer.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} meg-3
# :class: dropdown
# ```
# Simulate before you record. The interval of the share tells how large a pool you need.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
planned = meg.plan(
    trials=[150], subjects=[12], onset=0.12, effect=1.0, pool=24, n_groups=60,
    show_progress=False,
)  # fmt: skip
planned.round(2).T

# %% [markdown]
# ```{solution-end}
# ```

# %% [markdown]
# ```{exercise-start}
# :label: meg-4
# :level: research
# :minutes: 90
# ```
# Stack five neighbouring samples (`window=5`). AUC rises. What happens to the
# onset, and is it a better marker?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} meg-4
# :class: dropdown
# ```
# A window sees the effect before its centre reaches it: the onset moves forward by up to half a
# window, here 8 ms. More accurate classification, less accurate dating.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
for window in (1, 5):
    how = {"y": "condition", "groups": "image", "whiten": True, "window": window}
    people = [meg.decode(one, **how) for one in group]
    wider = np.array([scores.auc for scores in people])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start, low, high = meg.onset(wider, times=people[0].times)
    print(
        f"window {window}: peak {wider.mean(axis=0).max():.2f}, "
        f"onset {1e3 * start:.0f} ms ({1e3 * low:.0f} to {1e3 * high:.0f})"
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
