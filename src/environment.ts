import { type Alarm, createAlarms } from './alarms.ts'

/** All that the package takes from the world around it: clock, chance and network. Nothing else reads them. */
export interface Environment {
  /** The time, in Unix milliseconds. */
  readonly now: () => number
  /** A number in [0, 1) that spreads retries; not for secrets. */
  readonly random: () => number
  readonly fetch: typeof globalThis.fetch
  /** Rings at an instant of this clock. */
  readonly alarm: Alarm
  /** Rings after a span in milliseconds: what takes long does so whatever the clock is set to. */
  readonly after: Alarm
}

/** Makes an environment; what is not given is the host's own. */
export function createEnvironment(parts: Partial<Omit<Environment, 'alarm' | 'after'>> = {}): Environment {
  // Looked up at each call, so that a test or a polyfill may replace them later.
  const now = parts.now ?? (() => Date.now())
  const random = parts.random ?? (() => Math.random())
  const fetch = parts.fetch ?? ((input, init) => globalThis.fetch(input, init))
  return { now, random, fetch, alarm: createAlarms(now), after }
}

/** The longest span of a native timer, in milliseconds; a longer one would ring at once, and is waited for in parts. */
const LONGEST = 2 ** 31 - 1

const after: Alarm = (span, ring, { watched = false } = {}) => {
  let timer: ReturnType<typeof setTimeout>
  const wait = (left: number) => {
    const part = Math.min(left, LONGEST)
    timer = setTimeout(() => (left > part ? wait(left - part) : ring()), part)
    if (!watched && typeof timer === 'object') timer.unref()
  }
  wait(span)
  return () => clearTimeout(timer)
}

/** Milliseconds by a clock that nobody sets; its zero means nothing. */
export const steady = (): number => performance.now()

let shared: Environment | undefined

/** The host's own clock, chance and network: the same alarms, and their timer, for all clients that are given no other. */
export function defaultEnvironment(): Environment {
  shared ??= createEnvironment()
  return shared
}

/** Resolves after a span in milliseconds, or rejects with the signal's reason. Somebody waits: it keeps a process alive. */
export function sleep({ after }: Environment, span: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const ring = () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    const cancel = after(span, ring, { watched: true })
    const abort = () => {
      cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}
