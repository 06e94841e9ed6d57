"""Claims: sentences of a paper, each with the function that measures it here.

A `Claim` says what the paper says, where, what would count as reproduced and why that much, and
holds the function that measures it. `table` measures them all and computes each verdict; nobody
types one. The table ends every chapter. When the book is built its rows are recorded, and the
scoreboard is rendered from those records.

Two things stop a build: a claim that the chapter presents as reproduced and that measures
outside its tolerance, and a claim with a written `finding` that measures inside it.
"""

from workedpapers.claims.claim import Claim, ClaimError, Measured, Result, measure
from workedpapers.claims.expect import (
    All,
    AtLeast,
    AtMost,
    Expectation,
    Holds,
    NotTestable,
    Ordered,
    Verdict,
    Within,
)
from workedpapers.claims.tables import ClaimsTable, Scoreboard, scoreboard, table

__all__ = [
    "All",
    "AtLeast",
    "AtMost",
    "Claim",
    "ClaimError",
    "ClaimsTable",
    "Expectation",
    "Holds",
    "Measured",
    "NotTestable",
    "Ordered",
    "Result",
    "Scoreboard",
    "Verdict",
    "Within",
    "measure",
    "scoreboard",
    "table",
]
