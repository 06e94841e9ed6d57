"""Decoding at each time.

What is asked:

- `settings`: the options that all decoders share, checked once
- `folds`: which epochs are for training and which for testing

How it is computed:

- `engine`: held-out predictions of all folds, by one operator or by a fit for each fold
- `refit`: the explicit fit of one training set

What is answered:

- `time_resolved`: `decode`; `scores`: what it returns
- `generalisation`: trained at one time, tested at another
- `neighbourhoods`: the searchlight over sensors
- `activation`: patterns of a decoder, as maps of the sensors
- `estimators`: the same for scikit-learn's and MNE's own tools; `all_times`: what they
  compute
"""
