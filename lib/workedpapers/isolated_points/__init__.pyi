from .experiments.neural import RingRun, train_ring
from .experiments.ring_of_modes import ring, ring_map, ring_run
from .kernels import Gaussian, InverseMultiquadric, Kernel, Laplace, Sum
from .measurement.averaging import averaged
from .measurement.metrics import Coverage, coverage, mmd
from .measurement.phase import displaced_modes, phase_diagram
from .measurement.rates import contraction_rate, dominant_mode, measured_rate, regime_of
from .measurement.trials import random_settings, simulated_threshold, trial
from .rules import UpdateRule
from .simulation.dynamics import simulate
from .simulation.run import Run
from .theory.assignments import assignment_stability, simplex
from .theory.closed_forms import (
    collapse_critical_lr_g,
    collapse_radius,
    critical_lr_g,
    expulsion_threshold,
    flip_lr_g,
    hopf_lr_g,
    oscillation_threshold,
)
from .theory.configurations import configuration_stability, equilibrium, force
from .theory.dirac import dirac_eigenvalues, dirac_gan, kernel_settings
from .theory.linear import Stability, effective_sigma, stability
from .theory.propulsion import self_propulsion_speed, self_propulsion_threshold
from .theory.separation import influence, influence_bound, isolation, packing_bound

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
    "UpdateRule",
    "assignment_stability",
    "averaged",
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
