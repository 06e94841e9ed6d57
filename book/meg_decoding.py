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
# in the magnetic field of the human brain by 85 ms, found by pattern classification. The field is
# recorded outside the head, by magnetoencephalography, {term}`MEG` for short. Either the others
# looked in the wrong way, or this number is an artefact of how it was made. The recordings are
# not public. But the *kind* of analysis can be put to the test: on simulated people in whom we
# know the answer.
#
# :::{div} wp-box
# **You will be able to** decode two conditions from MEG at every moment, without refitting a
# single classifier; say when a decoding curve leaves chance, with an interval that can be
# trusted; and recognise four ways in which a false 85 ms comes about.
#
# **You should know** linear regression, cross-validation, and what a t test is. What is special to
# the field is explained where it comes; words in bold are in the [](glossary.md).
#
# **Time**: 25 minutes to read, half a minute to run.
# :::
#
# ## The idea in one figure
#
# One group of simulated people sees familiar and unfamiliar faces. At each moment a classifier
# guesses which it was, and the curve in {ref}`fig-meg-onset` says how well, by the {term}`AUC`: the
# chance that an unfamiliar face gets a higher score than a familiar one. One half is guessing.
# The true onset is the dashed line. Below the curve stand the answers of five methods, which
# come later in this chapter. Move the true onset; then, more telling, move the *size* of the
# effect and leave the onset where it is.

# %% tags=["hide-input", "slide"] label="fig-meg-onset"
from workedpapers.meg_decoding.chapter import explorers, figures

one_group = explorers.onset_explorer()
one_group

# %% [markdown]
# Most of the methods move when only the size of the effect does: go from
# {set}`strong <onset effect=2.3>` to {set}`weak <onset effect=0.8>` and watch {hue}`cluster`. Two conditions with the same
# onset and different strength would look as if one came earlier. One of the methods,
# the first in the list, stays where the truth is.
#
# (meg-ten-lines)=
# ## The idea in ten lines
#
# A trial is a vector $x$ of 306 sensors at one moment, a label is $y = \pm 1$.
# {term}`Ridge regression <ridge regression>` of $y$ on $x$, least squares with a penalty $\alpha$
# on the length of the weights, is a linear classifier. To test it honestly it must be fitted
# without the trials on which it is tested, once for every fold, at every moment. But for least
# squares the refit is not needed {cite:p}`treder2018`. Take the {term}`kernel matrix` $K$, the
# inner products of all pairs of centred trials. With
#
# $$
# \begin{aligned}
# H &= K (K + \alpha I)^{-1} + \tfrac1n \mathbf 1 \mathbf 1^\top,\\
# \hat y_{\text{test}} &= y_{\text{test}}
#   - (I - H_{\text{test,test}})^{-1}\,(y - H y)_{\text{test}},
# \end{aligned}
# $$ (meg-held-out)
#
# $\hat y_{\text{test}}$ is exactly what a classifier says that never saw the test trials. The big
# matrix $H$ does not depend on the labels. So a thousand shuffled labels cost a thousand
# multiplications, and not a thousand fits. In code, {eq}`meg-held-out` is:

# %% tags=["slide"]
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
# The library does this for all moments at once, and for several classes, weighted trials and
# whatever else a study needs. Let us simulate four people, look at one moment of the first, and
# hold three things against each other: the ten lines, the library, and the honest refit by
# scikit-learn. They must agree to rounding.

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
# The three agree. Each of the 200 trials is one picture, seen for 151 samples, 4 ms apart.
#
# These people are made of the geometry of a real helmet of 306 sensors, a spherical head, and
# sources with plausible strength in early visual cortex, in the areas for faces of both
# hemispheres, and 272 more that only hum. Two sensors of three are
# {term}`gradiometers <gradiometer>`, which measure how the field changes over a few centimetres;
# the others are {term}`magnetometers <magnetometer>`, which measure the field itself. From
# exactly 85 ms on, a familiar face adds current in the areas for faces. Before that the two
# conditions are drawn from the same distribution.
#
# (meg-one-person)=
# ## Decode one person
#
# Sensors are noisy in different ways, and their noise is shared. {term}`Whitening <whitening>`
# divides it out: estimate the covariance of the noise before the picture appears, and multiply
# the sensors by its inverse root {cite:p}`guggenmos2018`. The AUC should rise. All trials of one
# picture must stay together in a fold, or the classifier recognises the picture; `groups=` sees
# to it.

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
# Whitened sensors give a higher peak, and more over the whole epoch.
#
# Is the peak more than chance? The largest of 151 AUCs is above one half even if there is
# nothing. A {term}`permutation test` says how far above: shuffle the labels, decode, note the
# largest AUC, and do so a thousand times. What exceeds 95% of these keeps the
# {term}`family-wise error`, the chance of a single false finding among all 151 moments, at 5%.
# With refits that takes a night; here it takes a second or two.

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
# A single sample passes, at 120 ms, though the effect has been there from 85 ms on. One person
# says little. Onsets are a matter of groups.
#
# (meg-patterns)=
# ### What the classifier looks at
#
# The weights of a classifier show where noise must be cancelled as much as where signal is
# {cite:p}`haufe2014`. The {term}`pattern <pattern of a classifier>` that belongs to them, the
# covariance of the sensors with the classifier's output, shows the field of the effect. If the
# decoders have learned the effect, the lower row of {ref}`fig-meg-patterns` looks like the upper
# one, which is what was put there.

