"""What a headline cell is held to: the text that it printed, and that of the table it showed."""

import nbformat
import pandas as pd

from tools.references import entry_of
from workedpapers.tables import show_table


def test_a_table_is_compared_by_its_text() -> None:
    table = show_table(
        pd.DataFrame({"share": [0.25]}),
        caption="A share in a table of one cell.",
        alt="The share is a quarter of the whole.",
        units={"share": "%"},
    )
    outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="one line\n"),
        nbformat.v4.new_output("stream", name="stderr", text="a bar\n"),
        nbformat.v4.new_output(
            "execute_result",
            data={"text/plain": repr(table), "text/html": table._repr_html_()},
        ),
    ]
    cell = nbformat.v4.new_code_cell("first = 1\nfirst", outputs=outputs)
    assert entry_of(cell) == {
        "cell": "first = 1",
        "printed": "one line\n",
        "shown": "A share in a table of one cell.\nshare (%)\n       25",
    }


def test_a_cell_that_shows_nothing_has_its_name_alone() -> None:
    assert entry_of(nbformat.v4.new_code_cell("pass")) == {"cell": "pass"}
