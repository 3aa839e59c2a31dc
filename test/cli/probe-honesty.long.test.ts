import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEmulated, secret } from './support/emulated.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeEach(async () => {
  world = await createEmulated()
}, 30_000)
afterEach(() => world[Symbol.asyncDispose]())

const quickly = ['--yes', '--pause', '0'] as const
const sumup = () => ['probe', world.sumup, '--client-id', 'till', '--client-secret-file', world.secretFile, ...quickly]
const tyro = () => ['probe', world.tyro, '--client-id', 'till', ...quickly]
type Probing = ReturnType<typeof world.start>

/** The links that were shown so far, once there are as many as wanted. */
async function link(probing: Probing, count = 1): Promise<URL> {
  await probing.says(new RegExp(`((?:Link: \\S+\\n[\\s\\S]*){${count}})`))
  return new URL([...probing.err().matchAll(/Link: (\S+)/g)][count - 1]?.[1] ?? '')
}

/** Comes back from the login page with an answer of ours. */
async function comeBack(page: URL, answer: Record<string, string>): Promise<void> {
  const back = new URL(page.searchParams.get('redirect_uri') ?? '')
  back.search = new URLSearchParams({ state: page.searchParams.get('state') ?? '', ...answer }).toString()
  await fetch(back)
}

async function approve(probing: Probing, count = 1): Promise<void> {
  await link(probing, count)
  world.emulator.approve([...probing.err().matchAll(/Code: (\S+)/g)][count - 1]?.[1] ?? '')
}

const status = (code: number, error: string) => ({ kind: 'status', status: code, body: { error } }) as const

