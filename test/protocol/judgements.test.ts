import { describe, expect, it } from 'vitest'
import { judgeClientCredentials } from '../../src/protocol/client-credentials.ts'
import { judgeCodeExchange } from '../../src/protocol/code-exchange.ts'
import { judgeDeviceAuthorization } from '../../src/protocol/device-authorization.ts'
import { judgeDeviceToken } from '../../src/protocol/device-token.ts'
import type { Answer } from '../../src/protocol/http.ts'
import { judgeRefresh } from '../../src/protocol/refresh.ts'
import { judgeRevocation } from '../../src/protocol/revocation.ts'
import { mypos } from '../../src/providers/mypos.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { sumupPosPro } from '../../src/providers/sumup-pos-pro.ts'
import { tyro } from '../../src/providers/tyro.ts'
import type { DevicePending, Tokens } from '../../src/vault/record.ts'
import { answered, settingsOf, stillEnvironment, unanswered } from '../support/scripted-fetch.ts'

const NOW = 1_700_000_000_000
const environment = stillEnvironment(NOW)
const forTyro = settingsOf(tyro, { clientId: 'c' })
const secret = { clientId: 'c', clientSecret: 'MARK-secret' }
const forSumupRegistration = { ...secret, redirectUri: 'https://pos.example/callback' }
const forSumup = settingsOf(sumupPosPro, forSumupRegistration)
/** It promises a type, as RFC 6749 §5.1 does. */
const { assumedTokenType: _, ...strict } = sumupPosPro
const forMypos = settingsOf(mypos, secret)
const pending: DevicePending = {
  kind: 'device',
  deviceCode: 'MARK-device',
  userCode: 'MARK-user',
  verificationUri: 'https://auth.example/activate',
  intervalSeconds: 5,
  nextPollAt: NOW,
  slowedDown: false,
  expiresAt: NOW + 900_000,
}
const sent: Tokens = {
  accessToken: 'MARK-access',
  refreshToken: 'MARK-refresh',
  type: 'Bearer',
  scope: '',
  since: 0,
  renewable: true,
  extra: {},
}
const success = answered(200, { access_token: 'new', token_type: 'Bearer', expires_in: 3600 }, { requestedAt: NOW })

type Judged =
  | { kind: string }
  | { kind: string; failure: { code: string; retryable: boolean }; ambiguous?: boolean; standing?: string }

/** A verdict in a few words. */
function words(verdict: Judged): string {
  if (!('failure' in verdict)) return verdict.kind
  const { kind, failure, ambiguous, standing } = verdict
  return [kind, standing, failure.code, ambiguous && 'ambiguous'].filter(Boolean).join(' ')
}

const judges = {
  deviceAuthorization: (answer: Answer) => words(judgeDeviceAuthorization(answer, forTyro)),
  poll: (answer: Answer) => words(judgeDeviceToken(answer, forTyro, environment, pending, false)),
  pollAfterLoss: (answer: Answer) => words(judgeDeviceToken(answer, forTyro, environment, pending, true)),
  codeExchange: (answer: Answer) => words(judgeCodeExchange(answer, forSumup, environment, ['MARK-code'])),
  clientCredentials: (answer: Answer) => words(judgeClientCredentials(answer, forMypos, environment)),
  refresh: (answer: Answer) => words(judgeRefresh(answer, forTyro, environment, sent, false)),
  refreshAfterLoss: (answer: Answer) => words(judgeRefresh(answer, forTyro, environment, sent, true)),
  revocation: (answer: Answer) => words(judgeRevocation(answer, forTyro, sent)),
}

const terminal = /^(over|refused)/
const final = ['access_denied', 'invalid_grant', 'invalid_client', 'expired_token', 'unauthorized_client']

