import { describe, expect, it } from 'vitest'
import { authorizationRequest, judgeRedirect } from '../../src/protocol/authorization-request.ts'
import { sumupPosPro } from '../../src/providers/sumup-pos-pro.ts'
import type { RedirectPending } from '../../src/vault/record.ts'
import { settingsOf } from '../support/scripted-fetch.ts'

const NOW = 1_700_000_000_000
const redirectUri = 'https://pos.example/callback'
const registration = { clientId: 'c', clientSecret: 'MARK-secret', redirectUri }
const settings = settingsOf({ ...sumupPosPro, issuer: 'https://issuer.example/' }, registration)
const withoutIssuer = settingsOf(sumupPosPro, registration)
const lenient = settingsOf(sumupPosPro, { ...registration, deviations: ['unsafe_missing_state'] })

const pending: RedirectPending = {
  kind: 'redirect',
  url: 'https://auth.example/login',
  state: 'STATE-abcdefgh',
  verifier: 'VERIFIER-abcdefgh',
  redirectUri,
  expiresAt: NOW + 600_000,
}
const good = 'code=CODE-1&state=STATE-abcdefgh'

/** How a redirect is judged, in a word. */
async function verdict(url: string, known = pending, binding?: string, by = settings): Promise<string> {
  const judged = await judgeRedirect(url, binding, known, by)
  return judged.kind === 'code' ? `code ${judged.code}` : judged.failure.code
}

describe('a redirect', () => {
  it.each([
    ['as it was asked for', `${redirectUri}?${good}`, 'code CODE-1'],
    ['just the query', `?${good}`, 'code CODE-1'],
    ['with members that nobody knows', `${redirectUri}?${good}&session_state=x`, 'code CODE-1'],
    ['with a fragment that a browser added', `${redirectUri}?${good}#_=_`, 'code CODE-1'],
    ['with an escaped code', `${redirectUri}?code=a%2Bb%20c&state=STATE-abcdefgh`, 'code a+b c'],
    ['with the right issuer', `${redirectUri}?${good}&iss=https%3A%2F%2Fissuer.example%2F`, 'code CODE-1'],
    ['with a wrong issuer', `${redirectUri}?${good}&iss=https%3A%2F%2Fevil.example%2F`, 'state_mismatch'],
    ['with the issuer but for a slash', `${redirectUri}?${good}&iss=https%3A%2F%2Fissuer.example`, 'state_mismatch'],
    ['with an empty issuer', `${redirectUri}?${good}&iss=`, 'state_mismatch'],
    ['without a state', `${redirectUri}?code=CODE-1`, 'state_mismatch'],
    ['with an empty state', `${redirectUri}?code=CODE-1&state=`, 'state_mismatch'],
    ['with another state', `${redirectUri}?code=CODE-1&state=STATE-abcdefgi`, 'state_mismatch'],
    ['with a longer state', `${redirectUri}?code=CODE-1&state=STATE-abcdefghSTATE-abcdefgh`, 'state_mismatch'],
    ['with the beginning of the state', `${redirectUri}?code=CODE-1&state=STATE`, 'state_mismatch'],
    ['with the state in other case', `${redirectUri}?code=CODE-1&state=state-abcdefgh`, 'state_mismatch'],
    ['with two states', `${redirectUri}?${good}&state=STATE-abcdefgh`, 'state_mismatch'],
    ['with two codes', `${redirectUri}?${good}&code=CODE-2`, 'state_mismatch'],
    ['at another host', `https://evil.example/callback?${good}`, 'state_mismatch'],
    ['at another port', `https://pos.example:8443/callback?${good}`, 'state_mismatch'],
    ['at another path', `https://pos.example/callback/other?${good}`, 'state_mismatch'],
    ['without TLS', `http://pos.example/callback?${good}`, 'state_mismatch'],
    ['that is no URL', 'callback?code=CODE-1', 'state_mismatch'],
    ['that is empty', '', 'state_mismatch'],
    ['with code and error', `${redirectUri}?${good}&error=access_denied`, 'authorization_failed'],
    ['with neither', `${redirectUri}?state=STATE-abcdefgh`, 'authorization_failed'],
    ['with an empty code', `${redirectUri}?code=&state=STATE-abcdefgh`, 'authorization_failed'],
    ['that says no', `${redirectUri}?error=access_denied&state=STATE-abcdefgh`, 'authorization_denied'],
    ['with another error', `${redirectUri}?error=invalid_scope&state=STATE-abcdefgh`, 'server_rejected'],
    ['with the word of an outage', `?error=temporarily_unavailable&state=STATE-abcdefgh`, 'server_unavailable'],
    ['with the word of a fault', `?error=server_error&state=STATE-abcdefgh`, 'server_unavailable'],
    ['with an error, but no state', `${redirectUri}?error=access_denied`, 'state_mismatch'],
    ['with an error of a wrong issuer', `?error=access_denied&state=STATE-abcdefgh&iss=x`, 'state_mismatch'],
  ])('is judged: %s', async (_, url, expected) => {
    expect(await verdict(url)).toBe(expected)
  })

  it('may name an issuer where the provider data names none', async () => {
    expect(await verdict(`?${good}&iss=https%3A%2F%2Fx.example`, pending, undefined, withoutIssuer)).toBe('code CODE-1')
  })

  it('comes back to a redirect URI that has a query of its own', async () => {
    const known = { ...pending, redirectUri: `${redirectUri}?till=3` }
    expect(await verdict(`${redirectUri}?till=3&${good}`, known)).toBe('code CODE-1')
  })

  it('comes back to a private-use scheme', async () => {
    const known = { ...pending, redirectUri: 'com.example.pos:/callback' }
    expect(await verdict(`com.example.pos:/callback?${good}`, known)).toBe('code CODE-1')
    expect(await verdict(`com.example.other:/callback?${good}`, known)).toBe('state_mismatch')
  })

  it('keeps what the server said of an error, and repeats no secret', async () => {
    const url = `?error=invalid_scope&error_description=no%0A%1B[31mSTATE-abcdefgh&error_uri=https://d.example/e&state=STATE-abcdefgh`
    const judged = await judgeRedirect(url, undefined, pending, settings)
    expect(judged).toMatchObject({
      kind: 'refused',
      failure: { error: 'invalid_scope', description: 'no  [31m[redacted]', uri: 'https://d.example/e' },
    })
    expect(JSON.stringify(judged)).not.toContain('STATE-')
  })

  it('that tells of an outage is final, and says when to start again', async () => {
    const judged = await judgeRedirect('?error=server_error&state=STATE-abcdefgh', undefined, pending, settings)
    expect(judged).toMatchObject({ kind: 'refused', failure: { error: 'server_error', retryable: false } })
    expect(JSON.stringify(judged)).toContain('Start again in a few minutes.')
  })

  it('that is refused repeats neither code nor state', async () => {
    const judged = await judgeRedirect('?code=MARK-code&state=MARK-state', undefined, pending, settings)
    expect(JSON.stringify(judged)).not.toContain('MARK')
    expect(JSON.stringify(judged)).not.toContain('STATE-')
  })
})

