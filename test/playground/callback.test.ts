import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { serveCallback } from '../../examples/playground/callback.ts'
import { loginUrl } from '../support/stories.ts'
import { arriveAt, comeBack, contextOf, play, stateOf } from './support.ts'

/** Asks with headers that `fetch` does not let be chosen; resolves with the status. */
function statusOf(url: string, options: { method?: string; host?: string }): Promise<number | undefined> {
  const { method = 'GET', host } = options
  return new Promise((resolve, reject) => {
    request(url, { method, headers: host === undefined ? {} : { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

describe.concurrent('the redirect URI of the playground', () => {
  it('exchanges the code, and sends the browser on to a page without it', async () => {
    await using stage = await play()
    const answer = await comeBack(stage)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/callback/connected'])
    expect(stateOf(stage.office)).toBe('authorized')

    const page = await fetch(new URL('/callback/connected', answer.url))
    expect(page.status).toBe(200)
    const text = await page.text()
    expect(text).toContain('<h1>Connected</h1>')
    const { searchParams } = new URL(answer.url)
    expect(searchParams.get('code')).toMatch(/^emulated-code-/)
    for (const secret of searchParams.values()) expect(text).not.toContain(secret)
  })

  it('runs no script, loads nothing, and is framed by nobody', async () => {
    await using stage = await play()
    const page = await fetch(new URL('/callback/connected', await redirectUriOf(stage)))
    const policy = page.headers.get('content-security-policy')
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('cache-control')).toBe('no-store')
  })

  it('says so when the merchant has refused', async () => {
    await using stage = await play()
    const answer = await comeBack(stage, { deny: true })
    expect(answer.headers.get('location')).toBe('/callback/refused')
    expect(contextOf(stage.office).failure?.code).toBe('authorization_denied')
  })

  it('changes nothing for a callback that nobody waits for', async () => {
    await using stage = await play()
    const { office, emulator } = stage
    const uri = await redirectUriOf(stage)
    const strange = await fetch(`${uri}?code=forged&state=forged`, { redirect: 'manual' })
    expect(strange.headers.get('location')).toBe('/callback/strange')
    expect(stateOf(office)).toBe('idle')
    office.connection().send({ type: 'authorization.start' })
    await arriveAt(office, 'awaitingUser')
    for (const query of ['', '?code=forged', '?code=forged&state=forged', '?error=access_denied']) {
      const answer = await fetch(uri + query, { redirect: 'manual' })
      expect(answer.headers.get('location')).toBe('/callback/strange')
    }
    expect(stateOf(office)).toBe('awaitingUser')
    expect(emulator.journal.filter(({ endpoint }) => endpoint === 'token')).toEqual([])
  })

  it('exchanges a code once, however often the browser comes', async () => {
    await using stage = await play()
    const { office, emulator } = stage
    office.connection().send({ type: 'authorization.start' })
    await arriveAt(office, 'awaitingUser')
    const url = await emulator.login(loginUrl(office.connection()))
    const places: (string | null)[] = []
    for (const _ of [1, 2]) places.push((await fetch(url, { redirect: 'manual' })).headers.get('location'))
    expect(places).toEqual(['/callback/connected', '/callback/strange'])
    expect(stateOf(office)).toBe('authorized')
    expect(emulator.journal.filter(({ endpoint }) => endpoint === 'token').length).toBe(1)
  })

  it('answers to its own name, to GET, and at its own paths', async () => {
    await using stage = await play()
    const uri = await redirectUriOf(stage)
    expect(await statusOf(uri, { host: 'rebound.example' })).toBe(421)
    expect(await statusOf(uri, { host: `localhost:${new URL(uri).port}` })).toBe(421)
    expect(await statusOf(uri, { method: 'POST' })).toBe(405)
    expect(await statusOf(`${uri}/elsewhere`, {})).toBe(404)
    expect(await statusOf(`${uri}/connected`, {})).toBe(200)
  })

  it('says that it went wrong where the program is stopped meanwhile', async () => {
    await using stage = await play()
    const { office, emulator } = stage
    emulator.fault({ provider: 'sumup-pos-pro', endpoint: 'token' }, { kind: 'hang' })
    const answer = comeBack(stage)
    await arriveAt(office, 'exchangingCode')
    office.connection().actor.stop()
    expect((await answer).headers.get('location')).toBe('/callback/trouble')
    await emulator.close()
  })

  it('keeps to itself what a defect says', async () => {
    const callback = await serveCallback((url) => Promise.reject(new Error(`cannot take ${url}`)))
    const answer = await fetch(`${callback.url}?code=marker-code`)
    await callback.close()
    expect(answer.status).toBe(500)
    const text = await answer.text()
    expect(text).toContain('It went wrong')
    expect(text).not.toContain('marker')
  })
})

async function redirectUriOf({ office }: Awaited<ReturnType<typeof play>>): Promise<string> {
  const connection = office.connection()
  connection.send({ type: 'authorization.start' })
  await arriveAt(office, 'awaitingUser')
  const uri = new URL(loginUrl(connection)).searchParams.get('redirect_uri')
  connection.send({ type: 'authorization.cancel' })
  await arriveAt(office, 'idle')
  return uri ?? ''
}
