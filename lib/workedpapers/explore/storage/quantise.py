"""Arrays and strings as few bytes: what a static page carries.

Numbers become whole codes between the lowest and the highest value. Along the axes where
neighbours are alike, differences are kept instead of codes; their bytes are sorted into planes
and everything is deflated. `frontend/src/store.js` is the way back in the browser, `unpack` the
way back here. A stored number differs from the true one by at most `Section.bound`.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ..errors import ExplorerError

__all__ = ["Section", "Store", "decode", "encode_floats", "encode_whole", "unpack"]

UNSIGNED = {8: np.uint8, 16: np.uint16, 32: np.uint32}
FLOATS = {32: np.float32, 64: np.float64}


@dataclass
class Section:
    """How one array or list of strings lies in the store.

    Attributes
    ----------
    form : ``"codes"``, ``"floats"`` or ``"text"``.
    bits : width of a code or float.
    low, high : values (logarithms if `log`) of the lowest and highest code.
    levels : highest code of a finite value; one more means NaN where `gaps` is true.
    delta : axes along which differences were taken, in order.
    offset, size : where its bytes lie in the inflated store.
    """

    name: str
    form: str
    shape: list[int]
    bits: int = 8
    low: float = 0.0
    high: float = 0.0
    levels: int = 1
    gaps: bool = False
    log: bool = False
    delta: list[int] = field(default_factory=list)
    offset: int = 0
    size: int = 0

    @property
    def step(self) -> float:
        """Distance between neighbouring codes."""
        return (self.high - self.low) / self.levels

    @property
    def bound(self) -> float:
        """Largest difference between a stored and a true number; a share of it if `log`."""
        if self.form != "codes":
            return 0.0
        half = self.step / 2 * (1 + 1e-9)
        rounding = 4 * np.finfo(float).eps * max(abs(self.low), abs(self.high))
        return float(np.expm1(half + rounding)) if self.log else float(half + rounding)


def encode_floats(
    name: str, array: np.ndarray, bits: int = 16, log: bool = False
) -> tuple[Section, bytes]:
    """Quantise finite numbers and NaN to `bits` (8, 16 or 32), in logarithms if `log`."""
    if bits not in UNSIGNED:
        raise ExplorerError(f"bits of {name!r} must be 8, 16 or 32, not {bits}")
    scaled = np.log(array) if log else np.asarray(array, dtype=float)
    missing = np.isnan(scaled)
    finite = scaled[~missing]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    gaps = bool(missing.any())
    levels = 2**bits - (2 if gaps else 1)
    section = Section(name, "codes", list(array.shape), bits, low, high, levels, gaps, log)
    if not np.isfinite(high - low):
        raise ExplorerError(f"output {name!r} spans {low} to {high}, too wide to store")
    span = (high - low) or 1.0
    codes = np.round((np.where(missing, low, scaled) - low) / span * levels)
    codes = np.where(missing, levels + 1, codes).astype(UNSIGNED[bits])
    return section, _pack_codes(section, codes)


def encode_whole(name: str, array: np.ndarray) -> tuple[Section, bytes]:
    """Store whole numbers exactly, as differences from the lowest, in as few bits as they need."""
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    bits = next((b for b in UNSIGNED if high - low < 2**b), None)
    if bits is None:
        raise ExplorerError(f"whole numbers of {name!r} span more than 32 bits")
    levels = max(high - low, 1)
    section = Section(name, "codes", list(array.shape), bits, low, low + levels, levels)
    return section, _pack_codes(section, (array - low).astype(UNSIGNED[bits]))


def _pack_codes(section: Section, codes: np.ndarray) -> bytes:
    """Choose, one axis after another, where differences make the deflated bytes fewer."""
    best = _planes(codes)
    fewest = len(zlib.compress(best, 6))
    for axis in reversed(range(codes.ndim)):
        if codes.shape[axis] < 2:
            continue
        tried = np.diff(codes, axis=axis, prepend=codes.dtype.type(0))
        data = _planes(_zigzag(tried))
        size = len(zlib.compress(data, 6))
        if size < fewest:
            codes, best, fewest = tried, data, size
            section.delta.append(axis)
    return best


def _zigzag(codes: np.ndarray) -> np.ndarray:
    """Fold differences around zero so that small ones, of either sign, are small codes."""
    signed = codes.view(codes.dtype.str.replace("u", "i"))
    top = codes.dtype.itemsize * 8 - 1
    return ((signed << 1) ^ (signed >> top)).view(codes.dtype)


def _unzigzag(codes: np.ndarray) -> np.ndarray:
    one = codes.dtype.type(1)
    signed: np.ndarray = (codes >> one) ^ (np.zeros_like(codes) - (codes & one))
    return signed


def _planes(array: np.ndarray) -> bytes:
    """All lowest bytes first, then all second ones: runs of equal bytes deflate well."""
    flat = np.ascontiguousarray(array).reshape(-1)
    flat = flat.astype(flat.dtype.newbyteorder("<"), copy=False)
    return flat.view(np.uint8).reshape(-1, flat.dtype.itemsize).T.tobytes()


def _from_planes(data: bytes, dtype: Any) -> np.ndarray:
    width = np.dtype(dtype).itemsize
    bytes_ = np.frombuffer(data, np.uint8).reshape(width, -1).T
    values: np.ndarray = np.ascontiguousarray(bytes_).view(np.dtype(dtype).newbyteorder("<"))
    return values.reshape(-1)


class Store:
    """Collects sections and packs them into one deflated blob."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self._parts: list[bytes] = []
        self._offset = 0

    def _add(self, section: Section, data: bytes) -> Section:
        if any(section.name == other.name for other in self.sections):
            raise ExplorerError(f"two parts of the store are named {section.name!r}")
        section.offset, section.size = self._offset, len(data)
        self._offset += len(data)
        self.sections.append(section)
        self._parts.append(data)
        return section

    def add_floats(
        self, name: str, array: np.ndarray, bits: int = 16, log: bool = False
    ) -> Section:
        """Add numbers, quantised to `bits`; 64 bits keep them as they are."""
        if bits == 64:
            return self.add_exact(name, array)
        return self._add(*encode_floats(name, array, bits, log))

    def add_exact(self, name: str, array: np.ndarray, bits: int = 64) -> Section:
        """Add numbers as floats of 32 or 64 bits."""
        data = _planes(np.asarray(array).astype(FLOATS[bits]))
        return self._add(Section(name, "floats", list(np.shape(array)), bits), data)

    def add_whole(self, name: str, array: np.ndarray) -> Section:
        """Add whole numbers or truth values, exactly."""
        return self._add(*encode_whole(name, np.asarray(array).astype(np.int64)))

    def add_text(self, name: str, strings: Sequence[str]) -> Section:
        """Add a list of strings."""
        data = json.dumps(list(strings), ensure_ascii=False, separators=(",", ":")).encode()
        return self._add(Section(name, "text", [len(strings)]), data)

    def blob(self, level: int = 9) -> bytes:
        """Everything, deflated."""
        return zlib.compress(b"".join(self._parts), level)

    def to_json(self) -> list[dict[str, Any]]:
        """The sections as the browser reads them."""
        return [asdict(section) for section in self.sections]


def decode(section: Section, data: bytes) -> Any:
    """Bring one section back: an array, or a list of strings."""
    if section.form == "text":
        return json.loads(data)
    if section.form == "floats":
        return _from_planes(data, FLOATS[section.bits]).astype(float).reshape(section.shape)
    codes = _from_planes(data, UNSIGNED[section.bits])
    codes = (_unzigzag(codes) if section.delta else codes).reshape(section.shape)
    for axis in reversed(section.delta):
        codes = np.cumsum(codes, axis=axis, dtype=codes.dtype)
    values = section.low + section.step * codes
    if section.gaps:
        values = np.where(codes > section.levels, np.nan, values)
    return np.exp(values) if section.log else values


def unpack(sections: Sequence[Section], blob: bytes) -> dict[str, Any]:
    """Bring a whole store back, by name."""
    raw = zlib.decompress(blob)
    return {s.name: decode(s, raw[s.offset : s.offset + s.size]) for s in sections}
