import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { createEnvironment, memoryVault, sumupPosPro, tyro } from '../../src/index.ts'
import { unwatchedVault, watchedVault } from '../support/several.ts'
import { question } from './support/asking.ts'
import { clientSecret, deviceOf, myposClient, serverOf, sumupClient, tyroClient } from './support/pair.ts'
import { comeBack, contextOf, fakeTime, pass, settle, soon, until, userCode } from './support/story.ts'

beforeEach(fakeTime)
afterEach(() => vi.useRealTimers())

const payouts = { connection: 'payouts' }

/** Asks as a browser does that may go away before it is answered. */
function asking(handle: (request: Request) => Promise<Response>, asked: object, verb: string) {
  const page = new AbortController()
  const request = new Request(question(asked, { verb }), { signal: page.signal })
  return { answer: handle(request), leave: () => page.abort('the page has gone') }
}

async function pairedTill() {
  const vault = memoryVault()
  const server = await serverOf(tyroClient, { vault })
  const till = deviceOf(server, tyro).connect('till-3')
  till.send({ type: 'authorization.start' })
  await until(till, 'awaitingUser')
  server.emulator.approve(userCode(till))
  await until(till, 'authorized')
  const sent = (endpoint: string) => server.emulator.journal.filter((entry) => entry.endpoint === endpoint)
  return { ...server, till, sent }
}

describe('a question whose page has gone', () => {
  it('connects nobody any more where nothing was sent yet', async () => {
    const vault = memoryVault()
    const { handle, emulator } = await serverOf(myposClient, { vault })
    const lease = await vault.lease('payouts', 60_000)
    const { answer, leave } = asking(handle, { ...payouts, wish: { type: 'authorization.start' } }, 'requestToken')
    await pass(1)
    leave()
    await pass(1)
    expect((await answer).status).toBe(503)
    await lease?.release()
    await pass(5)
    expect(emulator.journal).toEqual([])
    expect(await vault.list()).toEqual([])
  })

  it('is answered into the vault where it was sent', async () => {
    let answerNow = () => {}
    let isSent = false
    const held = new Promise<void>((resolve) => (answerNow = resolve))
    const provider = createEmulator()
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const response = await provider.fetch(input, init)
      isSent = true
      await held
      return response
    }
    const { handle, vault } = await serverOf(myposClient, { client: { environment: createEnvironment({ fetch }) } })
    const { answer, leave } = asking(handle, payouts, 'requestToken')
    await soon(() => isSent)
    leave()
    await settle()
    answerNow()
    expect((await answer).status).toBe(200)
    expect((await vault.read('payouts'))?.record).toMatchObject({ generation: 1, tokens: { type: 'Bearer' } })
  })

  it('disconnects all the same', async () => {
    const { handle, vault, till, sent } = await pairedTill()
    await till.stop()
    const lease = await vault.lease('till-3', 60_000)
    const asked = { connection: 'till-3', wish: { type: 'token.revoke' }, generation: 1 }
    const { answer, leave } = asking(handle, asked, 'revokeToken')
    await pass(1)
    leave()
    await pass(1)
    await lease?.release()
    await pass(1)
    expect((await answer).status).toBe(200)
    expect(sent('revocation').length).toBe(1)
  })
})

describe('a device that leaves a state', () => {
  it('takes its question back: a login that was given up at once is not there later', async () => {
    const vault = memoryVault()
    const server = await serverOf(tyroClient, { vault })
    const till = deviceOf(server, tyro).connect('till-3')
    await until(till, 'idle')
    const lease = await vault.lease('till-3', 60_000)
    till.send({ type: 'authorization.start' })
    await pass(1)
    till.send({ type: 'authorization.cancel' })
    await until(till, 'idle')
    await lease?.release()
    await pass(5)
    expect(server.emulator.journal).toEqual([])
    await till.stop()
  })
})

