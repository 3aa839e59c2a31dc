import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { clientSecrets } from '../../src/protocol/client-authentication.ts'
import { judgeClientCredentials } from '../../src/protocol/client-credentials.ts'
import { judgeCodeExchange } from '../../src/protocol/code-exchange.ts'
import { judgeDeviceAuthorization } from '../../src/protocol/device-authorization.ts'
import { judgeDeviceToken } from '../../src/protocol/device-token.ts'
import { judgeRefresh } from '../../src/protocol/refresh.ts'
import { judgeRevocation } from '../../src/protocol/revocation.ts'
import { wordsOf } from '../../src/protocol/verdict.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { tyro } from '../../src/providers/tyro.ts'
import { answered, settingsOf, stillEnvironment } from '../support/scripted-fetch.ts'

const environment = stillEnvironment(0)
const confidential: Provider = { ...tyro, clientAuthentication: 'client_secret_post' }
const settings = settingsOf(confidential, { clientId: 'c', clientSecret: 'MARK-client-secret' })
const pending = {
  kind: 'device',
  deviceCode: 'MARK-device-code',
  userCode: 'MARK-user-code',
  verificationUri: 'https://a.example/',
  intervalSeconds: 5,
  nextPollAt: 0,
  slowedDown: false,
  expiresAt: 900_000,
} as const
const tokens = {
  accessToken: 'MARK-access-token',
  refreshToken: 'MARK-refresh-token',
  type: 'Bearer',
  scope: '',
  since: 0,
  renewable: true,
  extra: {},
}

/** A server that repeats whatever it was sent, in every member that is kept. */
const echo = (...secrets: string[]) => {
  const all = secrets.join(' and ')
  return { error: `bad ${all}`, error_description: `not good: ${all}`, error_uri: `https://d.example/${secrets[0]}` }
}

describe('a failure', () => {
  it.each([
    ['device authorization', judgeDeviceAuthorization(answered(400, echo('MARK-client-secret')), settings)],
    [
      'poll',
      judgeDeviceToken(
        answered(400, echo('MARK-device-code', 'MARK-user-code', 'MARK-client-secret')),
        settings,
        environment,
        pending,
        false,
      ),
    ],
    [
      'code exchange',
      judgeCodeExchange(answered(400, echo('MARK-code', 'MARK-client-secret')), settings, environment, ['MARK-code']),
    ],
    ['client credentials', judgeClientCredentials(answered(400, echo('MARK-client-secret')), settings, environment)],
    [
      'refresh',
      judgeRefresh(
        answered(400, echo('MARK-refresh-token', 'MARK-access-token', 'MARK-client-secret')),
        settings,
        environment,
        tokens,
        false,
      ),
    ],
    [
      'revocation',
      judgeRevocation(
        answered(400, echo('MARK-refresh-token', 'MARK-access-token', 'MARK-client-secret')),
        settings,
        tokens,
      ),
    ],
  ])('repeats no secret that the server echoes: %s', (_, verdict) => {
    const print = inspect(verdict, { depth: 9, showHidden: true })
    expect(print).toContain('not good')
    expect(print).not.toContain('MARK')
  })
})

