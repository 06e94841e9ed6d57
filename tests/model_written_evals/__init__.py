"""Tests of workedpapers.model_written_evals."""
