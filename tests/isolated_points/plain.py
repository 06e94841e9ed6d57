"""The dynamics once more, in plain Python: everything is stored and summed anew in every step."""

import math

PHI = {  # the kernel as a function of the distance, and its derivative
    "gaussian": (
        lambda r, s: math.exp(-r * r / (2 * s * s)),
        lambda r, s: -r / s**2 * math.exp(-r * r / (2 * s * s)),
    ),
    "laplace": (
        lambda r, s: math.exp(-r / s),
        lambda r, s: -math.exp(-r / s) / s if r > 0 else 0.0,
    ),
    "inverse_multiquadric": (
        lambda r, s: 1 / math.sqrt(1 + (r / s) ** 2),
        lambda r, s: -r / s**2 / (1 + (r / s) ** 2) ** 1.5,
    ),
}


class Plain:
    """f as a list of (weight, centre); sums of kernels as a list of (weight, name, sigma)."""

    def __init__(self, kernels):
        self.kernels = kernels
        self.terms = []

    def value(self, x):
        return sum(
            w * k * PHI[name][0](math.dist(x, c), s)
            for w, c in self.terms
            for k, name, s in self.kernels
        )

    def gradient(self, x):
        out = [0.0] * len(x)
        for w, c in self.terms:
            r = math.dist(x, c)
            for k, name, s in self.kernels:
                slope = PHI[name][1](r, s)
                for i in range(len(x)):
                    out[i] += w * k * slope * (x[i] - c[i]) / r if r > 0 else 0.0
        return out

    def see(self, true, p, y, q, lr_d, decay):
        self.terms = [(w * (1 - lr_d * decay), c) for w, c in self.terms]
        self.terms += [(lr_d * mass, point) for mass, point in zip(p, true, strict=True)]
        self.terms += [(-lr_d * mass, point) for mass, point in zip(q, y, strict=True)]


def train(true, y, p, q, *, kernels, lr_d, lr_g, decay, steps, update, warm_up=0):
    """Positions after each step, and the discriminator after the last."""
    f = Plain(kernels)
    path = [y]
    for _ in range(warm_up):
        f.see(true, p, y, q, lr_d, decay)
    for _ in range(steps):
        if update == "alternating":
            f.see(true, p, y, q, lr_d, decay)
        pull = [f.gradient(point) for point in y]
        moved = [
            [c + lr_g * mass * g for c, g in zip(point, force, strict=True)]
            for point, force, mass in zip(y, pull, q, strict=True)
        ]
        if update == "simultaneous":
            f.see(true, p, y, q, lr_d, decay)
        if update == "generator_first":
            f.see(true, p, moved, q, lr_d, decay)
        y = moved
        path.append(y)
    return path, f