describe('429 and 5xx', () => {
  const statuses = [429, 500, 501, 502, 503, 504, 599]
  const bodies = [undefined, ...final.map((error) => ({ error })), { message: 'x' }, 'text', null, []]
  const cases = statuses.flatMap((status) => bodies.map((body) => [status, body] as const))

  it.each(['deviceAuthorization', 'poll', 'pollAfterLoss', 'clientCredentials', 'refresh', 'revocation'] as const)(
    'are never terminal, whatever the body says: %s',
    (judge) => {
      for (const [status, body] of cases) expect(judges[judge](answered(status, body))).not.toMatch(terminal)
    },
  )

  it('count as slow_down while polling, if 429, and keep Retry-After', () => {
    for (const body of bodies) {
      const verdict = judgeDeviceToken(answered(429, body, { retryAt: NOW + 9 }), forTyro, environment, pending, false)
      expect(verdict).toEqual({ kind: 'slowDown', retryAt: NOW + 9 })
    }
  })

  it('keep Retry-After in the failure', () => {
    const verdict = judgeRefresh(answered(503, {}, { retryAt: NOW + 9 }), forTyro, environment, sent, false)
    expect(verdict).toMatchObject({ kind: 'trouble', failure: { retryAt: NOW + 9, retryable: true, status: 503 } })
  })

  it('end a code exchange, which is never sent twice, and do not promise another try', () => {
    for (const status of statuses) {
      const verdict = judgeCodeExchange(answered(status, {}), forSumup, environment, [])
      expect(verdict).toMatchObject({ kind: 'over', failure: { retryable: false } })
    }
  })
})

/** What every judge says of an answer that names no error of its own grant. */
const common: [string, Answer, string][] = [
  ['network, nothing sent', unanswered('network', false), 'trouble network'],
  ['network, perhaps sent', unanswered('network', true), 'trouble network ambiguous'],
  ['timeout', unanswered('timeout', true), 'trouble timeout ambiguous'],
  ['500', answered(500, undefined), 'trouble server_unavailable'],
  ['502', answered(502, undefined), 'trouble server_unavailable ambiguous'],
  ['503', answered(503, { error: 'access_denied' }), 'trouble server_unavailable'],
  ['504', answered(504, undefined), 'trouble server_unavailable ambiguous'],
  ['400 temporarily_unavailable', answered(400, { error: 'temporarily_unavailable' }), 'trouble server_unavailable'],
  ['400 server_error', answered(400, { error: 'server_error' }), 'trouble server_unavailable'],
  ['302', answered(302, undefined), 'trouble unexpected_redirect'],
  ['opaque redirect', answered(0, undefined), 'trouble unexpected_redirect'],
  ['408', answered(408, undefined), 'trouble timeout ambiguous'],
  ['425', answered(425, undefined), 'trouble timeout ambiguous'],
  ['400 HTML', answered(400, undefined, { format: 'other' }), 'trouble invalid_response'],
]
const unreadable: [string, Answer, string][] = [
  ['200 HTML', answered(200, undefined, { format: 'other' }), 'trouble invalid_response ambiguous'],
  ['200 empty', answered(200, undefined), 'trouble invalid_response ambiguous'],
  [
    '200 of another type',
    answered(200, { access_token: 'x', token_type: 'mac' }),
    'trouble invalid_response ambiguous',
  ],
]

