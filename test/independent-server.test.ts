import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Connection, createClient, defineProvider, memoryVault } from '../src/index.ts'
import { startOidcServer } from './support/oidc-server.ts'
import { createPerson } from './support/person.ts'
import { arrival, visited } from './support/watch.ts'

/** `oidc-provider` is certified and not ours: what passes here is not a misunderstanding shared with our emulator. */
describe('against oidc-provider', () => {
  let server: Awaited<ReturnType<typeof startOidcServer>>

  beforeAll(async () => {
    vi.spyOn(console, 'info').mockImplementation(() => {})
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    server = await startOidcServer()
  })
  afterAll(() => server.close())

  const deviceProvider = () =>
    defineProvider({
      id: 'independent',
      name: 'Independent',
      grant: 'device_code',
      endpoints: {
        deviceAuthorization: `${server.issuer}/device/auth`,
        token: `${server.issuer}/token`,
        revocation: `${server.issuer}/token/revocation`,
      },
      issuer: server.issuer,
      clientAuthentication: 'none',
      scopes: { default: ['openid', 'offline_access'] },
    })

  const codeProvider = () =>
    defineProvider({
      id: 'independent',
      name: 'Independent',
      grant: 'authorization_code',
      endpoints: {
        authorization: `${server.issuer}/auth`,
        token: `${server.issuer}/token`,
        revocation: `${server.issuer}/token/revocation`,
      },
      issuer: server.issuer,
      clientAuthentication: 'client_secret_post',
      parameters: { authorization: { prompt: 'consent' } },
      scopes: { default: ['openid', 'offline_access'] },
    })

  const allowLoopbackHttp = true

  it.concurrent('a merchant approves a device, the token is refreshed with rotation, and revoked', async () => {
    const client = createClient(deviceProvider(), { clientId: 'device-client' }, { allowLoopbackHttp })
    await using connection = client.connect('till-1')
    const states = visited(connection)
    approveCodes(connection)

    connection.send({ type: 'authorization.start' })
    await arrival(connection, 'authorized')
    const first = await connection.accessToken()
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'authorized')
    const second = await connection.accessToken()
    expect(second).not.toBe(first)
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'authorized')
    expect(await connection.accessToken()).not.toBe(second)
    expect(connection.actor.getSnapshot().context.token?.generation).toBe(3)

    connection.send({ type: 'token.revoke' })
    await arrival(connection, 'revoked')
    expect(states).toEqual([
      ...['requestingCode', 'awaitingUser', 'polling', 'authorized', 'refreshing', 'authorized'],
      ...['refreshing', 'authorized', 'revoking', 'revoked'],
    ])
  })

  it.concurrent('a refresh token that was used twice ends the session', async () => {
    const vault = memoryVault()
    const provider = deviceProvider()
    const client = createClient(provider, { clientId: 'device-client' }, { allowLoopbackHttp, vault })
    await using connection = client.connect('till-2')
    approveCodes(connection)
    connection.send({ type: 'authorization.start' })
    await arrival(connection, 'authorized')
    const { refreshToken = '' } = (await storedTokens(vault, 'till-2')) ?? {}
    const used = await fetch(provider.endpoints.token, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: 'device-client',
        refresh_token: refreshToken,
      }),
    })
    expect(used.status).toBe(200)

    const { generation = 0 } = connection.actor.getSnapshot().context.token ?? {}
    connection.send({ type: 'token.rejected', generation })
    await arrival(connection, 'expired')
    expect(connection.actor.getSnapshot().context.failure).toMatchObject({
      code: 'session_expired',
      error: 'invalid_grant',
      status: 400,
    })
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
  })

  it('a browser logs in and comes back, and the code is exchanged with PKCE', async () => {
    const registration = {
      clientId: 'code-client',
      clientSecret: 'invented-code-secret',
      redirectUri: 'http://127.0.0.1:9/callback',
    }
    const client = createClient(codeProvider(), registration, { allowLoopbackHttp })
    await using connection = client.connect('till-3')
    connection.send({ type: 'authorization.start', binding: 'browser session 1' })
    await arrival(connection, 'awaitingUser')
    const { prompt } = connection.actor.getSnapshot().context
    const person = createPerson()
    const at = await person.agree(await person.go(prompt?.kind === 'redirect' ? prompt.url.open() : ''))
    expect(new URL(at.url).searchParams.get('iss')).toBe(server.issuer)

    connection.send({ type: 'authorization.responded', url: at.url, binding: 'browser session 1' })
    await arrival(connection, 'authorized')
    const first = await connection.accessToken()
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'authorized')
    expect(await connection.accessToken()).not.toBe(first)
    connection.send({ type: 'token.revoke' })
    await arrival(connection, 'revoked')
    expect(connection.actor.getSnapshot().context.failure).toBeUndefined()
  })

  it('client credentials with characters that need encoding are understood', async () => {
    const provider = defineProvider({
      id: 'independent',
      name: 'Independent',
      grant: 'client_credentials',
      endpoints: { token: `${server.issuer}/token`, revocation: `${server.issuer}/token/revocation` },
      clientAuthentication: 'client_secret_basic',
      scopes: { default: ['orders'] },
    })
    const registration = { clientId: 'credentials client:1', clientSecret: 'invented & needs: encoding+%' }
    await using connection = createClient(provider, registration, { allowLoopbackHttp }).connect('office')
    const first = await connection.accessToken()
    expect(connection.actor.getSnapshot().context.token?.scope).toBe('orders')
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'authorized')
    expect(await connection.accessToken()).not.toBe(first)
    connection.send({ type: 'token.revoke' })
    await arrival(connection, 'revoked')
  })
})

/** A merchant who types each code that is shown, logs in and allows. */
function approveCodes(connection: Connection): void {
  const person = createPerson()
  connection.on('prompt.changed', async ({ prompt }) => {
    if (prompt?.kind !== 'device') return
    const page = await person.go(prompt.verificationUri)
    await person.agree(await person.submit(page, { user_code: prompt.userCode }))
  })
}

async function storedTokens(vault: ReturnType<typeof memoryVault>, name: string) {
  const entry = await vault.read(name)
  return parseTokens(entry?.record)
}

function parseTokens(record: unknown): { refreshToken?: string } | undefined {
  return JSON.parse(JSON.stringify(record ?? {})).tokens
}
