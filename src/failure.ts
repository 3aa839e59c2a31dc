/**
 * What can go wrong, in the package's own words. The list is closed: a new word is a new minor version.
 * Cause and remedy of each: the page of failure codes in the guide, `docs/reference/failures.md`.
 */
export type FailureCode = keyof typeof meanings

/**
 * A failure as plain data, so that it survives storage, an inspector and `JSON.stringify`.
 * It never holds a URL's query, a body, a header or somebody else's error object.
 */
export interface Failure {
  readonly code: FailureCode
  /** Names the provider, the step and the remedy in one or two sentences. Free of secrets. */
  readonly message: string
  /** Whether the same request may succeed later without a person or a change of configuration. */
  readonly retryable: boolean
  /** When the next try is due, in Unix milliseconds. */
  readonly retryAt?: number
  /** The server's own `error` word, verbatim but for redacted secrets. @see RFC 6749 §5.2 */
  readonly error?: string
  /** The server's `error_description`, with secrets and characters that nobody can see removed, at most 200 characters. */
  readonly description?: string
  /** The server's `error_uri`, when it is an http(s) URL without a query. */
  readonly uri?: string
  /** The HTTP status of the answer. */
  readonly status?: number
}

/** The one error class that leaves the package. {@link OAuthError.failure} holds all of it as plain data. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  /** All of it as plain data. */
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }

  /** What went wrong. */
  get code(): FailureCode {
    return this.failure.code
  }

  /** Whether the same request may succeed later without a person or a change of configuration. */
  get retryable(): boolean {
    return this.failure.retryable
  }

  /** When the next try is due, in Unix milliseconds. */
  get retryAt(): number | undefined {
    return this.failure.retryAt
  }
}

interface Particulars extends Partial<Pick<Failure, 'error' | 'description' | 'uri' | 'status' | 'retryAt'>> {
  /** Who and what: a provider's name and a step, or the name of an option. */
  readonly about: string
  /** Overrides the general remedy, where the caller knows a better one. */
  readonly remedy?: string
  readonly retryable?: boolean
}

/** Builds a {@link Failure} whose message reads "about: meaning (server's word). Remedy." */
export function fail(code: FailureCode, { about, remedy, retryable, ...details }: Particulars): Failure {
  const meaning = meanings[code]
  const word = details.error === undefined ? '' : ` (${details.error})`
  return {
    code,
    message: `${about}: ${meaning.what}${word}. ${remedy ?? meaning.remedy}`,
    retryable: retryable ?? meaning.retryable,
    ...details,
  }
}

/** Whether the vault is in trouble, or holds what does not belong there: whoever looks after the machine has to act. */
export function isOfVault(failure: Failure | undefined): failure is VaultFailure {
  return failure?.code === 'vault_unavailable' || failure?.code === 'vault_mismatch'
}

type VaultFailure = Failure & { readonly code: 'vault_unavailable' | 'vault_mismatch' }

/** The error for what a host got wrong, by name; never with its value. */
export function misconfigured(what: string, reason: string): OAuthError {
  return new OAuthError(fail('invalid_configuration', { about: `${what} (${reason})` }))
}

/** What each code says in a message, and whether it may pass by itself. */
export const meanings = {
  authorization_required: {
    what: 'there is no token',
    remedy: 'A person must connect the merchant: send authorization.start.',
    retryable: false,
  },
  authorization_denied: {
    what: 'the request was refused by the person or the provider',
    remedy: 'Start again when the merchant agrees.',
    retryable: false,
  },
  authorization_failed: {
    what: 'the authorization could not be finished',
    remedy: 'Start again.',
    retryable: false,
  },
  grant_expired: {
    what: 'nobody approved the request in time',
    remedy: 'Start again for a new one.',
    retryable: false,
  },
  session_expired: {
    what: 'the session has ended',
    remedy: 'The merchant must connect again.',
    retryable: false,
  },
  cancelled: { what: 'the request was cancelled', remedy: 'Start again when wanted.', retryable: false },
  stopped: { what: 'the connection was stopped', remedy: 'Connect again.', retryable: false },
  state_mismatch: {
    what: 'the redirect does not belong to this request',
    remedy: 'It is still awaited; come back in the browser session that was started, or cancel and start again.',
    retryable: false,
  },
  server_rejected: {
    what: 'the server refused the request',
    remedy: 'Check the registration with the provider.',
    retryable: false,
  },
  rate_limited: { what: 'the server asks for fewer requests', remedy: 'It is tried again later.', retryable: true },
  server_unavailable: { what: 'the server is in trouble', remedy: 'It is tried again later.', retryable: true },
  network: { what: 'the server was not reached', remedy: 'Check the network; it is tried again.', retryable: true },
  timeout: { what: 'no answer came in time', remedy: 'It is tried again later.', retryable: true },
  outcome_unknown: {
    what: 'an answer was lost, and with it what the server decided',
    remedy: 'The merchant must connect again.',
    retryable: false,
  },
  invalid_response: {
    what: 'the answer is not an OAuth answer',
    remedy: 'Check the endpoint, and proxies on the way to it.',
    retryable: true,
  },
  unexpected_redirect: {
    what: 'the endpoint redirected, which is not followed',
    remedy: 'Check the endpoint, and proxies on the way to it.',
    retryable: true,
  },
  insecure_endpoint: {
    what: 'the endpoint is not https',
    remedy: 'Use https, or allowLoopbackHttp for a server on this machine.',
    retryable: false,
  },
  app_login_required: {
    what: 'nobody is logged in to this application',
    remedy: 'Log in to it again.',
    retryable: false,
  },
  app_not_allowed: {
    what: 'this application does not allow it',
    remedy: "Its server decides, by the handler's option 'allows'.",
    retryable: false,
  },
  not_supported: { what: 'this is not supported', remedy: 'See the documentation.', retryable: false },
  vault_unavailable: {
    what: 'the vault could not be used',
    remedy: 'Check its storage; it is tried again.',
    retryable: true,
  },
  vault_mismatch: {
    what: "the vault's record does not belong here",
    remedy: 'Use another connection name, or forget the record where it was made.',
    retryable: false,
  },
  budget_exhausted: {
    what: 'the budget of token requests is used up',
    remedy: 'It is tried again later.',
    retryable: true,
  },
  invalid_configuration: { what: 'the configuration is wrong', remedy: 'Correct the named option.', retryable: false },
} as const satisfies Record<string, { what: string; remedy: string; retryable: boolean }>

export function isFailureCode(word: unknown): word is FailureCode {
  return typeof word === 'string' && Object.hasOwn(meanings, word)
}