describe('the poll', () => {
  it.each<[string, Answer, string]>([
    ...common,
    ...unreadable,
    ['tokens', success, 'tokens'],
    ['pending as 400', answered(400, { error: 'authorization_pending' }), 'pending'],
    ['pending as 403', answered(403, { error: 'authorization_pending' }), 'pending'],
    ['pending as 401', answered(401, { error: 'authorization_pending' }), 'pending'],
    ['pending as 200', answered(200, { error: 'authorization_pending' }), 'pending'],
    ['pending under another name', answered(403, { code: 'authorization_pending' }), 'pending'],
    ['slow_down as 400', answered(400, { error: 'slow_down' }), 'slowDown'],
    ['slow_down as 429', answered(429, { error: 'slow_down' }), 'slowDown'],
    ['expired_token', answered(403, { error: 'expired_token' }), 'over expired grant_expired'],
    ['access_denied', answered(403, { error: 'access_denied' }), 'over failed authorization_denied'],
    ['access_denied as 500', answered(500, { error: 'access_denied' }), 'trouble server_unavailable'],
    ['invalid_grant', answered(403, { error: 'invalid_grant' }), 'over failed authorization_failed'],
    ['invalid_client', answered(401, { error: 'invalid_client' }), 'over failed server_rejected'],
    ['an extension', answered(400, { error: 'x_vendor_word' }), 'over failed server_rejected'],
    ['prose', answered(400, { error: 'Too Many Requests' }), 'over failed server_rejected'],
    ['401 empty', answered(401, undefined), 'over failed server_rejected'],
    ['403 empty', answered(403, undefined), 'over failed server_rejected'],
    ['400 with a body that says nothing', answered(400, { message: 'no' }), 'over failed server_rejected'],
    ['400 with an error that is no string', answered(400, { error: { code: 1 } }), 'over failed server_rejected'],
  ])('is judged: %s', (_, answer, expected) => expect(judges.poll(answer)).toBe(expected))

  it.each([
    ['inside the lifetime, nothing lost', NOW, false, 'over failed authorization_failed'],
    ['inside the lifetime, an answer lost before', NOW, true, 'over failed outcome_unknown'],
    ['a millisecond before the end', NOW + 899_999, true, 'over failed outcome_unknown'],
    ['at the end', NOW + 900_000, false, 'over expired grant_expired'],
    ['after the end, an answer lost before', NOW + 900_000, true, 'over expired grant_expired'],
  ])('takes invalid_grant for what it means: %s', (_, receivedAt, lost, expected) => {
    const answer = answered(403, { error: 'invalid_grant' }, { receivedAt })
    expect(words(judgeDeviceToken(answer, forTyro, environment, pending, lost))).toBe(expected)
  })

  it('keeps the word, the description and the status of the server', () => {
    const answer = answered(403, { error: 'x_word', error_description: 'why', error_uri: 'https://d.example/x' })
    const { failure } = { failure: undefined, ...judgeDeviceToken(answer, forTyro, environment, pending, false) }
    expect(failure).toMatchObject({ error: 'x_word', description: 'why', uri: 'https://d.example/x', status: 403 })
    expect(failure?.message).toContain('Tyro Connect, device login')
  })
})

describe('a secret so short that an error word holds it', () => {
  it('changes neither what is decided nor what is said', () => {
    const short = { ...pending, deviceCode: 'd' }
    const verdict = judgeDeviceToken(answered(400, { error: 'slow_down' }), forTyro, environment, short, false)
    expect(verdict.kind).toBe('slowDown')
    const denied = judgeDeviceToken(answered(400, { error: 'access_denied' }), forTyro, environment, short, false)
    expect(denied).toMatchObject({
      failure: { code: 'authorization_denied', error: 'access_denied' },
    })
  })
})

describe('the refresh', () => {
  it.each<[string, Answer, string]>([
    ...common,
    ...unreadable,
    ['tokens', success, 'tokens'],
    ['invalid_grant', answered(403, { error: 'invalid_grant' }), 'over session_expired'],
    ['invalid_grant as 400', answered(400, { error: 'invalid_grant' }), 'over session_expired'],
    ['invalid_grant as 500', answered(500, { error: 'invalid_grant' }), 'trouble server_unavailable'],
    ['invalid_grant as 429', answered(429, { error: 'invalid_grant' }), 'trouble rate_limited'],
    ['invalid_client', answered(401, { error: 'invalid_client' }), 'trouble server_rejected'],
    ['access_denied', answered(403, { error: 'access_denied' }), 'trouble server_rejected'],
    ['401 empty', answered(401, undefined), 'trouble server_rejected'],
  ])('ends a session by invalid_grant only: %s', (_, answer, expected) => expect(judges.refresh(answer)).toBe(expected))

  it('does not know the outcome of invalid_grant after a lost answer', () => {
    expect(judges.refreshAfterLoss(answered(403, { error: 'invalid_grant' }))).toBe('over outcome_unknown')
  })
})

