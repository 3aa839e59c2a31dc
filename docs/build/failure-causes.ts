import type { FailureCode } from '../../src/failure.ts'

/** How each failure comes about: what the code knows and cannot say in the one sentence of a message. */
export const causes: Readonly<Record<FailureCode, string>> = {
  authorization_required:
    'A token was asked for, and there is none: nobody has connected yet, a code is still on the screen, or the session is over.',
  authorization_denied: 'The merchant refused, or the provider did: `access_denied` to a poll or in a redirect.',
  authorization_failed:
    'The server refused the code (`invalid_grant`), the redirect cannot be read, or this package has a defect, which the message then says.',
  grant_expired:
    'The device code, or the time that a browser has, ran out. A new one is never asked for without a person.',
  session_expired:
    "The server answered `invalid_grant` to a refresh: the session was ended in the merchant's account, has lived its time, or another program used the same refresh token. It also stands for a token that ran out and cannot be renewed.",
  outcome_unknown:
    'A request may have reached the server, and its answer did not come back: a code exchange is never sent twice, and a refresh that is refused after a lost answer may have lost a rotated token.',
  cancelled: '`authorization.cancel` was sent, or a `loopbackRedirect` was closed, while somebody waited.',
  stopped: '`stop()` was called; whoever still waits is rejected with this.',
  state_mismatch:
    'A redirect came from another browser session, with another `state`, `iss` or place. Anybody can call a callback route, so it changes nothing.',
  rate_limited:
    "Status 429. The server's `Retry-After` is honoured, up to a day; in a login no longer than its code lasts.",
  server_unavailable:
    'A status from 500, whatever the body says; `server_error` or `temporarily_unavailable`, with any status or in a redirect.',
  network: 'No connection: no network, no DNS, refused or reset.',
  timeout: "No whole answer within `requestTimeout`, or a caller's own `timeout` is over.",
  budget_exhausted: "The provider's data name a `budget` of token requests, and this connection has used it up.",
  invalid_response:
    'A page in place of JSON, mostly of a captive portal or a proxy; JSON without a token; a token that had ended before it came.',
  unexpected_redirect:
    'A token request was redirected; that is never followed, since it would carry secrets elsewhere.',
  vault_unavailable:
    'The vault rejected, or did not answer within half a minute. The message names [the problem](#what-is-wrong-with-a-vault).',
  vault_mismatch:
    'What is stored under this name was made by another provider, client or server, or cannot be read with the keys at hand. It is not overwritten.',
  server_rejected:
    'A refusal that no person cures, such as `invalid_client`, `unauthorized_client` or `invalid_scope`. A login ends in `failed`; a refresh keeps the tokens, and is tried again after an hour.',
  app_login_required:
    'Status 401 of your own server, where [the secrets are on it](../backend.md): its `session` knew of none, or its own door refused. It is noticed when the page comes to the front, or within a minute, that somebody has logged in.',
  app_not_allowed: 'Status 403 of your own server: its `allows` refused, or its own door.',
  not_supported:
    'The event is not accepted in this state, or the provider has no such thing: a revocation endpoint, a refresh.',
  insecure_endpoint: 'An endpoint, a resource origin or a backend that is http.',
  invalid_configuration:
    'A missing, unknown or wrong option, or provider data with a wrong member. It is thrown at once.',
}
