"""Training dynamics of GANs whose discriminator is a kernel expansion.

Becker, Pandit, Rangan and Fletcher, *Instability and Local Minima in GAN Training with Kernel
Discriminators*, NeurIPS 2022, https://arxiv.org/abs/2208.09938.

The package trains generated points against a kernel discriminator, exactly and for many settings
at once; says from three numbers whether they converge, swing, collapse or run away; measures the
same from trajectories; and holds both against a small neural GAN.
"""

from .assignments import assignment_stability, simplex
from .closed_forms import (
    collapse_critical_lr_g,
    collapse_radius,
    critical_lr_g,
    expulsion_threshold,
    flip_lr_g,
    hopf_lr_g,
    oscillation_threshold,
)
from .configurations import configuration_stability, equilibrium, force
from .dirac import dirac_eigenvalues, dirac_gan, kernel_settings
from .dynamics import simulate
from .influence import influence, influence_bound, isolation, packing_bound
from .kernels import Gaussian, InverseMultiquadric, Kernel, Laplace, Sum
from .measure import contraction_rate, dominant_mode, measured_rate, regime_of
from .metrics import Coverage, coverage, mmd
from .phase import displaced_modes, phase_diagram
from .practice import RingRun, train_ring
from .propulsion import self_propulsion_speed, self_propulsion_threshold
from .ring import ring, ring_map, ring_run
from .run import Run
from .theory import Stability, effective_sigma, stability
from .trials import random_settings, simulated_threshold, trial

__all__ = [
    "Coverage",
    "Gaussian",
    "InverseMultiquadric",
    "Kernel",
    "Laplace",
    "RingRun",
    "Run",
    "Stability",
    "Sum",
    "assignment_stability",
    "collapse_critical_lr_g",
    "collapse_radius",
    "configuration_stability",
    "contraction_rate",
    "coverage",
    "critical_lr_g",
    "dirac_eigenvalues",
    "dirac_gan",
    "displaced_modes",
    "dominant_mode",
    "effective_sigma",
    "equilibrium",
    "expulsion_threshold",
    "flip_lr_g",
    "force",
    "hopf_lr_g",
    "influence",
    "influence_bound",
    "isolation",
    "kernel_settings",
    "measured_rate",
    "mmd",
    "oscillation_threshold",
    "packing_bound",
    "phase_diagram",
    "random_settings",
    "regime_of",
    "ring",
    "ring_map",
    "ring_run",
    "self_propulsion_speed",
    "self_propulsion_threshold",
    "simplex",
    "simulate",
    "simulated_threshold",
    "stability",
    "train_ring",
    "trial",
]
