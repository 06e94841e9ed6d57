r"""One step of a small neural GAN, under any update rule. Needs PyTorch.

Both players climb their own objective with what `Player` makes of its gradient: the filter of the
rule (module `workedpapers.isolated_points.rules`), and where it is adaptive, Adam's division by the
root of the running mean square of the gradients, with the rule's momentum as :math:`\beta_1`.
Consensus lets both descend on half the squared norm of both gradients; extragradient steps with the
gradients that both would have one step ahead.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from workedpapers.checks import Floats
from workedpapers.isolated_points.arguments import Update
from workedpapers.isolated_points.experiments.training import (
    Generator,
    Loss,
    Regulariser,
    TrainingSettings,
)
from workedpapers.isolated_points.rules import Filter, Optimiser

__all__ = ["Game", "Player"]

_LATENT = 2
_BETA2, _EPSILON = 0.999, 1e-8  # of Adam


def _number(value: ArrayLike) -> float:
    return float(np.asarray(value))


class Player:
    """Parameters, and the rule by which they follow gradients."""

    def __init__(self, torch: Any, parameters: list[Any], rate: float, on: Filter) -> None:
        self.torch, self.parameters, self.rate = torch, parameters, rate
        self.gain, self.carry, self.keep = (_number(number) for number in on)
        self.adaptive, self.beta1 = False, 0.0
        self.memory = [torch.zeros_like(p) for p in parameters]
        self.moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]
        self.steps = 0

    def adapt(self, momentum: float, optimistic: bool) -> None:
        """Use Adam: its first moment takes the place of momentum."""
        self.adaptive, self.beta1 = True, momentum
        self.gain, self.carry, self.keep = (2.0, -1.0, 0.0) if optimistic else (1.0, 0.0, 0.0)

    def follow(self, gradients: Any) -> None:
        """Take one step."""
        self.steps += 1
        with self.torch.no_grad():
            for k, (parameter, gradient) in enumerate(zip(self.parameters, gradients, strict=True)):
                step = self._adam(k, gradient) if self.adaptive else gradient
                if self.carry == 0:
                    parameter.add_(step, alpha=self.rate * self.gain)
                    continue
                # theta' = theta + eta (alpha D + beta m),   m' = gamma m + D
                memory = self.memory[k]
                parameter.add_(self.gain * step + self.carry * memory, alpha=self.rate)
                memory.mul_(self.keep).add_(step)

    def _adam(self, k: int, gradient: Any) -> Any:
        first, second = self.moments[k]
        first.mul_(self.beta1).add_(gradient, alpha=1 - self.beta1)
        second.mul_(_BETA2).addcmul_(gradient, gradient, value=1 - _BETA2)
        mean = first / (1 - self.beta1**self.steps)
        size = (second / (1 - _BETA2**self.steps)).sqrt()
        return mean / (size + _EPSILON)

    def saved(self) -> list[Any]:
        """A copy of the parameters."""
        return [p.detach().clone() for p in self.parameters]

    def restore(self, saved: list[Any]) -> None:
        """Put the parameters back."""
        with self.torch.no_grad():
            for parameter, before in zip(self.parameters, saved, strict=True):
                parameter.copy_(before)


class Network:
    """Two hidden layers of tanh, for several seeds at once.

    Parameters have a leading axis of seeds and begin as those of torch.nn.Linear; inputs have shape
    (seeds, batch, inputs).
    """

    def __init__(self, torch: Any, sizes: tuple[int, ...], streams: list[Any]) -> None:
        self.torch = torch
        self.parameters: list[Any] = []
        drawn = [self._begin(sizes, stream) for stream in streams]
        for layer in zip(*drawn, strict=True):
            self.parameters.append(torch.stack(layer).requires_grad_())

    def _begin(self, sizes: tuple[int, ...], stream: Any) -> list[Any]:
        torch, drawn = self.torch, []
        for inputs, outputs in pairwise(sizes):
            for shape in ((outputs, inputs), (outputs,)):
                bound = inputs**-0.5
                drawn.append(torch.empty(shape).uniform_(-bound, bound, generator=stream))
        return drawn

    def __call__(self, x: Any) -> Any:
        layers = list(zip(self.parameters[::2], self.parameters[1::2], strict=True))
        for k, (weight, bias) in enumerate(layers):
            x = self.torch.baddbmm(bias[:, None], x, weight.transpose(1, 2))
            if k < len(layers) - 1:
                x = x.tanh()
        return x


class Game:
    """Discriminators and generators of several seeds, and their steps.

    ``real`` are the data of each seed, centred and scaled, shape (seeds, m, d). No seed's numbers
    depend on the others.
    """

    def __init__(self, torch: Any, real: Floats, training: TrainingSettings) -> None:
        self.torch, self.training = torch, training
        self.real = torch.tensor(real, dtype=torch.float32)
        d, hidden = self.real.shape[2], training.hidden
        self.streams = [torch.Generator().manual_seed(seed) for seed in training.seeds]
        self.critic = Network(torch, (d, hidden, hidden, 1), self.streams)
        self.maker, self.noise = None, None
        if training.generator == Generator.NETWORK:
            self.maker = Network(torch, (_LATENT, hidden, hidden, d), self.streams)
            moving = self.maker.parameters
            self.noise = self._normal(512, _LATENT)
        else:
            # Of mass 1 / batch each, as in the theory: a mean has that share of a gradient.
            moving = [(0.5 * self._normal(training.batch, d)).requires_grad_()]
        on_d, on_g = training.rule.filters
        self.discriminator = Player(torch, self.critic.parameters, training.lr_d, on_d)
        self.generator = Player(torch, moving, training.lr_g, on_g)
        if training.adaptive:
            optimistic = training.rule.optimiser == Optimiser.OPTIMISTIC
            self.discriminator.adapt(_number(training.rule.momentum_d), optimistic)
            self.generator.adapt(_number(training.rule.momentum_g), optimistic)
        self.average = self.generator.saved()

    def _normal(self, *shape: int) -> Any:
        """Normal numbers for each seed, from its own stream."""
        torch = self.torch
        return torch.stack([torch.randn(*shape, generator=stream) for stream in self.streams])

    def samples(self, count: int) -> Any:
        """New samples of the generators, or their points, shape (seeds, count, d)."""
        if self.maker is None:
            return self.generator.parameters[0]
        return self.maker(self._normal(count, _LATENT))

    def data(self) -> Any:
        """A new batch of each seed's data, shape (seeds, batch, d)."""
        torch, size = self.torch, (self.training.batch,)
        rows = [torch.randint(self.real.shape[1], size, generator=s) for s in self.streams]
        return torch.stack([data[row] for data, row in zip(self.real, rows, strict=True)])

    def play(self, rounds: int) -> None:
        """Some steps of the generator, each with its steps of the discriminator."""
        t = self.training
        for _ in range(rounds):
            if t.rule.optimiser == Optimiser.EXTRAGRADIENT:
                self._extragradient()
            else:
                self._round()
            if t.ema:
                with self.torch.no_grad():
                    for mean, now in zip(self.average, self.generator.parameters, strict=True):
                        mean.mul_(t.ema).add_(now, alpha=1 - t.ema)

    def _round(self) -> None:
        t = self.training
        for _ in range(t.rule.discriminator_steps - 1):  # on samples and data of their own
            self.discriminator.follow(self._climb_d(self.samples(t.batch), self.data()))
        y = self.samples(t.batch)
        x = self.data()
        trained = self._climb_d(y, x)
        if t.update == Update.ALTERNATING:
            self.discriminator.follow(trained)
        moved = self._climb_g(y, x)
        if t.update == Update.SIMULTANEOUS:
            self.discriminator.follow(trained)
        self.generator.follow(moved)

    def _extragradient(self) -> None:
        players = (self.discriminator, self.generator)
        before = [player.saved() for player in players]
        noise = None if self.maker is None else self._normal(self.training.batch, _LATENT)
        x = self.data()

        def made() -> Any:
            return self.generator.parameters[0] if self.maker is None else self.maker(noise)

        trained = self._climb_d(made(), x)
        if self.training.update == Update.ALTERNATING:
            self.discriminator.follow(trained)
        moved = self._climb_g(made(), x)
        if self.training.update == Update.SIMULTANEOUS:
            self.discriminator.follow(trained)
        self.generator.follow(moved)
        ahead = self._climb_d(made(), x), self._climb_g(made(), x)
        for player, saved, gradients in zip(players, before, ahead, strict=True):
            player.restore(saved)
            player.follow(gradients)

    def _gain(self, output: Any) -> Any:
        """Mean of phi for each seed, shape (seeds,)."""
        if self.training.loss == Loss.LINEAR:
            return output.mean(dim=(1, 2))
        return self.torch.nn.functional.logsigmoid(output).mean(dim=(1, 2))

    def _value_d(self, y: Any, x: Any) -> Any:
        """The discriminators' objective, summed over the seeds."""
        t, gamma = self.training, _number(self.training.rule.gradient_penalty)
        sloped = gamma > 0 or (t.decay > 0 and t.regulariser == Regulariser.GRADIENT)
        if sloped:
            x = x.detach().requires_grad_()
        at_data, at_samples = self.critic(x), self.critic(y)
        value = self._gain(at_data) + self._gain(-at_samples)
        penalty = 0.0
        if sloped:
            slope = self.torch.autograd.grad(at_data.sum(), x, create_graph=True)[0]
            square = (slope**2).sum(dim=2).mean(dim=1)
            penalty = gamma * square
        if t.decay > 0:
            if t.regulariser == Regulariser.GRADIENT:
                size = square
            elif t.regulariser == Regulariser.OUTPUT:
                size = 0.5 * ((at_data**2).mean(dim=(1, 2)) + (at_samples**2).mean(dim=(1, 2)))
            else:
                size = sum((w**2).flatten(1).sum(dim=1) for w in self.discriminator.parameters)
            penalty = penalty + t.decay * size
        return (value - 0.5 * penalty).sum()

    def _value_g(self, y: Any) -> Any:
        """The generators' objective, summed over the seeds."""
        return self._gain(self.critic(y)).sum()

    def _climb_d(self, y: Any, x: Any) -> Any:
        """The direction in which the discriminator steps."""
        parameters = self.discriminator.parameters
        if self._consensus:
            return self._agreeing(y, x, parameters, self._value_d(y, x))
        return self.torch.autograd.grad(self._value_d(y.detach(), x), parameters)

    def _climb_g(self, y: Any, x: Any) -> Any:
        """The direction in which the generator steps."""
        parameters = self.generator.parameters
        if self._consensus:
            return self._agreeing(y, x, parameters, self._value_g(y))
        return self.torch.autograd.grad(self._value_g(y), parameters)

    @property
    def _consensus(self) -> float:
        return _number(self.training.rule.consensus)

    def _agreeing(self, y: Any, x: Any, parameters: list[Any], value: Any) -> Any:
        """A gradient less consensus times that of half the squared norm of both."""
        grad, strength = self.torch.autograd.grad, self._consensus
        own = grad(value, parameters, retain_graph=True)
        both = [
            *grad(self._value_d(y, x), self.discriminator.parameters, create_graph=True),
            *grad(self._value_g(y), self.generator.parameters, create_graph=True),
        ]
        norm = 0.5 * sum((g**2).sum() for g in both)
        bent = grad(norm, parameters, allow_unused=True, retain_graph=True)
        return [g if b is None else g - strength * b for g, b in zip(own, bent, strict=True)]

    def look(self) -> tuple[Floats, Floats, Floats]:
        """Samples of fixed noise; mean of f at data minus that at samples; the generator's loss.

        Shapes (seeds, n, d), (seeds,) and (seeds,).
        """
        held = self.generator.saved()
        if self.training.ema:
            self.generator.restore(self.average)
        with self.torch.no_grad():
            y = self.generator.parameters[0] if self.maker is None else self.maker(self.noise)
            at_samples = self.critic(y)
            margin = self.critic(self.real).mean(dim=(1, 2)) - at_samples.mean(dim=(1, 2))
            found = [y.clone(), margin, -self._gain(at_samples)]
        if self.training.ema:
            self.generator.restore(held)
        samples, margins, losses = (f.detach().numpy().astype(np.float64) for f in found)
        return samples, margins, losses
