import type { Environment } from './environment.ts'
import { type Failure, OAuthError } from './failure.ts'

/** What a look at things found: the end of the waiting, or nothing yet. */
export type Finding<T> = { readonly give: T } | { readonly refuse: Failure } | undefined

/**
 * Looks now and at each change until something is found. Rejects with what the look throws.
 *
 * @param watch calls back at each change, and returns what ends that
 * @param stopping rejects with its reason
 */
export function until<T>(
  look: () => Finding<T>,
  watch: (changed: () => void) => () => void,
  stopping: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (stopping.aborted) return reject(stopping.reason)
    const changed = () => {
      try {
        const found = look()
        if (!found) return
        if ('give' in found) resolve(found.give)
        else reject(new OAuthError(found.refuse))
      } catch (error) {
        reject(error)
      }
      end()
    }
    const stop = () => {
      end()
      reject(stopping.reason)
    }
    const unwatch = watch(changed)
    const end = () => {
      unwatch()
      stopping.removeEventListener('abort', stop)
    }
    stopping.addEventListener('abort', stop, { once: true })
    changed()
  })
}

export interface Patience {
  /** Ends the waiting; its reason is the rejection. */
  readonly signal?: AbortSignal | undefined
  /** In milliseconds. */
  readonly timeout?: number | undefined
}

/** Waits for a promise no longer than one caller wants; the promise itself goes on. */
export function patiently<T>(
  promise: Promise<T>,
  { signal, timeout }: Patience,
  { after }: Environment,
  late: () => Failure,
): Promise<T> {
  // Whoever has given up does not hear of its failure, which must not end the process.
  promise.catch(() => {})
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const abort = () => reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    const ring = () => reject(new OAuthError(late()))
    const cancel = timeout === undefined ? () => {} : after(timeout, ring, { watched: true })
    promise.then(resolve, reject).finally(() => {
      cancel()
      signal?.removeEventListener('abort', abort)
    })
  })
}
