import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated } from './support/emulated.ts'

/** What nobody waits for ends within this, in milliseconds; a request may take 30,000. */
const SOON = 10_000

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

const login = (name: string, ...words: readonly string[]) =>
  ['login', world.tyro, '--client-id', 'till', '--connection', name, ...words] as const
const hang = { kind: 'hang' } as const

async function lasting(work: Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work
  return performance.now() - start
}

/** Until this many requests have come to an endpoint. */
async function asked(endpoint: string, count = 1, provider = 'tyro'): Promise<void> {
  const come = () =>
    world.emulator.journal.filter((entry) => entry.endpoint === endpoint && entry.provider === provider).length >= count
  for (let tries = 0; tries < 2_000 && !come(); tries++) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('a server that does not answer', { timeout: 60_000 }, () => {
  it('holds no login up that has no code yet', async () => {
    world.emulator.fault({ provider: 'tyro', endpoint: 'deviceAuthorization', times: 2 }, hang)
    const late = world.run(login('late', '--timeout', '0.5'))
    expect(await lasting(late)).toBeLessThan(SOON)
    expect(await late).toMatchObject({ code: 1, err: expect.stringContaining('Run it again to go on with it.') })

    const given = world.start(login('given-up'))
    await given.says(/(asked for a code)/)
    await asked('deviceAuthorization', 2)
    expect(await lasting(given.kill('SIGINT'))).toBeLessThan(SOON)
    expect(await given.ended()).toMatchObject({ code: 130, err: 'Cancelled.\n' })
  })

  it('holds no login up that polls, and the code stays good', async () => {
    world.emulator.fault({ provider: 'tyro', endpoint: 'token' }, hang)
    const first = world.start(login('polls'))
    const code = await first.says(/Code: (\S+)/)
    await asked('token')
    expect(await lasting(first.kill('SIGTERM'))).toBeLessThan(SOON)
    expect(await first.ended()).toMatchObject({ code: 143 })
    const second = world.start(login('polls'))
    expect(await world.approve(second)).toBe(code)
    expect(await second.ended()).toMatchObject({ code: 0 })
  })

  it('is waited for where its answer must not be lost, which is said; Ctrl-C ends that', async () => {
    await world.connect('--connection', 'renewing')
    world.emulator.fault({ provider: 'tyro', endpoint: 'token', grantType: 'refresh_token' }, hang)
    const renewing = world.start(['refresh', 'our-tyro', '--connection', 'renewing', '--timeout', '0.5'])
    await renewing.says(/(Waiting for an answer that must not be lost; Ctrl-C ends it\.)/)
    expect(await lasting(renewing.kill('SIGINT'))).toBeLessThan(SOON)
    expect(await renewing.ended()).toMatchObject({ code: 1 })
    // Nothing is lost but the answer.
    expect(await world.run(['refresh', 'our-tyro', '--connection', 'renewing', '--timeout', '20'])).toMatchObject({
      code: 0,
    })
  })

  it('is waited for after a code was sent, until a second Ctrl-C', async () => {
    world.emulator.fault({ provider: 'sumup-pos-pro', endpoint: 'token' }, hang)
    const words = ['login', world.sumup, '--client-id', 'till', '--client-secret-file', world.secretFile]
    const exchange = world.start(words)
    const callback = await world.emulator.login(await exchange.says(/Link: (\S+)\n/))
    await fetch(callback)
    await asked('token', 1, 'sumup-pos-pro')
    exchange.child.kill('SIGINT')
    await exchange.says(/(Ctrl-C again ends it\.)/)
    expect(await lasting(exchange.kill('SIGINT'))).toBeLessThan(SOON)
    expect(await exchange.ended()).toMatchObject({ code: 130 })
  })
})

describe('a server in trouble', { timeout: 60_000 }, () => {
  const trouble = { kind: 'status', status: 503 } as const
  const office = () => ['our-mypos', '--client-id', 'office', '--client-secret-file', world.secretFile]

  it('is waited for as long as token was told to', async () => {
    world.emulator.fault({ provider: 'mypos', endpoint: 'token', times: 2 }, trouble)
    const words = ['token', world.mypos, ...office().slice(1), '--timeout', '20']
    expect(await world.run(words)).toMatchObject({ code: 0, err: '' })
    world.emulator.fault({ provider: 'mypos', endpoint: 'token' }, trouble)
    expect(await world.run(['refresh', 'our-mypos', '--timeout', '20'])).toMatchObject({ code: 0, err: '' })
  })
})

describe('an answer of another issuer', { timeout: 60_000 }, () => {
  it('ends the login, which can be gone on with', async () => {
    const { issuer: _, ...provider } = JSON.parse(await readFile(world.sumup, 'utf8'))
    const file = world.sumup.replace('.json', '-issuer.json')
    await writeFile(file, JSON.stringify({ ...provider, id: 'with-issuer', issuer: 'https://issuer.example' }))
    const words = ['login', file, '--client-id', 'till', '--client-secret-file', world.secretFile]
    const first = world.start(words)
    const link = await first.says(/Link: (\S+)\n/)
    const callback = await world.emulator.login(link)
    await fetch(`${callback}&iss=https%3A%2F%2Fother.example`)
    const { code, err } = await first.ended()
    expect(code).toBe(1)
    expect(err).toContain('the redirect does not belong to this request')

    const second = world.start(words)
    expect(await second.says(/Link: (\S+)\n/)).toBe(link)
    await fetch(`${callback}&iss=https%3A%2F%2Fissuer.example`)
    expect(await second.ended()).toMatchObject({ code: 0 })
  })
})