describe('a question of a person who leaves', () => {
  it('goes on after its page, where it is to disconnect or to forget', async () => {
    const outlive: string[] = []
    const asked: string[] = []
    const { fetchIn, emulator } = await serverOf(tyroClient)
    const fetch: typeof globalThis.fetch = (input, init) => {
      const verb = String(input).split('/').at(-1) ?? ''
      asked.push(verb)
      if (init?.keepalive) outlive.push(verb)
      return fetchIn('browser-1')(input, init)
    }
    const till = deviceOf({ fetchIn }, tyro, 'browser-1', { environment: { fetch } }).connect('till-3')
    till.send({ type: 'authorization.start' })
    await until(till, 'awaitingUser')
    emulator.approve(userCode(till))
    await until(till, 'authorized')
    till.send({ type: 'token.refresh' })
    till.send({ type: 'token.revoke' })
    await until(till, 'revoked')
    await till.forget()
    expect(outlive).toEqual(['recordRevoke', 'revokeToken', 'forget'])
    expect(new Set(asked).size).toBeGreaterThanOrEqual(7)
    await till.stop()
  })
})

describe('a handler', () => {
  it('finishes what is in flight when it is stopped, and takes nothing more', async () => {
    const { handle, emulator, vault } = await serverOf(myposClient)
    emulator.fault({ provider: 'mypos', endpoint: 'token' }, { kind: 'hang' })
    const { answer } = asking(handle, payouts, 'requestToken')
    await soon(() => emulator.journal.length === 1)
    const stopped = handle.stop()
    const late = await handle(question({ connection: 'salaries' }))
    expect(late.status).toBe(503)
    expect(await late.json()).toMatchObject({ failure: { code: 'server_unavailable', retryable: true } })
    await emulator.close()
    await Promise.all([stopped, answer])
    expect((await vault.read('payouts'))?.record).toMatchObject({ retry: { failure: { code: 'network' } } })
    expect(handle.stop()).toBe(handle.stop())
  })

  it('takes nothing more from those whose permission came too late', async () => {
    let letIn = () => {}
    const permission = new Promise<true>((resolve) => {
      letIn = () => resolve(true)
    })
    const { handle, emulator } = await serverOf(myposClient, { backend: { tokens: true, allows: () => permission } })
    const verbs = ['accessToken', 'requestToken', 'recordRevoke']
    const answers = verbs.map((verb) => handle(question({ connection: 'payouts' }, { verb })))
    await pass(1)
    await handle.stop()
    letIn()
    expect(await Promise.all(answers.map(async (answer) => (await answer).status))).toEqual([503, 503, 503])
    expect(emulator.journal).toEqual([])
  })

  it('finishes the request that a token was waited for, and says no more to whoever waits', async () => {
    await using provider = createEmulator()
    let arrive = async () => {}
    const fetch: typeof globalThis.fetch = async (...asked) => {
      const answer = await provider.fetch(...asked)
      await arrive()
      return answer
    }
    const client = { environment: createEnvironment({ fetch, random: () => 0 }) }
    const { handle, vault } = await serverOf(myposClient, { client, backend: { tokens: true } })
    await handle(question(payouts, { verb: 'requestToken' }))
    await pass(86_400, 5_000)
    let release = () => {}
    arrive = () => new Promise((resolve) => (release = resolve))
    const answer = handle(question(payouts, { verb: 'accessToken' }))
    await soon(() => provider.journal.length === 2)
    const stopped = handle.stop()
    expect((await answer).status).toBe(503)
    release()
    await stopped
    expect((await vault.read('payouts'))?.record).toMatchObject({ generation: 2 })
  })

  it('gives up what has sent nothing yet when it is stopped', async () => {
    const vault = memoryVault()
    const { handle, emulator } = await serverOf(myposClient, { vault })
    const lease = await vault.lease('payouts', 60_000)
    const { answer } = asking(handle, payouts, 'requestToken')
    await pass(1)
    const stopped = handle.stop()
    await pass(1)
    await stopped
    expect((await answer).status).toBe(503)
    await lease?.release()
    expect(emulator.journal).toEqual([])
  })

  it('says where an answer could not be stored before the end, and where it does not end', async () => {
    const broken = memoryVault()
    const { handle } = await serverOf(myposClient, { vault: broken })
    const { write } = broken
    let writes = 0
    broken.write = (...change) => (++writes > 1 ? Promise.reject(new Error('the disk is full')) : write(...change))
    const { answer } = asking(handle, payouts, 'requestToken')
    await pass(3)
    const stopped = expect(handle.stop()).rejects.toMatchObject({ code: 'vault_unavailable' })
    await pass(6)
    await Promise.all([stopped, answer])

    const { handle: slow, emulator } = await serverOf(myposClient)
    emulator.fault({ provider: 'mypos', endpoint: 'token' }, { kind: 'hang' })
    asking(slow, payouts, 'requestToken')
    await soon(() => emulator.journal.length === 1)
    const late = expect(slow.stop({ timeout: 2_000 })).rejects.toMatchObject({ code: 'timeout' })
    await pass(3)
    await late
  })

  it('finishes the refresh that somebody waited for who has gone', async () => {
    const server = await serverOf(sumupClient, { backend: { tokens: true } })
    const { emulator, handle, vault } = server
    const device = deviceOf(server, sumupPosPro).connect('store-17')
    device.send({ type: 'authorization.start' })
    await until(device, 'awaitingUser')
    await device.respond(await comeBack(emulator, device))
    await device.stop()
    vi.setSystemTime((contextOf(device).token?.expiresAt ?? 0) + 1_000)
    emulator.fault({ provider: 'sumup-pos-pro', endpoint: 'token' }, { kind: 'hang' })
    const { answer, leave } = asking(handle, { connection: 'store-17' }, 'accessToken')
    await soon(() => emulator.journal.at(-1)?.form.get('grant_type') === 'refresh_token')
    leave()
    expect((await answer).status).toBe(503)
    let isStopped = false
    const stopped = handle.stop().then(() => {
      isStopped = true
    })
    await settle()
    expect(isStopped).toBe(false)
    await emulator.close()
    await stopped
    expect((await vault.read('store-17'))?.record).toMatchObject({ retry: { failure: { code: 'network' } } })
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('a log that is full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('a log that is full'))],
  ])('answers all the same where what is told of a defect %s', async (_, onProblem) => {
    const emulator = createEmulator()
    emulator.fault({ provider: 'mypos', endpoint: 'token' }, { kind: 'status', status: 503 })
    const random = () => {
      throw new Error('a defect')
    }
    const environment = createEnvironment({ fetch: emulator.fetch, random })
    const { handle } = await serverOf(myposClient, { client: { environment }, backend: { onProblem } })
    expect((await handle(question(payouts, { verb: 'requestToken' }))).status).toBe(500)
  })

  it('says of a defect no more than that it is one, but to its host', async () => {
    const emulator = createEmulator()
    emulator.fault({ provider: 'mypos', endpoint: 'token' }, { kind: 'status', status: 503 })
    const thrown = new Error(`a defect that tells ${clientSecret}`)
    const random = () => {
      throw thrown
    }
    const onProblem = vi.fn()
    const environment = createEnvironment({ fetch: emulator.fetch, random })
    const { handle } = await serverOf(myposClient, { client: { environment }, backend: { onProblem } })
    const response = await handle(question(payouts, { verb: 'requestToken' }))
    expect(onProblem.mock.calls).toEqual([[thrown]])
    const text = await response.text()
    expect(response.status).toBe(500)
    expect(JSON.parse(text).failure).toMatchObject({ code: 'authorization_failed', retryable: false })
    expect(text).toContain('Please report it')
    expect(text).not.toContain('defect that tells')
  })

  it('keeps nothing in memory between questions, and watches nothing', async () => {
    const { vault, calls } = watchedVault(unwatchedVault(memoryVault()))
    const server = await serverOf(sumupClient, { vault, backend: { tokens: true } })
    const connection = deviceOf(server, sumupPosPro).connect('store-17')
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    expect(calls.watching()).toBe(0)
    await connection.respond(await comeBack(server.emulator, connection))
    await connection.accessToken()
    connection.send({ type: 'token.refresh' })
    connection.send({ type: 'token.revoke' })
    await until(connection, 'revoked')
    await soon(() => calls.watching() === 0)
    await connection.stop()
  })

  it('works beside the server’s own connections: each hears of what the other has done', async () => {
    const server = await serverOf(sumupClient)
    const own = server.client.connect('store-17')
    const device = deviceOf(server, sumupPosPro).connect('store-17')
    await until(own, 'idle')
    device.send({ type: 'authorization.start' })
    await until(device, 'awaitingUser')
    await device.respond(await comeBack(server.emulator, device))
    await until(own, 'authorized')
    expect(server.emulator.accepts('sumup-pos-pro', await own.accessToken())).toBe(true)
    own.send({ type: 'token.refresh' })
    await until(own, () => contextOf(own).token?.generation === 2)
    device.send({ type: 'token.revoke' })
    await until(device, 'revoked')
    await until(own, 'revoked')
    await expect(own.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await Promise.all([own.stop(), device.stop()])
  })

  it('lets the server’s own connection hand out no token that a device has seen refused, nor after a disconnect', async () => {
    const { till, client, emulator, sent, traffic } = await pairedTill()
    const own = client.connect('till-3')
    await own.accessToken()
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'hang' })
    till.send({ type: 'token.refresh' })
    await soon(() => sent('token').at(-1)?.form.get('grant_type') === 'refresh_token')
    till.send({ type: 'token.revoke' })
    await soon(() => traffic.at(-1)?.status === 200)
    expect(traffic.at(-1)?.path).toBe('/oauth/recordRevoke')
    await expect(own.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await emulator.close()
    await Promise.all([till.stop(), own.stop()])
  })

  it('says that a disconnect waits for the provider', async () => {
    const { emulator, till } = await pairedTill()
    emulator.fault({ provider: 'tyro', endpoint: 'revocation' }, { kind: 'status', status: 503 })
    till.send({ type: 'token.revoke' })
    await until(till, 'backingOff')
    expect(contextOf(till)).toMatchObject({ wantsRevoke: true, token: undefined })
    await until(till, 'revoked')
    await till.stop()
  })

  it('does not say that a disconnect was noted which the vault has not taken', async () => {
    const { handle, vault, till } = await pairedTill()
    await till.stop()
    const note = () => handle(question({ connection: 'till-3' }, { verb: 'recordRevoke' }))
    const { write } = vault
    vault.write = () => Promise.reject(new Error('the disk is full'))
    const refused = await note()
    expect([refused.status, await refused.json()]).toMatchObject([503, { failure: { code: 'vault_unavailable' } }])
    vault.write = write
    expect((await note()).status).toBe(200)
    expect((await vault.read('till-3'))?.record).toMatchObject({ wantsRevoke: true })
  })

  it('serves several requests of several pages at once, and sends each thing once', async () => {
    const { till, handle, sent } = await pairedTill()
    const asked = { connection: 'till-3', wish: { type: 'token.refresh' }, generation: 1 }
    const all = [1, 2, 3, 4, 5].map(async () => (await handle(question(asked, { verb: 'refreshToken' }))).json())
    await pass(3)
    const answers = await Promise.all(all)
    expect(answers.map(({ summary }) => summary.token.generation)).toEqual([2, 2, 2, 2, 2])
    expect(sent('token').filter(({ form }) => form.get('grant_type') === 'refresh_token').length).toBe(1)
    await till.stop()
  })

  it('serves a session that the server has adopted: the device proves it', async () => {
    const { emulator, client, fetchIn, till } = await pairedTill()
    const { refresh_token } = JSON.parse(
      emulator.journal.findLast(({ endpoint }) => endpoint === 'token')?.body ?? '{}',
    )
    await till.stop()
    const own = client.connect('till-4')
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 503 })
    await expect(own.adopt({ refreshToken: refresh_token })).rejects.toMatchObject({ code: 'server_unavailable' })
    await own.stop()
    const device = deviceOf({ fetchIn }, tyro).connect('till-4')
    await until(device, 'authorized')
    await device.stop()
  })
})
