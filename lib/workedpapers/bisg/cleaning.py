"""Name cleaning: from what people type to the keys of the dictionaries.

The dictionaries hold upper-case words of A-Z, without spaces. A name is cleaned in these steps.

1. *Fold*. Accents fall (NFKD), ligatures open (AE, OE, SS), apostrophes and full stops vanish,
   letters become upper case. ``O'Neil, Jr.`` becomes ``ONEIL, JR``.
2. *Words*. Everything that is not a letter or digit becomes one space: ``ONEIL JR``.
3. *Suffix*. JR, SR, II, III, IV and their like go if they stand last as a word of their own and
   something is left: ``ONEIL``. AVIV, NASR and ZIV keep their letters; so does the first name JR.
4. *Digits* go: ``Dav 3idson`` becomes ``DAV IDSON``.
5. *Initials*. Single letters at the end go if a word of two letters or more stands before them
   and that word is no particle: ``MARY J`` becomes ``MARY``, but ``DE LA O`` stays.
6. *Join*. ``DE LA CRUZ`` becomes ``DELACRUZ``. This is `clean_name`.

If the joined name is not in the dictionary, these are tried in turn: the *first part* (leading
particles and one word: ``GARCIA`` of ``Garcia-Lopez``), the *last part* (``LOPEZ``), the *last
word* without its particles (``FUENTES`` of ``de la Fuentes``). The step that matched is reported.

Every step is one regular expression in the syntax that Python, RE2 (DuckDB, BigQuery, Arrow) and
Java (Spark) share, so that `predict_table` runs the same steps inside a database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

#: How a name came to match, or why it did not. Positions are the codes used inside the package.
MATCHES = (
    "exact", "cleaned", "first part", "last part", "last word",
    "not in table", "no letters", "missing", "not text",
)  # fmt: skip
EXACT, CLEANED, FIRST_PART, LAST_PART, LAST_WORD = range(5)
NOT_IN_TABLE, NO_LETTERS, MISSING, NOT_TEXT = range(5, 9)

SUFFIXES = (
    "JR", "JNR", "JUNIOR", "SR", "SNR", "SENIOR", "II", "III", "IIII", "IV", "VI", "VII", "VIII",
    "1ST", "2ND", "3RD", "4TH", "5TH", "FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH",
)  # fmt: skip

PARTICLES = (
    "DE", "DEL", "DELA", "DELLA", "LA", "LAS", "LOS", "EL", "AL", "DI", "DA", "DO", "DOS", "DAS",
    "DU", "DES", "VAN", "VON", "DER", "DEN", "TER", "TEN", "MC", "MAC", "ST", "SAN", "SANTA",
    "SAINT", "BIN", "BINT", "IBN", "ABU", "LE", "O", "D", "L",
)  # fmt: skip


def _fold_table() -> dict[str, str]:
    """Map every Latin letter with a mark, ligature or wide form to plain capitals."""
    table: dict[str, str] = {}
    blocks = [(0xAA, 0x250), (0x1E00, 0x1F00), (0xFB00, 0xFB07), (0xFF21, 0xFF5B)]
    for low, high in blocks:
        for point in range(low, high):
            plain = "".join(
                letter
                for letter in unicodedata.normalize("NFKD", chr(point)).upper()
                if "A" <= letter <= "Z"
            )
            if plain and unicodedata.category(chr(point)).startswith("L"):
                table[chr(point)] = plain
    table |= {
        "Æ": "AE", "æ": "AE", "Ǽ": "AE", "ǽ": "AE", "Œ": "OE", "œ": "OE", "ß": "SS", "ẞ": "SS",
        "Ø": "O", "ø": "O", "Ǿ": "O", "ǿ": "O", "Đ": "D", "đ": "D", "Ð": "D", "ð": "D",
        "Þ": "TH", "þ": "TH", "Ł": "L", "ł": "L", "Ħ": "H", "ħ": "H", "Ŧ": "T", "ŧ": "T",
        "ı": "I", "Ŋ": "NG", "ŋ": "NG", "Ɖ": "D", "ɖ": "D", "ª": "A", "º": "O",
    }  # fmt: skip
    # Combining marks, apostrophes of every shape, full stops and invisible characters vanish.
    vanish = [chr(point) for point in range(0x300, 0x370)]
    vanish += list("'`´ʹʻʼʽˈ‘’‚‛′＇.\u00ad\u200b\u200c\u200d\u2060\ufeff")
    return table | dict.fromkeys(vanish, "")


FOLD: dict[str, str] = _fold_table()
_FOLD = str.maketrans(FOLD)

# The steps as patterns. Words are separated by exactly one space from NOT_WORD on.
NOT_WORD = r"[^A-Z0-9]+"
SUFFIX = rf"(?: (?:{'|'.join(SUFFIXES)}))+$"
DIGITS = r"[0-9]+"
SPACES = r" +"
HAS_INITIALS = r"[A-Z]{2}(?: [A-Z])+$"
PARTICLE_INITIAL = rf"(?:^| )(?:{'|'.join(p for p in PARTICLES if len(p) > 1)}) [A-Z]$"
INITIALS = r"(?: [A-Z])+$"
FIRST = rf"^(?:(?:{'|'.join(PARTICLES)}) )*[A-Z]+"
LAST = rf"(?:^| )(?:(?:{'|'.join(PARTICLES)}) )*[A-Z]+$"
WORD = r"[A-Z]+$"

BLANK = " \t\n\r\x0b\x0c\xa0"  # nothing but these is a missing name

_not_word, _suffix, _digits, _spaces = map(re.compile, (NOT_WORD, SUFFIX, DIGITS, SPACES))
_has_initials, _particle_initial = map(re.compile, (HAS_INITIALS, PARTICLE_INITIAL))
_initials, _first, _last, _word = map(re.compile, (INITIALS, FIRST, LAST, WORD))
_SUFFIXES = frozenset(SUFFIXES)
# ASCII alone: letters to capitals, digits stay, apostrophes and stops go, the rest is a space.
_ASCII = {
    point: FOLD.get(chr(point), chr(point).upper() if chr(point).isalnum() else " ")
    for point in range(128)
}


def words_by_pattern(name: str) -> str:
    """Steps 1 to 5 as the patterns define them: the words of a name, one space between."""
    text = _not_word.sub(" ", name.translate(_FOLD).upper()).strip(" ")
    text = _suffix.sub("", text)
    text = _spaces.sub(" ", _digits.sub("", text)).strip(" ")
    if _has_initials.search(text) and not _particle_initial.search(text):
        text = _initials.sub("", text)
    return text


def _words(name: str) -> str:
    """Do the same as `words_by_pattern`, by shorter ways where they exist."""
    if not name.isascii():
        return words_by_pattern(name)
    words = name.translate(_ASCII).split()
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    if not "".join(words).isalpha() or (len(words) > 1 and len(words[-1]) == 1):
        return words_by_pattern(name)  # digits or initials
    return " ".join(words)


def clean_name(name: object) -> str:
    """Return the key under which a dictionary would hold `name`; steps 1 to 6 above.

    Parameters
    ----------
    name : a first, middle or last name, or a missing value (None, NaN, NA).

    Returns
    -------
    Capitals A-Z without spaces; empty for a missing value or a name without Latin letters.
    The surname ``"NAN"`` is a name, the float NaN is not.

    Raises
    ------
    TypeError : for anything that is neither text nor a missing value.

    Examples
    --------
    >>> clean_name("O'Neil, Jr.")
    'ONEIL'
    >>> clean_name("De la Cruz"), clean_name("SMITH, II"), clean_name("Núñez"), clean_name("Aviv")
    ('DELACRUZ', 'SMITH', 'NUNEZ', 'AVIV')
    """
    if isinstance(name, str):
        return _words(name).replace(" ", "")
    if is_missing(name):
        return ""
    raise TypeError(f"name={name!r}: expected text, came {type(name).__name__}")


def is_missing(value: object) -> bool:
    """Tell whether a value is None, NaN, NaT or pandas.NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