describe('the code exchange', () => {
  it.each<[string, Answer, string]>([
    ['tokens', success, 'tokens'],
    ['tokens without a type, which SumUp does not promise', answered(200, { access_token: 'a' }), 'tokens'],
    ['invalid_grant', answered(400, { error: 'invalid_grant' }), 'over authorization_failed'],
    ['access_denied', answered(403, { error: 'access_denied' }), 'over authorization_denied'],
    ['invalid_client', answered(401, { error: 'invalid_client' }), 'over server_rejected'],
    ['400 empty', answered(400, undefined), 'over server_rejected'],
    ['network, nothing sent', unanswered('network', false), 'over network'],
    ['network, perhaps sent', unanswered('network', true), 'over outcome_unknown'],
    ['timeout', unanswered('timeout', true), 'over outcome_unknown'],
    ['502', answered(502, undefined), 'over outcome_unknown'],
    ['500 access_denied', answered(500, { error: 'access_denied' }), 'over server_unavailable'],
    ['400 temporarily_unavailable', answered(400, { error: 'temporarily_unavailable' }), 'over server_unavailable'],
    ['429', answered(429, undefined), 'over rate_limited'],
    ['200 HTML', answered(200, undefined, { format: 'other' }), 'over outcome_unknown'],
    ['200 and no token in it', answered(200, { token_type: 'Bearer' }), 'over invalid_response'],
  ])('is judged: %s', (_, answer, expected) => expect(judges.codeExchange(answer)).toBe(expected))
})

describe('the client credentials request', () => {
  it.each<[string, Answer, string]>([
    ...common,
    ...unreadable,
    ['tokens', success, 'tokens'],
    ['invalid_scope', answered(400, { error: 'invalid_scope' }), 'refused server_rejected'],
    ['401 empty', answered(401, undefined), 'refused server_rejected'],
  ])('is judged: %s', (_, answer, expected) => expect(judges.clientCredentials(answer)).toBe(expected))
})

describe('the revocation', () => {
  it.each<[string, Answer, string]>([
    ...common,
    ['200 empty', answered(200, undefined), 'revoked'],
    ['204', answered(204, undefined), 'revoked'],
    ['200 HTML', answered(200, undefined, { format: 'other' }), 'revoked'],
    ['200 with an error in the body', answered(200, { error: 'invalid_client' }), 'revoked'],
    ['unsupported_token_type', answered(400, { error: 'unsupported_token_type' }), 'refused server_rejected'],
    ['401', answered(401, { error: 'invalid_client' }), 'refused server_rejected'],
  ])('is judged: %s', (_, answer, expected) => expect(judges.revocation(answer)).toBe(expected))
})

