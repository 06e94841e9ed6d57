"""Name cleaning: from what people type to the keys of the dictionaries.

The dictionaries hold upper-case words of A-Z, without spaces. A name is cleaned in these steps.

0. *Encoding*. Letters that were read in the wrong encoding are put right: ``NuÃ±ez`` is ``Nuñez``.
   Where a letter is lost for good (``Nu?ez``), nothing is guessed: the name is *garbled*.
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

Some entries are no names: ``NOT PROVIDED``, ``NO NAME``. They never match, not even by a part.
Words such as ``UNKNOWN``, ``TEST`` or ``NULL`` may be either; `PLACEHOLDER_WORDS` lists them, and
the argument ``placeholders`` of `predict` decides.

Every step is one regular expression in the syntax that Python, RE2 (DuckDB, BigQuery, Arrow) and
Java (Spark) share, so that `predict_table` runs the same steps inside a database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal

from workedpapers.bisg.cells import kind_of
from workedpapers.bisg.codes import Match

SUFFIXES = (
    "JR", "JNR", "JUNIOR", "SR", "SNR", "SENIOR", "II", "III", "IIII", "IV", "VI", "VII", "VIII",
    "1ST", "2ND", "3RD", "4TH", "5TH", "FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH",
)  # fmt: skip

PARTICLES = (
    "DE", "DEL", "DELA", "DELLA", "LA", "LAS", "LOS", "EL", "AL", "DI", "DA", "DO", "DOS", "DAS",
    "DU", "DES", "VAN", "VON", "DER", "DEN", "TER", "TEN", "MC", "MAC", "ST", "SAN", "SANTA",
    "SAINT", "BIN", "BINT", "IBN", "ABU", "LE", "O", "D", "L",
)  # fmt: skip

_PHRASES = (
    "NONAME NONAMEGIVEN NOLASTNAME NOFIRSTNAME NOMIDDLENAME NAMEUNKNOWN UNKNOWNNAME NAMENOTGIVEN "
    "NOTPROVIDED NOTGIVEN NOTSTATED NOTKNOWN NOTAVAILABLE NOTAPPLICABLE NOTREPORTED NOTLISTED "
    "NOTENTERED NODATA DECLINEDTOSTATE DECLINEDTOANSWER FIRSTNAMEUNKNOWN LASTNAMEUNKNOWN "
    "ALLOTHERNAMES ALLOTHERFIRSTNAMES"
)
_WORDS = (
    "UNKNOWN UNK UNKN NONE NULL NAN NA NIL FNU LNU NFN NLN NMN NMI TEST TESTING TRUE FALSE XX XXX "
    "XXXX MISSING ANONYMOUS UNNAMED UNDEFINED REFUSED DECLINED WITHHELD REDACTED "
    "CONFIDENTIAL TBD TBA"
)
#: Keys of entries of several words that are no names.
PLACEHOLDER_PHRASES = frozenset(_PHRASES.split())
#: Keys of entries that are seldom names, though some people bear them.
PLACEHOLDER_WORDS = frozenset(_WORDS.split())


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


def _mojibake_table() -> dict[str, str]:
    """Map what UTF-8 letters look like in an encoding of one byte a letter to plain capitals."""
    letters = {c: plain for c, plain in FOLD.items() if 0x80 <= ord(c) < 0x180}
    letters |= dict.fromkeys("‘’´", "") | {"\xa0": " "}

    def windows(byte: int) -> str:
        try:
            return bytes([byte]).decode("cp1252")
        except UnicodeDecodeError:  # five bytes have no letter there
            return chr(byte)

    table: dict[str, str] = {}
    for letter, plain in letters.items():
        code = letter.encode()
        table["".join(map(windows, code))] = plain
        table[code.decode("latin-1")] = plain
    return table


MOJIBAKE: dict[str, str] = _mojibake_table()
#: For each plain text the pattern of what stands for it in the wrong encoding.
MOJIBAKE_PATTERNS: dict[str, str] = {
    plain: "|".join(re.escape(wrong) for wrong in sorted(MOJIBAKE) if MOJIBAKE[wrong] == plain)
    for plain in sorted(set(MOJIBAKE.values()))
}
#: A letter is lost: the sign of a failed decoding, or a question mark inside a word.
GARBLED = "\ufffd|[A-Za-z][?]+[A-Za-z]"
_mojibake = re.compile("|".join(map(re.escape, sorted(MOJIBAKE, key=len, reverse=True))))
_garbled = re.compile(GARBLED)

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
    """Steps 0 to 5 as the patterns define them: the words of a name, one space between."""
    if _garbled.search(name):
        return ""
    name = _mojibake.sub(lambda wrong: MOJIBAKE[wrong.group()], name)
    text = _not_word.sub(" ", name.translate(_FOLD).upper()).strip(" ")
    text = _suffix.sub("", text)
    text = _spaces.sub(" ", _digits.sub("", text)).strip(" ")
    if _has_initials.search(text) and not _particle_initial.search(text):
        text = _initials.sub("", text)
    return text


def _words(name: str) -> str:
    """Do the same as `words_by_pattern`, by shorter ways where they exist."""
    if not name.isascii() or "?" in name:
        return words_by_pattern(name)
    words = name.translate(_ASCII).split()
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    if not "".join(words).isalpha() or (len(words) > 1 and len(words[-1]) == 1):
        return words_by_pattern(name)  # digits or initials
    return " ".join(words)


def clean_name(name: object) -> str:
    """Return the key under which a dictionary would hold a name.

    Parameters
    ----------
    name : str or missing value
        A first, middle or last name as people write it, or None, NaN, NA.

    Returns
    -------
    str
        Capitals A-Z without spaces; empty for a missing value, a name without Latin letters, or
        one of which letters are lost. The surname ``"NAN"`` is a name, the float NaN is not.

    Raises
    ------
    TypeError
        For anything that is neither text nor a missing value.

    See Also
    --------
    lookup : The row of a dictionary under this key.

    Notes
    -----
    Steps 0 to 6 of `workedpapers.bisg.cleaning`; see the chapter, section "What is not known".

    Examples
    --------
    >>> from workedpapers.bisg import clean_name
    >>> clean_name("O'Neil, Jr.")
    'ONEIL'
    >>> clean_name("De la Cruz"), clean_name("SMITH, II"), clean_name("Núñez"), clean_name("Aviv")
    ('DELACRUZ', 'SMITH', 'NUNEZ', 'AVIV')
    """
    if isinstance(name, str):
        return _words(name).replace(" ", "")
    if is_missing(name):
        return ""
    raise TypeError(f"name: expected text, got {name!r} of type {kind_of(name)}")


def is_missing(value: object) -> bool:
    """Tell whether a value is None, NaN, NaT or pandas.NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, Decimal)) and value != value


