"""Every update rule, written down on a line as it is defined: the tests' independent simulation.

A function is a list of terms (weight, centre, order): order 0 is a Gaussian bump, order 1 its
derivative by the centre. Gradients that the library has in closed form are found here by
differences of what they are gradients of.
"""

import numpy as np


class Function:
    """A sum of bumps and dipoles of one width; terms at one centre are one term."""

    def __init__(self, sigma, terms=()):
        self.sigma = sigma
        weights = {}
        for w, c, order in terms:
            weights[c, order] = weights.get((c, order), 0.0) + w
        self.terms = [(w, c, order) for (c, order), w in weights.items()]

    def plus(self, other, factor=1.0):
        more = [(factor * w, c, order) for w, c, order in other.terms]
        return Function(self.sigma, self.terms + more)

    def times(self, factor):
        return Function(self.sigma, [(factor * w, c, order) for w, c, order in self.terms])

    def __call__(self, x):
        x = np.asarray(x, float)
        total = np.zeros(x.shape)
        for w, c, order in self.terms:
            z = (x - c) / self.sigma
            total += w * np.exp(-(z**2) / 2) * (z / self.sigma if order else 1)
        return total

    def slope(self, x):
        x = np.asarray(x, float)
        total = np.zeros(x.shape)
        for w, c, order in self.terms:
            z = (x - c) / self.sigma
            factor = (1 - z**2) / self.sigma**2 if order else -z / self.sigma
            total += w * np.exp(-(z**2) / 2) * factor
        return total

    def squared_norm(self):
        """Squared norm in the kernel's space: every term against every other."""
        return sum(w * float(_at_centre(self, c, order)) for w, c, order in self.terms)


def _at_centre(f, c, order, h=1e-5):
    """Inner product of f with a bump or dipole at c: f(c), or its derivative there."""
    return (f(c + h) - f(c - h)) / (2 * h) if order else f(c)


class Game:
    def __init__(self, x, y, *, p, q, sigma, lr_d, lr_g, decay, update="alternating", optimiser=
                 "gradient", momentum_d=0.0, momentum_g=0.0, discriminator_steps=1, consensus=0.0,
                 gradient_penalty=0.0):  # fmt: skip
        self.x, self.y = np.array(x, float), np.array(y, float)
        self.p = np.broadcast_to(p, self.x.shape).astype(float)
        self.q = np.broadcast_to(q, self.y.shape).astype(float)
        self.sigma, self.lr_d, self.lr_g, self.decay = sigma, lr_d, lr_g, decay
        self.update, self.optimiser, self.m = update, optimiser, discriminator_steps
        self.mu_d, self.mu_g = momentum_d, momentum_g
        self.consensus, self.penalty = consensus, gradient_penalty
        self.f, self.v_d, self.v_g = Function(sigma), Function(sigma), np.zeros(self.y.shape)

    def push(self, y):
        terms = [(w, c, 0) for w, c in zip(self.p, self.x, strict=True)]
        terms += [(-w, c, 0) for w, c in zip(self.q, y, strict=True)]
        return Function(self.sigma, terms)

    def climb(self, f, y):
        """The discriminator's gradient of the game: an element of the kernel's space."""
        dipoles = [
            (-self.penalty * w * float(f.slope(c)), c, 1)
            for w, c in zip(self.p, self.x, strict=True)
        ]
        return self.push(y).plus(f, -self.decay).plus(Function(self.sigma, dipoles))

    def field_norm(self, f, y):
        """Half the squared norm of both players' gradients."""
        own = self.climb(f, y)
        return 0.5 * own.squared_norm() + 0.5 * float(((self.q * f.slope(y)) ** 2).sum())

    def direction_d(self, f, y):
        D = self.climb(f, y)
        if self.consensus:
            # The gradient of the norm by f: of |D|^2 / 2 it is -decay D; of the rest, dipoles.
            dipoles = [
                (-self.consensus * w**2 * float(f.slope(c)), c, 1)
                for w, c in zip(self.q, y, strict=True)
            ]
            D = D.times(1 + self.consensus * self.decay).plus(Function(self.sigma, dipoles))
        return D

    def direction_g(self, f, y, h=1e-4):
        own = self.q * f.slope(y)
        if self.consensus:
            for j in range(len(y)):
                step = h * np.eye(len(y))[j]
                gap = self.field_norm(f, y + step) - self.field_norm(f, y - step)
                own[j] -= self.consensus * gap / (2 * h)
        return own

    def use(self, gradient, memory, mu):
        """What is added per rate, and the new memory."""
        if self.optimiser == "optimistic":
            return gradient.plus(gradient).plus(memory, -1.0), gradient
        memory = memory.times(mu).plus(gradient)
        if self.optimiser == "nesterov":
            return gradient.plus(memory, mu), memory
        return memory, memory

    def train(self):
        for _ in range(self.m):
            step, self.v_d = self.use(self.direction_d(self.f, self.y), self.v_d, self.mu_d)
            self.f = self.f.plus(step, self.lr_d)

    def moved(self):
        g, before = self.direction_g(self.f, self.y), self.v_g
        if self.optimiser == "optimistic":
            self.v_g = g
            return self.y + self.lr_g * (2 * g - before)
        self.v_g = self.mu_g * before + g
        step = g + self.mu_g * self.v_g if self.optimiser == "nesterov" else self.v_g
        return self.y + self.lr_g * step

    def extragradient(self):
        f, y = self.f, self.y
        if self.update == "generator_first":
            ahead = y + self.lr_g * self.direction_g(f, y)
            f_ahead = f.plus(self.climb(f, ahead), self.lr_d)
        else:
            f_ahead = f.plus(self.climb(f, y), self.lr_d)
            seen = f_ahead if self.update == "alternating" else f
            ahead = y + self.lr_g * self.direction_g(seen, y)
        self.f = f.plus(self.climb(f_ahead, ahead), self.lr_d)
        self.y = y + self.lr_g * self.direction_g(f_ahead, ahead)

    def step(self):
        if self.optimiser == "extragradient":
            self.extragradient()
        elif self.update == "alternating":
            self.train()
            self.y = self.moved()
        elif self.update == "simultaneous":
            moved = self.moved()
            self.train()
            self.y = moved
        else:
            self.y = self.moved()
            self.train()

    def run(self, steps):
        path = [self.y.copy()]
        for _ in range(steps):
            self.step()
            path.append(self.y.copy())
        return np.array(path)
