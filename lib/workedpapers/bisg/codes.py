"""What a result says about each row, as fixed sets of words.

Inside the package a column of such words is an array of small numbers; `Code.number` is the
number of a word.
"""

from __future__ import annotations

from enum import StrEnum
from inspect import Parameter, Signature


class Code(StrEnum):
    """A word of a fixed set, with its position in the set."""

    number: int
    __signature__ = Signature([Parameter("value", Parameter.POSITIONAL_ONLY)])

    def __init__(self, text: str) -> None:
        self.number = len(type(self).__members__)


class Match(Code):
    """How a name came to match, or why it did not: values of ``matched_surname`` and the like.

    Up to ``OTHER_NAMES`` the name is evidence.

    Parameters
    ----------
    value : str
        The word.

    Notes
    -----
    The steps are those of `workedpapers.bisg.cleaning`; they are explained in the chapter,
    section "What is not known".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> people = pd.DataFrame({"last": ["Garcia", "O'Neil, Jr.", "Xqzzt"]})
    >>> bisg.predict(people, surname="last")["matched_surname"].tolist()
    ['exact', 'cleaned', 'not in table']
    >>> bisg.Match.CLEANED == "cleaned"
    True
    """

    EXACT = "exact"
    CLEANED = "cleaned"
    FIRST_PART = "first part"
    LAST_PART = "last part"
    LAST_WORD = "last word"
    OTHER_NAMES = "all other names"
    NOT_IN_TABLE = "not in table"
    PLACEHOLDER = "placeholder"
    GARBLED = "garbled"
    NO_LETTERS = "no letters"
    MISSING = "missing"
    NOT_TEXT = "not text"


class Place(Code):
    """What became of a place: values of ``matched_geo``.

    Up to ``THREE_DIGIT`` it is evidence.

    Parameters
    ----------
    value : str
        The word.

    Notes
    -----
    ``PADDED`` had lost leading zeros that were put back; ``THREE_DIGIT`` is a ZIP code that is no
    area of its own (a post-office box, one building) and was answered for all areas with its
    first three digits; ``MILITARY`` is a ZIP code of the armed forces abroad. See the chapter,
    section "What is not known".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> people = pd.DataFrame({"zip": ["94110-1234", 2138, "09012", "Boston"]})
    >>> bisg.predict(people, geo="zip")["matched_geo"].tolist()
    ['matched', 'padded', 'military', 'malformed']
    """

    MATCHED = "matched"
    PADDED = "padded"
    THREE_DIGIT = "three-digit area"
    UNKNOWN = "unknown area"
    EMPTY = "no residents"
    MILITARY = "military"
    MALFORMED = "malformed"
    MISSING = "missing"


class Abstention(Code):
    """Why a row has no answer: values of ``abstention``; ``NONE``, empty, if it has one.

    Parameters
    ----------
    value : str
        The word.

    Notes
    -----
    Evidence can contradict itself only without smoothing; see the chapter, section "Certainties
    that contradict each other".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> people = pd.DataFrame({"last": ["Garcia", None]})
    >>> bisg.predict(people, surname="last")["abstention"].tolist()
    ['', 'no evidence']
    """

    NONE = ""
    NO_EVIDENCE = "no evidence"
    CONTRADICTION = "contradictory evidence"


class Kind(StrEnum):
    """Kinds of names."""

    SURNAME = "surname"
    FIRST = "first"
    MIDDLE = "middle"


class Placeholders(StrEnum):
    """Whether words such as UNKNOWN or TEST are read as names or passed over."""

    USE = "use"
    IGNORE = "ignore"


class Unlisted(StrEnum):
    """Whether a surname in no list tells nothing, or what the Census says of such surnames."""

    IGNORE = "ignore"
    CENSUS = "census"


class UnknownZip(StrEnum):
    """Whether a ZIP code that is no area tells nothing, or is taken for its three-digit area."""

    IGNORE = "ignore"
    THREE_DIGIT = "three-digit"
