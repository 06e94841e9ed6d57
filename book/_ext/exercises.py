"""Exercises with a stable id, a level and minutes.

A chapter's exercises are named ``meg-1``, ``meg-2``, ...: the word that its claims begin with and
a number. The name is what a page shows and what a teacher's list says, so it must not change when
another chapter comes. sphinx-exercise numbers through the whole book; its directives are used
here without their numbers.
"""

import re
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.directive import ExerciseStartDirective, SolutionStartDirective

#: What an exercise asks for, from the easiest to the most open.
LEVELS = ("read", "compute", "derive", "design", "research")

_LABEL = re.compile(r"[a-z]+-[1-9]\d*")


def level(argument: str) -> str:
    """One of `LEVELS`; docutils shows the message of the error beside the directive."""
    if argument not in LEVELS:
        raise ValueError(f"expected one of {', '.join(LEVELS)}; got {argument!r}")
    return argument


def minutes(argument: str) -> int:
    """A positive number of minutes."""
    if not argument.isdigit() or not int(argument):
        raise ValueError(f"expected a number of minutes, got {argument!r}")
    return int(argument)


class Exercise(ExerciseStartDirective):
    """``{exercise-start}``, with the options ``:label:``, ``:level:`` and ``:minutes:``."""

    option_spec: ClassVar = {
        **ExerciseStartDirective.option_spec,
        "level": level,
        "minutes": minutes,
    }

    def run(self) -> list[nodes.Node]:
        """The exercise, headed by its name, its level and its minutes."""
        label = self.options.get("label", "")
        for option, good in (
            ("label", _LABEL.fullmatch(label)),
            ("level", "level" in self.options),
            ("minutes", "minutes" in self.options),
        ):
            if not good:
                raise self.error(
                    f"exercise {label!r}: {option}: expected a label such as meg-2, a level of "
                    f"{', '.join(LEVELS)}, and minutes"
                )
        self.options["nonumber"] = None
        (exercise,) = super().run()
        what = f"{self.options['level']}, {self.options['minutes']} minutes"
        exercise["title"] = f"Exercise {label}"
        exercise[0] = nodes.title(
            "",
            "",
            nodes.Text(exercise["title"]),
            nodes.inline("", what, classes=["wp-level"]),
        )
        return [exercise]


class Solution(SolutionStartDirective):
    """``{solution-start}``, headed by the name of its exercise."""

    def run(self) -> list[nodes.Node]:
        """The solution."""
        found = super().run()
        for solution in found:
            solution["title"] = f"Solution to {self.arguments[0]}"
            solution[0] = nodes.title("", solution["title"])
        return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Put our directives in the place of sphinx-exercise's."""
    app.setup_extension("sphinx_exercise")
    app.add_directive("exercise-start", Exercise, override=True)
    app.add_directive("solution-start", Solution, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