# %% tags=["hide-input", "slide"] label="fig-meg-patterns"
figures.pattern_figure()

# %% [markdown]
# It does: both have their largest values at the right back of the helmet, over the areas for
# faces, at every one of the four moments.
#
# (meg-onset)=
# ## When does it start?
#
# Here is the mean of sixteen people and what five methods answer.

# %% tags=["hide-input", "slide"] label="fig-meg-course"
figures.course_figure()

# %% [markdown]
# Five answers to one question, from 88 to 108 ms, and the truth is 85. The methods are these.
#
# - **Half of the peak**: the time at which the mean course is halfway to its peak.
# - {term}`Cluster <cluster>`: a run of neighbouring samples whose t value over people is above a
#   threshold. The largest run that chance makes, under random signs of the people, says
#   how large a run must be. The answer is the first sample of the first run that is larger.
# - **FDR**: the first sample that is significant when the {term}`false discovery rate` is held at
#   5%, the expected share of false ones among the samples that are called significant.
# - **Largest t**: the first sample whose t value is above 95% of the largest that random signs
#   give anywhere. It controls the family-wise error, as the test of one person did above.
# - {term}`Hinge <hinge>`: a flat line with a rise that begins at time $\tau$. Which $\tau$ fits the
#   course best?
#
# Cluster, FDR and largest t take the first sample that is significant. That is a statement about
# evidence, not about the onset: the weaker the effect, the later enough evidence has gathered
# {cite:p}`sassenhagen2019`. All five get their interval by the {term}`bootstrap`: the people are
# drawn again, with replacement.
#
# One group proves nothing about a method. We simulate 50 groups of 16 people at three sizes of
# the effect. The truth is always 85 ms. If a method is right, its mean error is near zero at
# every size, its 95% interval holds the truth in about 95 of 100 (its {term}`coverage`), and the
# interval is no wider than it must be.

# %% tags=["headline", "slide"] label="tab-meg-methods"
from workedpapers.meg_decoding.chapter import tables
from workedpapers.tables import show_table

methods = tables.with_names(tables.method_table())
columns = ["bias", "sd", "width", "coverage", "early"]
show_table(
    methods.set_index(["effect", "method"])[columns],
    caption="Five methods over 50 groups at each size of the effect. Bias and SD "
    "of the error; median width of the 95% interval, and how often it holds the "
    "truth; share of groups whose answer is more than 10 ms too early.",
    alt="The hinge has the smallest bias, and intervals that hold the truth.",
    units={"bias": "ms", "sd": "ms", "width": "ms", "coverage": "%", "early": "%"},
    digits={"bias": 1, "sd": 1, "width": 0, "coverage": 0, "early": 0},
)

# %% tags=["hide-input", "slide"] label="fig-meg-methods"
figures.method_figure()

# %% [markdown]
# Read {ref}`tab-meg-methods` method by method.
#
# - **Half of the peak** is late by 15 to 21 ms: it measures where the slope is, not where it
#   begins. It is precise, so that its interval nearly always misses the truth.
# - **Cluster** is late by 7 ms where the effect is strong and by 21 where it is weak. That is the
#   bias which makes two equal onsets look different. Its interval holds the truth in about half
#   of the groups.
# - **FDR** is worse than late, it is arbitrary: the more samples are truly significant, the more
#   false ones the procedure permits, and some of these lie before the onset. In four groups of
#   ten it is more than 10 ms too early. Its intervals hold the truth because they are 100 ms
#   wide.
# - **Largest t** is late like the cluster, from 8 ms to 28, and as wide as FDR. An interval of
#   100 ms that holds the truth is no achievement.
# - **Hinge** is off by less than one sample of 4 ms at all three sizes, and its interval holds
#   the truth about as often as it says, with a width of 7 to 45 ms.
#
# {ref}`fig-meg-methods` shows the same with its uncertainty: 50 groups tell a coverage of 90% from
# one of 60%, and not from one of 95%. A significant 85 ms may thus mean an onset well before or
# well after, depending on the method and the strength. Statements of the literature, 100 or 250
# or 85, cannot be compared unless the method is the same.
#
# (meg-power)=
# ### How many people, how many trials?
#
# How many experiments in a hundred are within 10 ms of the truth? At the medium effect:

