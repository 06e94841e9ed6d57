"""Time-resolved decoding of M/EEG: when does the brain tell two conditions apart?

Ehrenberg, Tsourides, Nejati, Cheung and Sinha, *Neural Correlates of Face Familiarity
Perception*, 2022, https://arxiv.org/abs/2208.00352.

The package decodes two or more conditions from every sample of `mne.Epochs` or of an array, with
cross-validation in closed form; tests and dates the result over a group; keeps features of the
images out of it; and simulates groups of subjects in whom an effect begins at a known time.

Which room holds what:

- ``classifiers``: the equations: ridge regression left out and back in, LDA, the AUC
- ``preprocessing``: epochs, scales, whitening, pseudo-trials
- ``decoding``: decoding at each time, temporal generalisation, searchlights, patterns
- ``permutation``: permutation tests of one recording
- ``group``: tests, Bayes factors and resampling over subjects
- ``onsets``: when an effect begins, and how sure that is
- ``stimuli``: features of pictures, and what to do about them
- ``simulation``: people in whom the truth is known
- ``recordings``: people who were recorded
- ``planning``: whole experiments, before they are run
- ``chapter``: what belongs to the book's chapter alone

Everything below is loaded when it is first asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
