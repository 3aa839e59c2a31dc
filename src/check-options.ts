import { misconfigured, type OAuthError } from './failure.ts'

/** Each option of something, with what it must be in words, and whether a value is that. */
export type Expectations<Options> = {
  readonly [Option in keyof Required<Options>]: readonly [expected: string, holds: (value: unknown) => boolean]
}

/**
 * Checks options by name. One that is `undefined` counts as not given.
 *
 * @param about whose options they are, for the message
 * @throws OAuthError `invalid_configuration`; the message names the option
 */
export function checkOptions<Options extends object>(
  about: string,
  options: Options,
  expectations: Expectations<Options>,
): void {
  if (typeof options !== 'object' || options === null) throw wrongOption(about, 'options', 'an object')
  const known = new Map(Object.entries<Expectations<Options>[keyof Options]>(expectations))
  for (const [option, value] of Object.entries(options)) {
    const [expected, holds] = known.get(option) ?? ['unknown', () => false]
    const isGiven = value !== undefined || !known.has(option)
    if (isGiven && !holds(value)) throw wrongOption(about, option, expected)
  }
}

/** The error for an option, by name; never with its value. */
export function wrongOption(about: string, option: string, expected: string): OAuthError {
  return misconfigured(`${about}, option ${option}`, expected)
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

/** Whether a value is a span for a timer: above zero, and no longer than native timers take, in milliseconds. */
export function isSpan(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < 2 ** 31
}