# %% tags=["hide-input", "slide"] label="fig-meg-power"
figures.power_figure()

# %% [markdown]
# Both help, and trials help first. With 50 trials each, four times as many people bring 29% to
# 66%, and doubling from 16 to 32 hardly matters any more; with 100 trials it is 72% to 93%. With
# 200 trials even eight people are within 10 ms in more than nine cases of ten. Each classifier
# learns from its own person alone: people average out what differs between them, but not what
# every one of their classifiers failed to learn.
#
# (meg-nothing)=
# ### And if there is nothing?
#
# In 200 groups without any effect, each method should find an onset in about five of a hundred.
# The hinge is only asked after a test that controls this; a hinge can be fitted to anything.

# %% tags=["headline"] label="tab-meg-alarms"
alarms = tables.with_names(tables.false_alarm_table())
alarms = alarms.rename(columns={"found_low": "from", "found_high": "to"})
show_table(
    alarms.set_index("method"),
    caption="Share of groups without an effect in which a method finds an onset, "
    "with its 95% Wilson interval.",
    alt="All five methods find an onset in 2 to 5 percent of the groups.",
    units=dict.fromkeys(("found", "from", "to"), "%"),
    digits=1,
)

# %% [markdown]
# All five keep the promise: 2 to 4.5% of false alarms, and every {term}`Wilson interval` ends
# below 9%. What they get wrong is not *whether*, it is *when*.
#
# ## Where it breaks
#
# (meg-brighter)=
# ### Brighter pictures
#
# Suppose that the familiar faces were photographed in brighter light. Brightness is then a
# {term}`confound`, something else that differs between the conditions. Early visual cortex
# answers to luminance from 60 ms on, and no classifier can know that we meant familiarity. Here
# are four worlds, with and without an effect of familiarity, with and without a difference in
# brightness of two standard deviations. In each, three analyses: nothing done; brightness, that
# is luminance and contrast, regressed out of channels and labels inside the training folds; and a
# subset of pictures matched in both.

# %% tags=["hide-input", "slide"] label="fig-meg-confound"
figures.confound_figure()

# %% tags=["headline", "slide"] label="tab-meg-nothing"
worlds = tables.with_names(tables.control_table())
nothing = worlds[worlds["effect"] == 0].set_index(["brighter", "analysis"])
show_table(
    nothing[["groups", "found", "onset"]],
    caption="Without an effect of familiarity: share of groups in which an onset "
    "is found, and its median.",
    alt="With brighter pictures and nothing done, every group has an onset.",
    units={"found": "%", "onset": "ms"},
    digits=0,
    missing="none found",
)

# %% [markdown]
# In the world without familiarity and with brighter pictures, the analysis with nothing done finds
# an onset in every single group, at 69 ms. It is reproducible, significant, and about luminance.
# Both controls remove it: what is left, one group of twenty, is what chance allows. And where
# familiarity is real?

# %% tags=["headline", "slide"] label="tab-meg-familiar"
real = worlds[worlds["effect"] > 0].set_index(["brighter", "analysis"])
show_table(
    real[["groups", "found", "onset", *columns]],
    caption="With an effect of familiarity from 85 ms on: share of groups in which "
    "an onset is found, its median, and the error of the hinge.",
    alt="Controls find the effect where pictures are brighter, but hardly date it.",
    units={"found": "%", "onset": "ms"}
    | {"bias": "ms", "sd": "ms", "width": "ms", "coverage": "%", "early": "%"},
    digits={"found": 0, "onset": 0, "bias": 1, "sd": 1}
    | {"width": 0, "coverage": 0, "early": 0},
)

# %% [markdown]
# Where the pictures do not differ in brightness, control costs little: the widths are 12, 13 and
# 16 ms. Where they do, nothing done is wrong in every group. Regression still finds the effect in
# every group, but it no longer dates it: the interval is 61 ms wide, the answers scatter by 22 ms
# (SD), and 15% of them are more than 10 ms too early. Matching loses the effect in three groups of
# twenty and is wider still, with 87 ms. That the truth lies in such intervals, in 100%, says
# little: they also hold 60 ms, where brightness begins. What brightness and familiarity share is
# given up, and with it the date. A confound of this size must be avoided before the recording;
# analysis cannot make up for it.
#
# So before recording anything, decode the condition from the pictures alone. If that works, so
# will the brain's answer to the pictures.

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
# The balanced pictures say nothing about the condition: the interval holds one half. From the
# brighter ones the condition can be read nearly without error.
#
# (meg-few-pictures)=
# ### Few pictures, shown often
#
# Every picture looks like something, whether it is familiar or not. If one picture is in the
# training set and in the test set, a classifier that has learned the pictures knows their labels
# too.

