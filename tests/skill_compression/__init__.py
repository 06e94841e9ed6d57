"""Tests of workedpapers.skill_compression."""
