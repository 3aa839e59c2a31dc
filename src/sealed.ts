/**
 * A string that must pass through a state machine without being seen on the way: it prints and serialises as `[sealed]`, and
 * a clone of it is empty, so no snapshot, inspector or log can hold what is inside.
 */
export class Sealed {
  readonly #content: string

  constructor(content: string) {
    this.#content = content
  }

  /** Returns the string inside. Call it where the string is used, and nowhere else. */
  open(): string {
    return this.#content
  }

  toString(): string {
    return '[sealed]'
  }

  toJSON(): string {
    return '[sealed]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[sealed]'
  }
}

/** Seals a redirect URL or a session binding before it enters a machine. */
export function seal(content: string | URL): Sealed {
  return new Sealed(String(content))
}
