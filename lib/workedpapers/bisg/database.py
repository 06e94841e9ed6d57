# ruff: noqa: PD003, PD004 (Ibis calls them isnull and notnull)
"""The same prediction where the data are: an Ibis expression for DuckDB, Spark, BigQuery, ...

Nothing is pulled out of the database. The steps of name cleaning are regular expressions that
all these engines understand (see `cleaning`), the dictionaries become tables, and a prediction is a
chain of joins and a quotient. Only distinct names are cleaned.
"""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from typing import Any

import pandas as pd

from workedpapers.bisg import cleaning
from workedpapers.bisg.cleaning import FOLD, MATCHES
from workedpapers.bisg.geography import code_form
from workedpapers.bisg.matching import PLACES
from workedpapers.bisg.prediction import ABSTENTIONS
from workedpapers.bisg.settings import (
    GeographyArgument,
    NamesArgument,
    Plan,
    PriorArgument,
    label_list,
    plan,
)


def predict_table(
    table: Any,
    *,
    surname: str | None = None,
    first: str | None = None,
    middle: str | None = None,
    geo: str | None = None,
    names: NamesArgument = "rosenman",
    geography: GeographyArgument = "zcta2010",
    prior: PriorArgument = None,
    categories: str = "five",
    smoothing: float | None = None,
) -> Any:
    """P(race | names, place) as an expression that the table's own engine computes.

    Parameters
    ----------
    table : an Ibis table, of any backend that can join an in-memory table to its own.
    surname, first, middle, geo, names, geography, prior, categories, smoothing : as in `predict`.
        Names must be text; places text, whole numbers or floats.

    Returns
    -------
    Ibis table: the columns of `table`, then those of `predict`; the columns of words are text,
    and a row that abstains has NULL for probabilities. As always in a database, rows have no
    order; keep a key.

    Raises
    ------
    ImportError : if ibis-framework is not installed.
    TypeError : if `table` is no Ibis table, or a column has another type.
    ValueError : as `predict`; also if the table already has a column of the result.

    Examples
    --------
    >>> import ibis                                                  # doctest: +SKIP
    >>> people = ibis.connect("duckdb://").read_parquet("people.parquet")  # doctest: +SKIP
    >>> predict_table(people, surname="last", geo="zip").to_parquet("out.parquet")  # doctest: +SKIP
    """
    try:
        ibis = import_module("ibis")
    except ImportError as error:
        raise ImportError("predict_table needs ibis-framework with a backend, for example "
                          "`pip install 'ibis-framework[duckdb]'`") from error  # fmt: skip
    if not isinstance(table, ibis.expr.types.Table):
        raise TypeError(f"table: expected an Ibis table, came {type(table).__name__}")
    given = {"surname": surname, "first": first, "middle": middle, "geo": geo}
    columns = {key: value for key, value in given.items() if value is not None}
    if not columns:
        raise ValueError("give at least one of surname=, first=, middle=, geo=: a column's name")
    for key, value in columns.items():
        if value not in table.columns:
            raise ValueError(
                f"{key}={value!r}: no such column; the table has {list(table.columns)}"
            )
    made = plan(tuple(columns), "geo" in columns, names, geography, prior, categories, smoothing)
    new = [*made.groups, "evidence", "abstention", "reference_population",
           *(f"matched_{key}" for key in columns)]  # fmt: skip
    taken = [name for name in new if name in table.columns]
    if taken:
        raise ValueError(f"table: it already has the column(s) {taken}")
    kept = list(table.columns)
    for position, kind in enumerate(made.kinds):
        table = _join_names(ibis, table, columns[kind], kind, made, position)
    if made.geography is not None:
        table = _join_places(ibis, table, columns["geo"], made)
    return _combine(ibis, table, made, kept)


# Names ----------------------------------------------------------------------------------------


def fold(ibis: Any, text: Any) -> Any:
    """Step 1 of name cleaning as an expression: accents fall, letters become capitals."""
    single = {letter: plain for letter, plain in FOLD.items() if len(plain) == 1}
    vanish = [letter for letter, plain in FOLD.items() if not plain]
    # translate drops the characters for which the second text has no counterpart
    plain = text.translate("".join([*single, *vanish]), "".join(single.values()))
    several = {letter: plain for letter, plain in FOLD.items() if len(plain) > 1}
    folded = reduce(lambda t, pair: t.replace(*pair), several.items(), plain)
    # Most names are ASCII, of which only a few characters vanish; engines are slow at the above.
    ascii_only = reduce(
        lambda t, letter: t.replace(letter, ""), (v for v in vanish if v.isascii()), text
    )
    return ibis.ifelse(text.re_search("[^ -~]"), folded, ascii_only).upper()


