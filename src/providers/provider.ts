/** How a client gets its first token. @see RFC 8628, RFC 6749 §4.1, RFC 6749 §4.4 */
export type Grant = 'device_code' | 'authorization_code' | 'client_credentials'

/** What a provider's documentation describes and a host may opt into, although it is discouraged. */
export type Deviation = 'unsafe_token_parameters_in_query' | 'unsafe_missing_state' | 'basic_semicolon'

/** Where requests go: https, without credentials or a fragment. */
export interface Endpoints {
  /** Needed for `device_code`. @see RFC 8628 §3.1 */
  deviceAuthorization?: string | undefined
  /** Where the browser is sent; needed for `authorization_code`. Its own query is kept. @see RFC 6749 §3.1 */
  authorization?: string | undefined
  /** @see RFC 6749 §3.2 */
  token: string
  /** Missing: a disconnect only erases what is stored here. @see RFC 7009 §2 */
  revocation?: string | undefined
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
  documentation?: string | undefined
  grant: Grant
  endpoints: Endpoints
  /** The same endpoints for tests, where the provider has separate ones. */
  sandbox?: Endpoints | undefined
  /** The issuer that a redirect's `iss` must equal, character for character. Default: not compared. @see RFC 9207 §2.4 */
  issuer?: string | undefined
  /** How the client proves itself at the token and revocation endpoints. @see RFC 6749 §2.3 */
  clientAuthentication: 'none' | 'client_secret_post' | 'client_secret_basic'
  /** Whether Basic form-encodes id and secret first, as RFC 6749 §2.3.1 says, or joins them as they are. Default `form`. */
  basicEncoding?: 'form' | 'raw' | undefined
  /** Fixed parameters in addition, by request. None may be one that the package sends itself. */
  parameters?:
    | {
        deviceAuthorization?: Record<string, string> | undefined
        authorization?: Record<string, string> | undefined
        /** The first token request of the grant: poll, code exchange or client credentials. */
        token?: Record<string, string> | undefined
        refresh?: Record<string, string> | undefined
        revocation?: Record<string, string> | undefined
      }
    | undefined
  /** Scope tokens. @see RFC 6749 §3.3 */
  scopes: {
    /** Asked for unless the registration says otherwise. */
    default: readonly string[]
    /** Enabled for every client, but not needed by all. */
    optional?: readonly string[] | undefined
    /** Refused until the provider has enabled them for this client. */
    onRequest?: readonly string[] | undefined
  }
  /** In seconds, for answers that do not say. */
  lifetimes?:
    | {
        /** Default: unknown; only a refusal tells. */
        accessToken?: number | undefined
        /** Told to people; only the server ends a session. */
        refreshToken?: number | undefined
        /** Default: an answer without one is refused. */
        deviceCode?: number | undefined
        /** How long a browser may take to come back. Default 600. */
        authorization?: number | undefined
      }
    | undefined
  /** Supplied where an answer has no `token_type`. Default: such an answer is refused. @see RFC 6749 §5.1 */
  assumedTokenType?: 'Bearer' | undefined
  /**
   * How many tokens one connection may ask for in so many seconds: polls, which have a pace of their own, do not count.
   * Default: no limit is known.
   */
  budget?: { requests: number; seconds: number } | undefined
  /** Whether a refresh whose answer was lost may be sent again. Default `retry`. */
  refreshAfterLostAnswer?: 'retry' | 'never' | undefined
  /**
   * Which token is revoked. Default `refresh_token`: that, or without one the access token; `refresh_token_only`: that or
   * nothing.
   */
  revokes?: 'refresh_token' | 'refresh_token_only' | 'access_token' | undefined
  /** What a registration may opt into. Default: nothing. */
  deviations?: readonly Deviation[] | undefined
  /** The APIs that the token is for. */
  resource?:
    | {
        /** The only origins that the token may be sent to. */
        origins: readonly string[]
        /** Headers beside `Authorization`; `{client_id}` and `{uuid}`, new each time, are to be filled in. */
        headers?: Record<string, string> | undefined
      }
    | undefined
}