def parts(words: str) -> tuple[str, str, str]:
    """First part, last part and last word of a cleaned name; empty where under two letters."""
    found = (_first.search(words), _last.search(words), _word.search(words))
    keys = [match.group().replace(" ", "") if match else "" for match in found]
    first, last, word = (key if len(key) > 1 else "" for key in keys)
    return first, last, word


def find(
    name: object, get: Callable[[str], int | None] | Mapping[str, int]
) -> tuple[int | None, int]:
    """Find one name in a dictionary.

    Parameters
    ----------
    name : what was typed; any object.
    get : the dictionary's ``get``, from key to row.

    Returns
    -------
    The row, or None, and the position in `MATCHES` that says how it matched or why not.
    """
    look = get.get if isinstance(get, Mapping) else get
    if not isinstance(name, str):
        return None, MISSING if is_missing(name) else NOT_TEXT
    if name.isascii() and name.isalpha():  # one plain word: capitals are all that cleaning does
        row = look(name.upper())
        return row, NOT_IN_TABLE if row is None else EXACT
    words = _words(name)
    key = words.replace(" ", "")
    if not key:
        return None, NO_LETTERS if name.strip(BLANK) else MISSING
    row = look(key)
    if row is not None:
        return row, CLEANED
    if " " in words:
        for step, key in zip((FIRST_PART, LAST_PART, LAST_WORD), parts(words), strict=True):
            row = look(key)
            if row is not None:
                return row, step
    return None, NOT_IN_TABLE