describe('a probe', { timeout: 60_000 }, () => {
  it('hides the verifier, though a server says it in the answer with the tokens', async () => {
    const server = createServer(async (request, response) => {
      const form = new URLSearchParams(await text(request))
      const verifier = form.get('code_verifier')
      response.writeHead(verifier === null ? 400 : 200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({ access_token: 'invented-token', token_type: 'Bearer', error_description: `said ${verifier}` }),
      )
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const provider = {
      id: 'echoing',
      name: 'Echoing',
      grant: 'authorization_code',
      endpoints: { token: `${origin}/token`, authorization: `${origin}/login` },
      clientAuthentication: 'none',
      scopes: { default: [] },
    }
    const file = join(world.folder, 'echoing.json')
    await writeFile(file, JSON.stringify(provider))
    const probing = world.start(['probe', file, '--client-id', 'till', ...quickly])
    await comeBack(await link(probing), { code: 'invented-code' })
    const { code, out } = await probing.ended()
    server.close()
    expect(code).toBe(0)
    expect(out).toContain('`error_description`: `said [redacted]`')
  })

  it('hides the client secret in each form in which a question sends it', async () => {
    const forms = ['till:', 'till;'].map((id) => Buffer.from(`${id}${secret}`).toString('base64'))
    const body = { error: 'e', error_description: forms.join(' ') }
    world.emulator.fault(
      { provider: 'sumup-pos-pro', endpoint: 'token', times: 3 },
      { kind: 'status', status: 400, body },
    )
    const probing = world.start(sumup())
    await comeBack(await link(probing), { code: 'invented-code' })
    const { out, err } = await probing.ended()
    expect(out).toContain('`[redacted] [redacted]`')
    for (const form of [...forms, secret]) expect(out + err).not.toContain(form)
  })

  it('tells what a refusal in the redirect shows, and exchanges nothing', async () => {
    const probing = world.start(sumup())
    await comeBack(await link(probing), { error: 'access_denied', iss: 'https://other.example' })
    const { code, out, err } = await probing.ended()
    expect(code).toBe(1)
    expect(err).toContain('access_denied')
    expect(out).toContain('It came back as it was sent.')
    expect(out).toContain('`iss` is another than in the data.')
    expect(out).toContain('No session was begun.')
    expect(world.asked('authorization_code')).toBe(0)
  })

  it('does not exchange a code that was pasted with a wrong state', async () => {
    const redirect = 'https://pos.example.com/callback'
    const probing = world.start([...sumup(), '--redirect-uri', redirect])
    const page = await link(probing)
    probing.child.stdin.write(`${page.href}\n`)
    await probing.says(/(no URL with a code or an error)/)
    probing.child.stdin.write(`${redirect}?code=a-code&state=wrong\n`)
    const { code, out, err } = await probing.ended()
    expect(code).toBe(1)
    expect(out).toContain('Another one came back.')
    expect(err).toContain('Its code was not sent.')
    expect(world.asked('authorization_code')).toBe(0)
  })

  it('asks first what needs no session, and lists what a login that failed leaves open', async () => {
    const probing = world.start([...tyro(), '--json', '--reuse'])
    world.emulator.deny(await probing.says(/"userCode":"([^"]+)"/))
    const { code, out } = await probing.ended()
    expect(code).toBe(1)
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const answers = lines.filter(({ type }) => type === 'answer').map(({ id }) => id)
    expect(answers.slice(0, 2)).toEqual(['wrong-token', 'unknown-revocation'])
    expect(lines.find(({ type }) => type === 'report').notAsked).toEqual(['token-answer', 'rotation', 'reuse'])
    expect(lines.map(({ type }) => type).slice(0, 4)).toEqual(['plan', 'answer', 'answer', 'prompt'])

    const again = world.start(tyro())
    world.emulator.deny(await again.says(/Code: (\S+)/))
    expect((await again.ended()).out).toContain('- Does a refresh bring a new refresh token? The probe ended before.')
  })

  it('does not blame the server where the client id is wrong', async () => {
    world.emulator.fault({ provider: 'tyro', endpoint: 'token' }, status(401, 'invalid_client'))
    world.emulator.fault({ provider: 'tyro', endpoint: 'revocation' }, status(401, 'invalid_client'))
    const probing = world.start(tyro())
    world.emulator.deny(await probing.says(/Code: (\S+)/))
    const { out } = await probing.ended()
    expect(out.match(/the client itself is refused/g)).toHaveLength(2)
  })

  it('counts as revoked what the server says so of', async () => {
    world.emulator.fault({ provider: 'tyro', endpoint: 'revocation', times: 3 }, status(400, 'unsupported_token_type'))
    const probing = world.start([...tyro(), '--revoke'])
    await approve(probing)
    await approve(probing, 2)
    const { code, out } = await probing.ended()
    expect(code).toBe(0)
    expect(out).toContain('Revocation is refused')
    expect(out).toContain('Sessions begun: 2; known to have ended at the provider: 0.')

    const other = world.start([...tyro(), '--revoke'])
    await approve(other)
    await approve(other, 2)
    expect((await other.ended()).out).toContain('The sessions of the probe have ended at the provider.')
  })

  it.each([
    [429, 'slow_down'],
    [500, 'server_error'],
  ])('does not take %d for the end of a session', async (code, error) => {
    const probing = world.start([...tyro(), '--revoke', '--reuse'])
    await approve(probing)
    await approve(probing, 2)
    await link(probing, 3)
    const place = { provider: 'tyro', endpoint: 'token', grantType: 'refresh_token', times: 9 } as const
    world.emulator.fault(place, status(code, error))
    await approve(probing, 3)
    const { out } = await probing.ended()
    expect(out).toContain(
      'Whether the session ends with it cannot be told; what becomes of other sessions cannot be told.',
    )
    expect(out).not.toContain('OTHER SESSIONS')
    expect(out).toContain('The sessions of the probe have ended at the provider.')
  })

  it('asks whether PKCE is enforced, with a login of its own', async () => {
    const probing = world.start([...sumup(), '--pkce'])
    await fetch(await world.emulator.login((await link(probing)).href))
    await fetch(await world.emulator.login((await link(probing, 2)).href))
    const { code, out, err } = await probing.ended()
    expect(code).toBe(0)
    expect(err).toContain('up to 2 times')
    expect(out).toMatch(/Is PKCE enforced\?[^#]*It is: a code/)
    expect(out).toContain('Sessions begun: 1;')

    const passing = world.start([...sumup(), '--pkce'])
    await fetch(await world.emulator.login((await link(passing)).href))
    const page = await link(passing, 2)
    for (const name of ['code_challenge', 'code_challenge_method']) page.searchParams.delete(name)
    await fetch(await world.emulator.login(page.href))
    const { out: other } = await passing.ended()
    expect(other).toMatch(/Is PKCE enforced\?[^#]*It is not: `code_challenge` is passed over/)
    expect(other).toContain('Sessions begun: 2;')
  })

  it.each([{ kind: 'hang' }, { kind: 'trickle', pause: 1_000 }] as const)(
    'ends when its time is up, though a server holds it by %j',
    async (fault) => {
      world.emulator.fault({ provider: 'tyro', endpoint: 'token' }, fault)
      const from = performance.now()
      const { code, out, err } = await world.run([...tyro(), '--timeout', '2'])
      expect(performance.now() - from).toBeLessThan(15_000)
      expect(code).toBe(1)
      expect(err).toContain('--timeout')
      expect(out).toContain('How is a refresh token refused that is not known? The probe ended before.')
    },
  )
})
