/** How a client gets its first token. @see RFC 8628, RFC 6749 §4.1, RFC 6749 §4.4 */
export type Grant = 'device_code' | 'authorization_code' | 'client_credentials'

/** What a provider's documentation describes and a host may opt into, although it is discouraged. */
export type Deviation = 'unsafe_token_parameters_in_query' | 'unsafe_missing_state' | 'basic_semicolon'

/** Where requests go: https, without credentials or a fragment. */
export interface Endpoints {
  /** Needed for `device_code`. @see RFC 8628 §3.1 */
  deviceAuthorization?: string
  /** Where the browser is sent; needed for `authorization_code`. Its own query is kept. @see RFC 6749 §3.1 */
  authorization?: string
  /** @see RFC 6749 §3.2 */
  token: string
  /** Missing: a disconnect only erases what is stored here. @see RFC 7009 §2 */
  revocation?: string
}

/** The endpoints that requests are sent to; to the other one, `authorization`, a browser is sent. */
export type Endpoint = Exclude<keyof Endpoints, 'authorization'>

/** A provider as JSON-serialisable data. Charts and actors are written per grant and know no provider by name. */
export interface Provider {
  /** Names the provider in records and in paths: up to 64 lower-case letters, digits and hyphens. */
  id: string
  /** Names the provider to people. */
  name: string
  /** The page that all this is from. */
  documentation?: string
  grant: Grant
  endpoints: Endpoints
  /** The same endpoints for tests, where the provider has separate ones. */
  sandbox?: Endpoints
  /** The issuer that a redirect's `iss` must equal, character for character. Default: not compared. @see RFC 9207 §2.4 */
  issuer?: string
  /** How the client proves itself at the token and revocation endpoints. @see RFC 6749 §2.3 */
  clientAuthentication: 'none' | 'client_secret_post' | 'client_secret_basic'
  /** Whether Basic form-encodes id and secret first, as RFC 6749 §2.3.1 says, or joins them as they are. Default `form`. */
  basicEncoding?: 'form' | 'raw'
  /** Fixed parameters in addition, by request. None may be one that the package sends itself. */
  parameters?: {
    deviceAuthorization?: Record<string, string>
    authorization?: Record<string, string>
    /** The first token request of the grant: poll, code exchange or client credentials. */
    token?: Record<string, string>
    refresh?: Record<string, string>
    revocation?: Record<string, string>
  }
  /** Scope tokens. @see RFC 6749 §3.3 */
  scopes: {
    /** Asked for unless the registration says otherwise. */
    default: string[]
    /** Enabled for every client, but not needed by all. */
    optional?: string[]
    /** Refused until the provider has enabled them for this client. */
    onRequest?: string[]
  }
  /** In seconds, for answers that do not say. */
  lifetimes?: {
    /** Default: unknown; only a refusal tells. */
    accessToken?: number
    /** Told to people; only the server ends a session. */
    refreshToken?: number
    /** Default: an answer without one is refused. */
    deviceCode?: number
    /** How long a browser may take to come back. Default 600. */
    authorization?: number
  }
  /** Supplied where an answer has no `token_type`. Default: such an answer is refused. @see RFC 6749 §5.1 */
  assumedTokenType?: 'Bearer'
  /**
   * How many tokens one connection may ask for in so many seconds: polls, which have a pace of their own, do not count.
   * Default: no limit is known.
   */
  budget?: { requests: number; seconds: number }
  /** Whether a refresh whose answer was lost may be sent again. Default `retry`. */
  refreshAfterLostAnswer?: 'retry' | 'never'
  /**
   * Which token is revoked. Default `refresh_token`: that, or without one the access token; `refresh_token_only`: that or
   * nothing.
   */
  revokes?: 'refresh_token' | 'refresh_token_only' | 'access_token'
  /** What a registration may opt into. Default: nothing. */
  deviations?: Deviation[]
  /** The APIs that the token is for. */
  resource?: {
    /** The only origins that the token may be sent to. */
    origins: string[]
    /** Headers beside `Authorization`; `{client_id}` and `{uuid}`, new each time, are to be filled in. */
    headers?: Record<string, string>
  }
}
