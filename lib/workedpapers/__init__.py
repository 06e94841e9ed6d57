"""Ten research papers, reproduced as tested modules.

Each paper is one subpackage and is imported by its name, for example
``from workedpapers import bisg``. Importing ``workedpapers`` itself loads none of them.

The hall, shared by all papers: `workedpapers.claims`, `workedpapers.explore`,
`workedpapers.plotting`, `workedpapers.stats`, `workedpapers.datasets`, `workedpapers.checks`,
`workedpapers.tables`, `workedpapers.parallel`, `workedpapers.progress` and `workedpapers.threads`.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
