"""Recordings before they are decoded.

- `epochs`: the one door, from MNE epochs or an array to checked `Epoched`
- `from_mne`: what MNE has of a recording
- `scaling`: channels of one scale; averages over neighbouring times
- `whitening`: multivariate noise normalisation
- `pseudo`: averages of a few epochs of one class
"""