describe("the server's words", () => {
  it('lose control characters, which may reach a terminal', () => {
    const words = wordsOf({ error: 'a\u0000b\u001b[2J', error_description: 'line\r\nnext\u009b' }, [])
    expect(words).toEqual({ error: 'a b [2J', description: 'line  next ' })
  })

  it('lose what turns or hides text, and halves of characters, one that the cut has made as well', () => {
    const words = wordsOf({ error: 'a\u202eb\u200bc\ud800d', error_description: `${'d'.repeat(199)}😀` }, [])
    expect(words).toEqual({ error: 'a b c d', description: `${'d'.repeat(199)} ` })
  })

  it('are cut to 100 and 200 characters', () => {
    const words = wordsOf({ error: 'e'.repeat(500), error_description: 'd'.repeat(500) }, [])
    expect(words).toEqual({ error: 'e'.repeat(100), description: 'd'.repeat(200) })
  })

  it('are redacted before they are cut, so that no half of a secret stays', () => {
    const { description = '' } = wordsOf({ error_description: `${'x'.repeat(195)}MARK-secret` }, ['MARK-secret'])
    expect(description).not.toContain('MARK')
  })

  const secret = `>>>???MARK/s <e>&"c+r=e't!(ö)~*.%2f`
  const inForm = new URLSearchParams({ secret }).toString().slice('secret='.length)
  const inBase64 = Buffer.from(secret).toString('base64')
  const inPage = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&#62;')
    .replaceAll('"', '&#x22;')

  it.each([
    ['as it is', secret],
    ['as a form writes it', inForm],
    ['as a form writes it, in lower case', inForm.replaceAll(/%../g, (byte) => byte.toLowerCase())],
    ['as a URL writes it', encodeURIComponent(secret)],
    ['as a URL writes it, but for a slash', encodeURIComponent(secret).replace('%2F', '/')],
    ['as a page writes it', inPage],
    ['as a page writes it, with an old name of the apostrophe', inPage.replaceAll("'", '&#039;')],
    ['in Base64', inBase64],
    ['in Base64 without padding', inBase64.replaceAll('=', '')],
    ['in Base64 for URLs', Buffer.from(secret).toString('base64url')],
    ['in Base64, as a URL writes it', encodeURIComponent(inBase64)],
  ])('hold no secret however it is written: %s', (_, echo) => {
    const { description } = wordsOf({ error_description: `bad <${echo}> %41 &lt;` }, [secret])
    expect(description).toMatch(/^bad <\[redacted\]=*> A <$/)
  })

  it('hold neither Basic credentials nor what is left of a longer secret', () => {
    const withBasic: Provider = { ...tyro, clientAuthentication: 'client_secret_basic' }
    const secrets = clientSecrets(settingsOf(withBasic, { clientId: 'c', clientSecret: 'MARK secret' }))
    const basic = Buffer.from('c:MARK+secret').toString('base64url')
    expect(wordsOf({ error: basic, error_description: 'MARK-2' }, [...secrets, 'MARK', 'MARK-2'])).toEqual({
      error: '[redacted]',
      description: '[redacted]',
    })
  })

  it('hold no secret that ends as an escape begins', () => {
    expect(wordsOf({ error_description: 'MARK%2fact' }, ['MARK%2'])).toEqual({ description: '[redacted]fact' })
  })

  it('stay as they are where no secret is in them', () => {
    const error_description = 'See a%20b &amp; c'
    expect(wordsOf({ error_description }, ['MARK'])).toEqual({ description: error_description })
  })

  it('are read in no time, whatever they and the secret are', () => {
    const begun = performance.now()
    for (const piece of ['a', '%2', '%41', '&#', '&#97;', '%25%32'])
      wordsOf({ error_description: piece.repeat(65_536 / piece.length) }, [`${piece.repeat(8_000)}b`])
    expect(performance.now() - begun).toBeLessThan(5_000)
  })

  it.each([
    ['with a query', 'https://d.example/e?token=1'],
    ['with a fragment', 'https://d.example/e#token=1'],
    ['of another scheme', 'javascript:alert(1)'],
    ['that is no string', 7],
  ])('have no link %s', (_, error_uri) => {
    expect(wordsOf({ error_uri }, [])).toEqual({})
  })

  it.each([['prose'], [null], [undefined], [7], [[]], [{ error: 7 }], [{ error: null }], [{ error: '' }]])(
    'are missing where the body has none: %j',
    (body) => expect(wordsOf(body, [])).toEqual({}),
  )

  it("may stand under Auth0's other names", () => {
    expect(wordsOf({ code: 'too_many_attempts', description: 'blocked' }, [])).toEqual({
      error: 'too_many_attempts',
      description: 'blocked',
    })
  })
})