# %% tags=["hide-input", "slide"] label="fig-meg-leakage"
figures.leakage_figure()

# %% [markdown]
# With trials split at random the AUC rises to 0.67, and there is no effect at all in these data.
# Split by picture, nothing is left. This error needs no confound in brightness and cannot be seen
# in the result.
#
# (meg-clock)=
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
# A trigger falls on a whole sample, and without the added 34 ms it does. The table is 39 samples
# later: the delay, 38 samples when rounded, and one more if it counts from 1. So the tables hold
# the delay already, and both analyses are right. Whoever adds it to the tables counts it twice:

# %%
from workedpapers.meg_decoding.recordings.openneuro import SCREEN_DELAY

for counted, name in enumerate(["never", "once", "twice"]):
    print(
        f"delay counted {name:6} a marker at 85 ms seems to be at "
        f"{85 + 1e3 * SCREEN_DELAY * (1 - counted):5.1f} ms"
    )

# %% [markdown]
# Forgotten, it makes a marker at 85 ms one at 119.5 ms; counted twice, one at 50.5 ms. No
# statistic can see this error. Every curve and every interval is the same, only moved.
#
# (meg-single-sensors)=
# ### Patterns or single sensors?
#
# The abstract gives pattern classification as the reason why the marker was not found before: it
# sums weak evidence over sensors. Does it? Test the same groups by single sensors, with the same
# correction, and see how often either is significant within 35 ms of the onset.

# %% tags=["hide-input", "slide"] label="fig-meg-detection"
figures.detection_figure()

# %% [markdown]
# In groups of 16 it does not matter: single sensors are as good, even with the penalty for
# testing 306 of them, and so they are in single people. A field that looks alike in everybody
# adds up over people, sensor by sensor. The gain of patterns appears where people differ: in the
# diverse groups, whose sources lie and point differently from one person to the next, single
# sensors are in time in 15% and decoding in 65%, because each person has a classifier of their
# own. (We made the diverse groups after we had seen that the first ones did not show what the
# abstract says, and there are twenty of them.) So the abstract's reason is right under a
# condition that it does not state.
#
# (meg-generalise)=
# ### Is it the same code later?
#
# A decoder that was trained at one time can be tested at another, which is called
# {term}`temporal generalisation` {cite:p}`king2014`. If the square in {ref}`fig-meg-generalisation`
# fills, the brain holds one pattern; if only the diagonal lights up, the code moves on.

# %% tags=["hide-input", "slide"] label="fig-meg-generalisation"
square_of_times = explorers.generalisation_explorer()
square_of_times

# %% [markdown]
# Here the square fills, less strongly than its diagonal: a decoder trained at 128 ms and one
# trained at 304 ms serve each other's time. Move the true onset to 170 ms, and what was trained
# at 128 ms serves nobody.
#
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
# Labels matter in more cells than something was carried over: a part of the square says only that
# the two conditions differ at the time of the test.
#
# (meg-own-data)=
# ## On your own data
#
# `decode` takes `mne.Epochs`, with column names of their metadata, or plain arrays. Times are in
# seconds.

# %%
recording = meg.simulate_arrays(3, trials=200, seed=5)
mine = meg.decode(recording.X, recording.y, times=recording.times)
best = mine.to_frame().query("auc == auc.max()")
show_table(
    best[["time", "auc", "accuracy"]].assign(time=1e3 * best["time"]),
    caption="The moment at which this person's AUC is largest, with the share of "
    "trials that the classifier gets right.",
    alt="The AUC is largest about a hundred milliseconds after the picture.",
    units={"time": "ms", "accuracy": "%"},
    digits={"time": 0, "auc": 2, "accuracy": 0},
)

# %% [markdown]
# The AUC of 0.66 needs no threshold; the accuracy of 60% depends on where it is put.
#
# With a list of courses, one for each person, the onset is one line. Four people are too few for a
# test of presence, and the library should say so:

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
# It does: 92 ms comes with an interval that begins at 0, and with the reason why no test can back
# it.
#
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
# The largest difference is rounding.
#
# `classifier="lda"` is {term}`linear discriminant analysis` in the same closed form
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
# Ridge regression gives the class in the middle a third of its trials, no more than chance; the
# discriminant analysis finds nine in ten.
#
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
# (meg-scale)=
# ## At scale
#
# The cost of a person is one kernel matrix and its inverse for each moment, whatever the number
# of permutations. Measured here:

