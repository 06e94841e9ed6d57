// The way back from the deflated store to arrays and strings; quantise.py is the way there.
const CODES = { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array };
const FLOATS = { 32: Float32Array, 64: Float64Array };

// A widget's Bytes arrive as a DataView on a larger buffer: copy the slice before viewing it.
export function bytesOf(view) {
  if (!view) return new Uint8Array(0);
  if (view instanceof ArrayBuffer) return new Uint8Array(view.slice(0));
  return new Uint8Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

export async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Returns { name: section }, a section being { ...description, codes | data | words }.
export async function readStore(sections, bytes) {
  const raw = bytes.length ? await inflate(bytes) : bytes;
  const held = {};
  for (const section of sections) {
    const part = raw.subarray(section.offset, section.offset + section.size);
    held[section.name] = { ...section, ...decode(section, part) };
  }
  return held;
}

function decode(section, part) {
  if (section.form === 'text') return { words: JSON.parse(new TextDecoder().decode(part)) };
  if (section.form === 'floats') return { data: fromPlanes(part, FLOATS[section.bits]) };
  const codes = fromPlanes(part, CODES[section.bits]);
  if (section.delta.length) unfold(codes);
  for (const axis of [...section.delta].reverse()) accumulate(codes, section.shape, axis);
  return { codes };
}

function fromPlanes(part, Kind) {
  const width = Kind.BYTES_PER_ELEMENT;
  const n = part.length / width;
  const out = new Uint8Array(part.length);
  for (let plane = 0; plane < width; plane += 1) {
    const start = plane * n;
    for (let i = 0; i < n; i += 1) out[i * width + plane] = part[start + i];
  }
  return new Kind(out.buffer);
}

// Undo the fold of differences around zero.
function unfold(codes) {
  for (let i = 0; i < codes.length; i += 1) codes[i] = (codes[i] >>> 1) ^ -(codes[i] & 1);
}

// Undo the differences along one axis; unsigned arrays wrap around as Python's do.
function accumulate(codes, shape, axis) {
  const stride = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const block = stride * shape[axis];
  for (let start = 0; start < codes.length; start += block) {
    for (let i = start + stride; i < start + block; i += 1) codes[i] += codes[i - stride];
  }
}

export function valueOf(section, code) {
  if (section.gaps && code > section.levels) return NaN;
  const value = section.low + ((section.high - section.low) / section.levels) * code;
  return section.log ? Math.exp(value) : value;
}

// Every number of a section, as floats.
export function numbersOf(section) {
  if (section.data) return Float64Array.from(section.data);
  return Float64Array.from(section.codes, (code) => valueOf(section, code));
}