def words(ibis: Any, text: Any) -> Any:
    """Steps 1 to 5 of name cleaning as an expression."""
    t = _trim(fold(ibis, text).re_replace(cleaning.NOT_WORD, " "))
    t = t.re_replace(cleaning.SUFFIX, "").re_replace(cleaning.DIGITS, "")
    t = _trim(t.re_replace(cleaning.SPACES, " "))
    initials = t.re_search(cleaning.HAS_INITIALS) & ~t.re_search(cleaning.PARTICLE_INITIAL)
    return ibis.ifelse(initials, t.re_replace(cleaning.INITIALS, ""), t)


def _trim(text: Any) -> Any:
    return text.re_replace("^ +| +$", "")


def _joined(text: Any) -> Any:
    return text.replace(" ", "")


def _join_names(ibis: Any, table: Any, column: str, kind: str, made: Plan, position: int) -> Any:
    """Add the factors of the name, NULL if it is not in the dictionary, and how it matched."""
    if not table[column].type().is_string():
        raise TypeError(f"{kind}={column!r}: expected text, the column is {table[column].type()}")
    raw, how = f"__{kind}_raw", f"matched_{kind}"
    found = _match_distinct(
        ibis, table.select(raw=column).distinct(), _memtable(ibis, made, position)
    )
    names = {raw: "raw", how: "how", f"__{kind}_found": "found"}
    found = found.rename(**names, **{_factor(kind, g): g for g in made.groups})
    table = table.left_join(found, table[column] == found[raw])
    return table.mutate(**{how: table[how].fill_null(MATCHES[cleaning.MISSING])})


def _match_distinct(ibis: Any, names: Any, dictionary: Any) -> Any:
    """Find each distinct name: columns raw, how, found (the key), and the factors."""
    names = names.filter(names["raw"].notnull())
    names = names.mutate(words=words(ibis, names["raw"]))
    tried = {"try0": _joined(names["words"])}
    for i, pattern in enumerate((cleaning.FIRST, cleaning.LAST, cleaning.WORD), start=1):
        part = _joined(names["words"].re_extract(pattern, 0))
        tried[f"try{i}"] = ibis.ifelse(part.length() > 1, part, ibis.null(str))
    names = names.mutate(**tried)
    hits = []
    for candidate in tried:
        hit = f"{candidate}_hit"
        keys = dictionary.select(**{hit: dictionary["__key"]})
        names = names.left_join(keys, names[candidate] == keys[hit])
        hits.append(hit)
    plain = names["raw"].re_search("^[A-Za-z]+$")
    first = ibis.ifelse(plain, MATCHES[cleaning.EXACT], MATCHES[cleaning.CLEANED])
    how = ibis.cases(
        (names[hits[0]].notnull(), first),
        (names[hits[1]].notnull(), MATCHES[cleaning.FIRST_PART]),
        (names[hits[2]].notnull(), MATCHES[cleaning.LAST_PART]),
        (names[hits[3]].notnull(), MATCHES[cleaning.LAST_WORD]),
        (names["raw"].re_search(f"^[{cleaning.BLANK}]*$"), MATCHES[cleaning.MISSING]),
        (names["try0"] == "", MATCHES[cleaning.NO_LETTERS]),
        else_=MATCHES[cleaning.NOT_IN_TABLE],
    )
    found = ibis.coalesce(*(names[hit] for hit in hits))
    names = names.mutate(how=how, found=found).select("raw", "how", "found")
    return names.left_join(dictionary, names["found"] == dictionary["__key"]).drop("__key")


def _factor(kind: str, group: str) -> str:
    return f"__{kind}_{group}"


def _memtable(ibis: Any, made: Plan, position: int) -> Any:
    """Return the dictionary, or the places, as a table: key and one factor per group."""
    factor = made.factors[position]
    if position < len(made.tables):
        keys = made.tables[position].names
    elif made.geography is not None:
        keys = made.geography.areas
    frame = pd.DataFrame(factor[:-1], columns=list(made.groups))
    frame.insert(0, "__key", pd.Series(keys.tolist(), dtype=object))
    if position == len(made.tables) and made.geography is not None:
        frame["__inhabited"] = made.geography.inhabited
    return ibis.memtable(frame)