# %% tags=["hide-input"] label="fig-meg-cost"
figures.cost_figure()

# %% [markdown]
# A thousand permutations cost less than ten times as much as one decoding. Searchlights, temporal
# generalisation and permutations of one person fit a laptop. People are
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

# %% tags=["slide"]
from workedpapers.claims import table as claims_table
from workedpapers.meg_decoding.chapter import claims

claims_table(
    claims.CLAIMS,
    chapter="meg_decoding",
    paper="Neural correlates of face familiarity perception",
)

# %% [markdown]
# For the abstract's 85 ms to be right, five things must hold: the effect must have been decodable
# at an AUC of about 0.6 or more in the group, where {ref}`tab-meg-methods` begins; the estimate
# must be of an onset and not of a first significant sample; training and test must have been
# split by picture; luminance and its kin must have been the same in the pictures shown, for a
# control in the analysis keeps the effect and loses its date; and the delay of the screen must
# have been measured, and counted once. The abstract mentions the fourth.
#
# ## Exercises
#
# Two questions that the figures answer, once you have: think first, then press the button.

# %% tags=["hide-input"]
from workedpapers.explore import Estimate, Quiz

one_group.ask(
    Quiz(
        "meg-quiz-1",
        "The onset is at 85 ms, the effect is strong, and the method called "
        "cluster answers 88 ms. Leave the onset and make the effect weak. What "
        "will cluster answer?",
        Estimate("cluster", within=8, unit="ms", format=".0f"),
        start={"onset": 85.0, "effect": 2.3},
        reveal={"effect": 0.8},
        why="A weak effect takes longer to rise above the noise. Whoever compares "
        "two conditions of different strength this way finds a difference in time.",
    )
)

# %% tags=["hide-input"]
square_of_times.ask(
    Quiz(
        "meg-quiz-2",
        "With the onset at 85 ms, a decoder trained at 128 ms still finds an AUC "
        "of 0.79 at 304 ms. Now the effect begins at 170 ms. What will the same "
        "decoder find at 304 ms?",
        Estimate("early_at_late", within=0.05, format=".2f"),
        start={"onset": 85.0},
        reveal={"onset": 170.0},
        why="At 128 ms there is nothing to learn yet, so that the decoder has "
        "learned noise.",
    )
)

# %% [markdown]
# ```{exercise-start}
# :label: meg-1
# :level: read
# :minutes: 10
# ```
# In {ref}`fig-meg-onset` set the onset to 85 ms. By how much does the answer of *cluster*
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
wide = methods.pivot(index="method", columns="effect", values="bias")
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
pooled_mean, pairs_mean = np.mean(areas, axis=0)
print(f"mean AUC of noise: pooled {pooled_mean:.2f}, pairs {pairs_mean:.2f}")

# %% tags=["remove-cell", "hidden-test"]
# Leave in
#   pooled_mean: the mean over your repetitions of the one AUC of all answers
assert 0.1 < pooled_mean < 0.45

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
# Simulate before you record. The interval of the share tells how sure you can be of it, and so how
# large a pool you need: with 24 simulated people it is still wide.

# %% jupyter={"source_hidden": true, "outputs_hidden": true}
planned = meg.plan(
    trials=[150], subjects=[12], onset=0.12, effect=1.0, pool=24, n_groups=60,
    show_progress=False,
)  # fmt: skip
planned = planned.rename(
    columns={"pool": "trials", "within_low": "from", "within_high": "to"}
)
in_ms = 1e3 * planned[["bias", "sd"]]
show_table(
    in_ms.join(planned[["found", "within", "from", "to"]])
    .assign(trials=planned["trials"], subjects=planned["subjects"])
    .set_index(["trials", "subjects"]),
    caption="A planned experiment: error of the hinge, and the share of simulated "
    "groups within 10 ms of the truth, with its 95% interval.",
    alt="The share of groups within ten milliseconds has a wide interval.",
    units={"bias": "ms", "sd": "ms"}
    | dict.fromkeys(("found", "within", "from", "to"), "%"),
    digits={"bias": 1, "sd": 1, "found": 0, "within": 0, "from": 0, "to": 0},
)

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
# window, that is 8 ms. More accurate classification, less accurate dating. With four people the
# intervals are far wider than that; for an answer repeat this with groups of sixteen.

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