describe('the device authorization', () => {
  const body = {
    device_code: 'D',
    user_code: 'abcd efgh',
    verification_uri: 'https://a.example/activate',
    verification_uri_complete: 'https://a.example/activate?user_code=abcd',
    expires_in: 900,
    interval: 5,
  }
  const without = (name: keyof typeof body) => Object.fromEntries(Object.entries(body).filter(([key]) => key !== name))
  const at = { requestedAt: NOW, receivedAt: NOW + 2_000 }
  const read = (given: object, provider: Provider = tyro) => {
    const verdict = judgeDeviceAuthorization(answered(200, given, at), settingsOf(provider, { clientId: 'c' }))
    return verdict.kind === 'code' ? verdict.pending : undefined
  }

  it('is read: the lifetime from before the request, the first poll from after the answer', () => {
    expect(read(body)).toEqual({
      kind: 'device',
      deviceCode: 'D',
      userCode: 'abcd efgh',
      verificationUri: body.verification_uri,
      verificationUriComplete: body.verification_uri_complete,
      intervalSeconds: 5,
      nextPollAt: NOW + 2_000 + 5_000 + 500,
      since: NOW + 2_000,
      slowedDown: false,
      expiresAt: NOW + 900_000,
    })
  })

  it.each([
    ['no lifetime: the provider data says', without('expires_in'), { expiresAt: NOW + 900_000 }],
    ['lifetime 0: the provider data says', { ...body, expires_in: 0 }, { expiresAt: NOW + 900_000 }],
    ['no interval: five seconds', without('interval'), { intervalSeconds: 5 }],
    ['interval 0: five seconds', { ...body, interval: 0 }, { intervalSeconds: 5 }],
    ['negative interval: five seconds', { ...body, interval: -1 }, { intervalSeconds: 5 }],
    ['numeric strings', { ...body, interval: '7', expires_in: '60' }, { intervalSeconds: 7, expiresAt: NOW + 60_000 }],
  ])('bears what servers send: %s', (_, given, expected) => expect(read(given)).toMatchObject(expected))

  it.each(['activate?user_code=1', 'auth.example/activate', 'javascript:alert(1)', 'file:///etc/passwd', 7])(
    'hands out no complete link that is not http(s): %s',
    (verification_uri_complete) => {
      expect(read({ ...body, verification_uri_complete })).not.toHaveProperty('verificationUriComplete')
    },
  )

  it.each([
    ['device_code', without('device_code')],
    ['user_code', without('user_code')],
    ['verification_uri', without('verification_uri')],
    ['an empty user_code', { ...body, user_code: '' }],
    ['a device_code that is a number', { ...body, device_code: 5 }],
    ['a javascript: link', { ...body, verification_uri: 'javascript:alert(1)' }],
  ])('is refused for want of what it must have: %s', (_, given) => {
    expect(judges.deviceAuthorization(answered(200, given))).toBe('refused invalid_response')
  })

  it('without a lifetime is refused where the provider data has none: never endless', () => {
    expect(read(without('expires_in'), { ...tyro, lifetimes: {} })).toBeUndefined()
    expect(read({ ...body, expires_in: 0 }, { ...tyro, lifetimes: {} })).toBeUndefined()
  })

  it.each<[string, Answer, string]>([
    ...common,
    ['unauthorized_client as 403', answered(403, { error: 'unauthorized_client' }), 'refused server_rejected'],
    ['invalid_scope', answered(400, { error: 'invalid_scope' }), 'refused server_rejected'],
    ['an error in a 200', answered(200, { error: 'invalid_scope' }), 'refused server_rejected'],
    ['trouble in a 200', answered(200, { error: 'temporarily_unavailable' }), 'trouble server_unavailable'],
    ['200 HTML', answered(200, undefined, { format: 'other' }), 'refused invalid_response'],
  ])('is judged: %s', (_, answer, expected) => expect(judges.deviceAuthorization(answer)).toBe(expected))
})

describe('a successful answer without tokens', () => {
  const judged = (body: unknown) => [
    judgeDeviceToken(answered(200, body), forTyro, environment, pending, false),
    judgeClientCredentials(answered(200, body), forMypos, environment),
    judgeCodeExchange(answered(200, body), settingsOf(strict, forSumupRegistration), environment, []),
  ]

  it.each([
    ['no access_token', { token_type: 'Bearer' }],
    ['an access_token that no header can hold', { access_token: 'two words', token_type: 'Bearer' }],
    ['no token_type', { access_token: 'MARK-access' }],
    ['a token_type that is not Bearer', { access_token: 'MARK-access', token_type: 'MARK-mac' }],
  ])('is told for what it is: %s', (lack, body) => {
    for (const verdict of judged(body)) {
      expect(verdict).toMatchObject({ failure: { code: 'invalid_response' } })
      expect(JSON.stringify(verdict)).toContain(` (${lack}): `)
      expect(JSON.stringify(verdict)).not.toContain('MARK')
    }
  })

  it('is no more than that where it is no object, or says why', () => {
    for (const body of [undefined, 'text', { error: 'slow' }])
      for (const verdict of judged(body)) expect(JSON.stringify(verdict)).not.toContain('access_token')
  })
})
