"""Citations that read the same in the text and in the list: author and year."""

from collections import Counter
from collections.abc import Iterable, Iterator
from string import ascii_lowercase

import pybtex.plugin
from pybtex.database import Entry
from pybtex.style.formatting.plain import Style as Plain
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx


class AuthorYear(BaseLabelStyle):
    """Labels such as "Treder, 2018" and "Ehrenberg et al., 2022"."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        """Labels of the entries in their order, with a letter where two would be the same."""
        labels = [label_of(entry) for entry in sorted_entries]
        total, seen = Counter(labels), Counter()
        for label in labels:
            yield label + (ascii_lowercase[seen[label]] if total[label] > 1 else "")
            seen[label] += 1


def label_of(entry: Entry) -> str:
    """Last names of an entry's authors and its year."""
    persons = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [
        " ".join([*person.prelast_names, *person.last_names]) for person in persons
    ]
    if len(names) > 2:
        names = [f"{names[0]} et al."]
    return ", ".join(
        [" and ".join(names) or entry.key, entry.fields.get("year", "n.d.")]
    )


class Style(Plain):
    """The list, sorted by author and year, under these labels."""

    default_label_style = AuthorYear


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the style known under the name that ``_config.yml`` gives."""
    pybtex.plugin.register_plugin("pybtex.style.formatting", "workedbook", Style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
