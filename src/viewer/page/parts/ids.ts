/** The id of an element, made of what it is about: the same at each drawing, and without spaces, as lists of ids want it. */
export function idOf(...parts: readonly string[]): string {
  // As JSON, half a character of a host's is written out; encoding it as it is would throw.
  return encodeURIComponent(JSON.stringify(parts))
}
