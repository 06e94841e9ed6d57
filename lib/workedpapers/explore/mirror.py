"""A second copy of the function, in JavaScript, with the data that it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .errors import ExplorerError
from .storage.quantise import Store

__all__ = ["Mirror"]


@dataclass
class Mirror:
    """The function in JavaScript, which the browser runs where no Python answers.

    Parameters
    ----------
    source : str
        An ES module, ``export default function (values, data) { return {...}; }``. `values` has
        every control by name; `data` has the arrays below. It returns the outputs of `compute`:
        numbers, strings, truth values, arrays of them, arrays of rows for a table. Results must
        depend on `values` alone; keeping earlier steps to save time is fine.
    data : mapping, optional
        Arrays and lists of strings that the function needs. An array arrives as a typed array,
        row after row, with its shape as ``array.shape``. Whole numbers are kept exactly.
    bits : int or mapping, default 32
        Width in which floats are kept: 8, 16, 32 (codes) or 64 (as they are); one number, or one
        by name. 32 keeps ten digits of the range.

    Raises
    ------
    ExplorerError
        If the source has no ``export default``.

    See Also
    --------
    check_mirror : Compares the copy with the original; a test of each chapter calls it.

    Examples
    --------
    >>> from workedpapers.explore import Mirror
    >>> Mirror("export default ({ a }) => ({ double: 2 * a });").bits
    32
    """

    source: str
    data: Mapping[str, Any] = field(default_factory=dict)
    bits: int | Mapping[str, int] = 32

    def __post_init__(self) -> None:
        if "export default" not in self.source:
            raise ExplorerError("the mirror's source must be an ES module with an export default")

    def add_to(self, store: Store) -> list[dict[str, Any]]:
        """Put the data into a store.

        Parameters
        ----------
        store : Store
            Where.

        Returns
        -------
        list of dict
            Entries that tell the browser how to read it.
        """
        return [self._add(store, name, value) for name, value in self.data.items()]

    def _add(self, store: Store, name: str, value: Any) -> dict[str, Any]:
        array = np.asarray(value)
        part = f"data:{name}"
        if array.dtype.kind in "UO":
            if array.ndim != 1 or not all(isinstance(word, str) for word in array):
                raise ExplorerError(f"mirror data {name!r} must be an array or a list of strings")
            store.add_text(part, [str(word) for word in array])
            return {"name": name, "whole": False}
        if array.dtype.kind in "iub":
            store.add_whole(part, array)
            return {"name": name, "whole": True}
        if array.dtype.kind != "f" or not np.isfinite(array).all():
            raise ExplorerError(f"mirror data {name!r} must hold finite numbers or strings")
        bits = self.bits.get(name, 32) if isinstance(self.bits, Mapping) else self.bits
        store.add_floats(part, array, bits)
        return {"name": name, "whole": False}
