"""The dynamics, written down as slowly as they are defined: the tests' independent simulation.

The discriminator is the list of all kernel terms that ever went into it; nothing is dropped.
"""

import numpy as np


class Naive:
    def __init__(self, x, y, *, p, q, sigma, lr_d, lr_g, decay, update="alternating", rest=None):
        self.x, self.y = (np.array(v, float).reshape(len(v), -1) for v in (x, y))
        self.p = np.broadcast_to(p, len(self.x)).astype(float)
        self.q = np.broadcast_to(q, len(self.y)).astype(float)
        self.sigma, self.lr_d, self.lr_g, self.keep = sigma, lr_d, lr_g, 1 - lr_d * decay
        self.update = update
        self.centres = np.zeros((0, self.x.shape[1]))
        self.weights = np.zeros(0)
        if rest is not None:  # begin with the discriminator that is at rest for points there
            here = np.array(rest, float).reshape(self.y.shape)
            self.centres = np.concatenate([self.x, here])
            self.weights = np.concatenate([self.p, -self.q]) / decay

    def f(self, z):
        d2 = ((np.asarray(z, float)[:, None] - self.centres[None]) ** 2).sum(-1)
        return np.exp(-d2 / (2 * self.sigma**2)) @ self.weights

    def gradient(self, z):
        d = z[:, None] - self.centres[None]
        k = np.exp(-(d**2).sum(-1) / (2 * self.sigma**2)) * self.weights
        return -(k[..., None] * d).sum(axis=1) / self.sigma**2

    def train_discriminator(self):
        self.centres = np.concatenate([self.centres, self.x, self.y])
        new = self.lr_d * np.concatenate([self.p, -self.q])
        self.weights = np.concatenate([self.keep * self.weights, new])

    def step(self):
        if self.update == "alternating":
            self.train_discriminator()
            self.y = self.y + self.lr_g * self.q[:, None] * self.gradient(self.y)
        elif self.update == "simultaneous":
            move = self.lr_g * self.q[:, None] * self.gradient(self.y)
            self.train_discriminator()
            self.y = self.y + move
        else:
            self.y = self.y + self.lr_g * self.q[:, None] * self.gradient(self.y)
            self.train_discriminator()

    def run(self, steps):
        """Positions at all times, shape (steps + 1, n, d)."""
        path = [self.y.copy()]
        for _ in range(steps):
            self.step()
            path.append(self.y.copy())
        return np.array(path)


def contraction(distances, skip):
    """Factor per step of a decaying and perhaps oscillating sequence: the slope of its envelope.

    Fits distance ~ sum of two exponentials by linear recurrence (Prony with two terms) and
    returns the larger modulus.
    """
    d = np.asarray(distances, float)[skip:]
    d = d / np.abs(d).max()
    rows = np.stack([d[1:-1], d[:-2]], axis=1)
    (s, m), *_ = np.linalg.lstsq(rows, d[2:], rcond=None)
    return np.abs(np.roots([1, -s, -m])).max()
