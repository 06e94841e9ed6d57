"""What Inspect finds by the entry point of the package: tasks and the provider."""

from workedpapers.model_written_evals.engine.provider import workedpapers
from workedpapers.model_written_evals.engine.tasks import matching

__all__ = ["matching", "workedpapers"]