def parts(words: str) -> tuple[str, str, str]:
    """First part, last part and last word of a cleaned name; empty where under two letters."""
    found = (_first.search(words), _last.search(words), _word.search(words))
    keys = [match.group().replace(" ", "") if match else "" for match in found]
    first, last, word = (key if len(key) > 1 else "" for key in keys)
    return first, last, word


_STEPS = (Match.FIRST_PART, Match.LAST_PART, Match.LAST_WORD)


def find(
    name: object,
    get: Callable[[str], int | None] | Mapping[str, int],
    *,
    ignore_placeholders: bool = False,
) -> tuple[int | None, Match]:
    """Find one name in a dictionary.

    Parameters
    ----------
    name : object
        What was typed; anything.
    get : callable or mapping
        The dictionary's ``get``, from key to row.
    ignore_placeholders : bool
        Whether `PLACEHOLDER_WORDS` are passed over.

    Returns
    -------
    tuple of int or None, Match
        The row, and how it matched or why not.
    """
    look = get.get if isinstance(get, Mapping) else get
    if not isinstance(name, str):
        return None, Match.MISSING if is_missing(name) else Match.NOT_TEXT
    plain = name.isascii() and name.isalpha()  # one plain word: capitals are all that cleaning does
    words = name.upper() if plain else _words(name)
    key = words.replace(" ", "")
    if not key:
        if _garbled.search(name):
            return None, Match.GARBLED
        return None, Match.NO_LETTERS if name.strip(BLANK) else Match.MISSING
    if key in PLACEHOLDER_PHRASES or (ignore_placeholders and key in PLACEHOLDER_WORDS):
        return None, Match.PLACEHOLDER
    row = look(key)
    if row is not None:
        return row, Match.EXACT if plain else Match.CLEANED
    if " " in words:
        for step, part in zip(_STEPS, parts(words), strict=True):
            row = look(part)
            if row is not None:
                return row, step
    return None, Match.NOT_IN_TABLE
