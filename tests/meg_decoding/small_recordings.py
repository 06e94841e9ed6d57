"""Small recordings with a planted effect, for the tests of the decoders."""

import numpy as np


def recording(n=40, p=12, t=5, classes=2, effect=1.0, seed=0, names=None):
    """Correlated channels whose class means differ from the third sample on."""
    rng = np.random.default_rng(seed)
    mixing = rng.standard_normal((p, p)) / np.sqrt(p)
    X = np.einsum("pq,nqt->npt", mixing, rng.standard_normal((n, p, t)))
    X += 0.3 * rng.standard_normal((n, p, t))
    codes = rng.permutation(np.arange(n) % classes)
    patterns = rng.standard_normal((classes, p))
    X[:, :, 2:] += effect * patterns[codes][:, :, None] / np.sqrt(p)
    labels = np.array(names if names is not None else list("abcdef"[:classes]))
    return X, labels[codes]


def splits(y, k=4, seed=0):
    """Stratified folds as pairs of indices."""
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(k, shuffle=True, random_state=seed)
    return list(folds.split(np.zeros(len(y)), y))


def standardised(X):
    """Each channel at each time over all epochs."""
    return (X - X.mean(axis=0)) / X.std(axis=0)


def mne_epochs(n=24, t=30, seed=0, kinds=("mag", "eeg")):
    """Two magnetometers' worth of teslas next to volts, with metadata."""
    import mne
    import pandas as pd

    mne.set_log_level("ERROR")
    rng = np.random.default_rng(seed)
    types = [kind for kind in kinds for _ in range(4)]
    unit = np.array([{"mag": 1e-13, "grad": 1e-11, "eeg": 1e-5}[kind] for kind in types])
    info = mne.create_info([f"{kind}{i}" for i, kind in enumerate(types)], 100.0, types)
    image = np.arange(n) // 2
    condition = np.where(image % 2, "famous", "unknown")
    X = rng.standard_normal((n, len(types), t))
    X[condition == "famous", :, 15:] += 0.9
    metadata = pd.DataFrame({"condition": condition, "image": image, "run": np.arange(n) % 3})
    return mne.EpochsArray(X * unit[:, None], info, tmin=-0.1, metadata=metadata)