# Places ---------------------------------------------------------------------------------------


def _code(ibis: Any, value: Any, digits: int | None) -> tuple[Any, Any]:
    """Code as text, NULL if malformed, and whether it is missing; `geography.area_code` in SQL."""
    kind = value.type()
    missing = value.isnull()
    if kind.is_floating():
        missing = missing | value.isnan()
        whole = value.isnan().fill_null(False).ifelse(0.0, value)
        text = ibis.ifelse(whole == whole.floor(), whole.floor().cast("int64").cast(str),
                           value.cast(str) if digits is None else "")  # fmt: skip
    elif kind.is_integer():
        text = value.cast(str)
    elif kind.is_string():
        text = value.re_replace(f"^[{cleaning.BLANK}]+|[{cleaning.BLANK}]+$", "")
        missing = missing | (text == "")
    else:
        raise TypeError(f"geo={value.get_name()!r}: expected text or numbers, came {kind}")
    if digits is None:
        return text, missing
    valid, part = code_form(digits)
    text = text.re_replace("[.]0$", "")
    code = text.re_extract(part, 0).lpad(digits, "0")
    return ibis.ifelse(text.re_search(valid), code, ibis.null(str)), missing


def _join_places(ibis: Any, table: Any, column: str, made: Plan) -> Any:
    """Add the factors of the place, prior included, and what became of it."""
    if made.geography is None:
        return table
    code, missing = _code(ibis, table[column], made.geography.digits)
    table = table.mutate(__geo_code=code, __geo_missing=missing.fill_null(True))
    places = _memtable(ibis, made, len(made.tables)).rename(__geo_key="__key")
    places = places.rename(**{_factor("geo", g): g for g in made.groups})
    table = table.left_join(places, table["__geo_code"] == places["__geo_key"])
    how = ibis.cases(
        (table["__geo_missing"], PLACES[4]),
        (table["__geo_code"].isnull(), PLACES[3]),
        (table["__geo_key"].isnull(), PLACES[1]),
        (~table["__inhabited"], PLACES[2]),
        else_=PLACES[0],
    )
    return table.mutate(matched_geo=how)


# The quotient ---------------------------------------------------------------------------------


def _combine(ibis: Any, table: Any, made: Plan, kept: list[str]) -> Any:
    """Multiply the factors, divide by the sum, and say on what the answer rests."""
    prior = made.factors[-1][-1]
    lived_in = table["matched_geo"] == PLACES[0] if made.geography is not None else None
    products = {}
    for j, group in enumerate(made.groups):
        p = ibis.literal(1.0)
        for kind in made.kinds:
            p = p * table[_factor(kind, group)].fill_null(1.0)
        here = ibis.literal(float(prior[j]))
        if lived_in is not None:
            here = ibis.ifelse(lived_in, table[_factor("geo", group)], here)
        products[f"__p_{group}"] = p * here
    flags = [table[f"__{kind}_found"].notnull() for kind in made.kinds]
    flags += [lived_in] if lived_in is not None else []
    bits = sum((flag.cast("int64") * 2**i for i, flag in enumerate(flags)), ibis.literal(0))
    table = table.mutate(**products, __bits=bits)
    total = reduce(lambda a, b: a + b, (table[name] for name in products))
    table = table.mutate(__total=total)
    some, sound = table["__bits"] > 0, table["__total"] > 0
    answers = {
        group: ibis.ifelse(some & sound, table[f"__p_{group}"] / table["__total"], ibis.null(float))
        for group in made.groups
    }
    labels = label_list(made)
    answers["evidence"] = table["__bits"].cases(*enumerate(labels), else_="none")
    reason = ibis.cases((~some, ABSTENTIONS[1]), (~sound, ABSTENTIONS[2]), else_=ABSTENTIONS[0])
    order = [f"matched_{kind}" for kind in made.kinds]
    order += ["matched_geo"] if lived_in is not None else []
    return table.select(
        *kept,
        **answers,
        **{name: table[name] for name in order},
        abstention=reason,
        reference_population=ibis.literal(made.reference),
    )
