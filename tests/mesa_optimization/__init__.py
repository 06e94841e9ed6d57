"""Tests of workedpapers.mesa_optimization."""
