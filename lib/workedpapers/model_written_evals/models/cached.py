"""Answers kept on disk, so that an evaluation that was cut off goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workedpapers.checks import positive_int
from workedpapers.model_written_evals.models.protocol import Model

__all__ = ["CachedModel", "append_line", "lines_of"]


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines; a last line that was cut off is dropped from it."""
    if not path.exists():
        return
    whole = path.read_text("utf-8")
    if whole and not whole.endswith("\n"):  # killed while writing
        whole = whole[: whole.rfind("\n") + 1]
        path.write_text(whole, "utf-8")
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            yield json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path.name}, line {number}: expected JSON, {error}.") from None


def append_line(path: Path, row: dict[str, Any]) -> None:
    """Add one object to a file of JSON lines, in one write."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


@dataclass
class CachedModel:
    """A model whose answers are kept in a file: each question is asked once.

    Parameters
    ----------
    model : Model
        The model that is asked.
    path : str or pathlib.Path
        File of JSON lines, one for each question; it is made where it is not there. Use one file
        for each model.
    together : int, default 1
        How many questions are asked at once; as many are lost if the process is killed. A model
        behind a network answers many in the time of one.

    Raises
    ------
    TypeError
        If the number of questions is not whole.
    ValueError
        If it is below 1, or the file holds a line that is no JSON.

    Notes
    -----
    An answer is written before the next question is asked. A process that is killed loses the
    question that it was at, and a line that was cut off is asked again.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from workedpapers.model_written_evals import CachedModel, CallableModel
    >>> file = pathlib.Path(tempfile.mkdtemp(), "answers.jsonl")
    >>> asked = []
    >>> model = CallableModel(lambda prompt, option: asked.append(option) or -1.0)
    >>> for _ in range(2):
    ...     _ = CachedModel(model, file).logprobs(["Tea?"], [[" Yes", " No"]])
    >>> asked
    [' Yes', ' No']
    """

    model: Model
    path: str | Path
    together: int = 1
    _known: dict[tuple[str, ...], list[float]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        positive_int(self.together, "together")
        self.path = Path(self.path)
        for row in lines_of(self.path):
            self._known[(row["prompt"], *row["options"])] = row["logprobs"]

    def logprobs(
        self, prompts: Sequence[str], options: Sequence[Sequence[str]]
    ) -> list[list[float]]:
        """Log-probabilities of each prompt's options.

        Parameters
        ----------
        prompts : sequence of str
            The questions.
        options : sequence of sequence of str
            The answers to each.

        Returns
        -------
        list of list of float
            One number for each option.
        """
        keys = [(prompt, *answers) for prompt, answers in zip(prompts, options, strict=True)]
        new = list(dict.fromkeys(key for key in keys if key not in self._known))
        for start in range(0, len(new), self.together):
            part = new[start : start + self.together]
            told = self.model.logprobs([key[0] for key in part], [list(key[1:]) for key in part])
            for key, values in zip(part, told, strict=True):
                self._known[key] = [float(value) for value in values]
                row = {"prompt": key[0], "options": key[1:], "logprobs": self._known[key]}
                append_line(Path(self.path), row)
        return [self._known[key] for key in keys]