describe('a session binding', () => {
  const bound = async (binding: string | undefined, by = settings) => ({
    ...(await authorizationRequest(by, NOW, binding)),
    state: pending.state,
  })

  it.each([
    ['the same session', 'session-1', 'session-1', 'code CODE-1'],
    ['another session', 'session-1', 'session-2', 'state_mismatch'],
    ['a callback without one', 'session-1', undefined, 'state_mismatch'],
    ['a start without one', undefined, 'session-1', 'state_mismatch'],
    ['none at all', undefined, undefined, 'code CODE-1'],
  ])('ties the answer to the browser that asked: %s', async (_, asked, came, expected) => {
    expect(await verdict(`?${good}`, await bound(asked), came)).toBe(expected)
  })

  it('is checked for an error as well', async () => {
    const url = '?error=access_denied&state=STATE-abcdefgh'
    expect(await verdict(url, await bound('session-1'), 'session-2')).toBe('state_mismatch')
  })

  it.each([
    ['no state and the session', '?code=CODE-1', 'session-1', 'code CODE-1'],
    ['no state and another session', '?code=CODE-1', 'session-2', 'state_mismatch'],
    ['a wrong state and the session', '?code=CODE-1&state=x', 'session-1', 'state_mismatch'],
    ['an empty state and the session', '?code=CODE-1&state=', 'session-1', 'state_mismatch'],
  ])('stands in for a missing state where the host opted in: %s', async (_, url, came, expected) => {
    expect(await verdict(url, await bound('session-1', lenient), came, lenient)).toBe(expected)
  })

  it('must be there for a missing state to pass', async () => {
    expect(await verdict('?code=CODE-1', await bound(undefined, lenient), undefined, lenient)).toBe('state_mismatch')
  })

  it('that is empty stands in for nothing', async () => {
    expect(await verdict('?code=CODE-1', await bound('', lenient), '', lenient)).toBe('state_mismatch')
  })

  it('does not replace the state where the host did not opt in', async () => {
    expect(await verdict('?code=CODE-1', await bound('session-1'), 'session-1')).toBe('state_mismatch')
  })
})
