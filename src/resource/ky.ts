import type { Options } from 'ky'
import { OAuthError } from '../failure.ts'

/**
 * Options for `ky.create(bearer(connection))` and `ky.extend(bearer(connection))`: ky's requests go through
 * `connection.fetch`, which adds the token and answers `invalid_token` by itself.
 *
 * ky rejects with {@link OAuthError} where there is no token. It tries again, as often as its `retry.limit` says, only where
 * that error is `retryable`, and never after a 401. A `retry.shouldRetry` of your own replaces this rule.
 */
export function bearer(connection: { readonly fetch: typeof globalThis.fetch }): Options {
  return { fetch: connection.fetch, retry: { shouldRetry: ({ error }) => mayRetry(error) } }
}

/** `undefined`: as ky sees fit. */
function mayRetry(error: Error): boolean | undefined {
  if (error instanceof OAuthError) return error.retryable
  return statusOf(error) === 401 ? false : undefined
}

/** Without ky's own guard, which would load it. */
function statusOf(error: Error): number | undefined {
  return 'response' in error && error.response instanceof Response ? error.response.status : undefined
}
