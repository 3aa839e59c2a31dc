import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fault } from '../src/emulator/faulty-answer.ts'
import { type Connection, createClient, createEnvironment, type FlowActor, memoryVault, tyro } from '../src/index.ts'
import { stride } from './support/several.ts'
import { pass, settle, stateOf, tillOnStage } from './support/stage.ts'
import { fakeTime, inMemory, office, service, until } from './support/stories.ts'

beforeEach(async () => {
  await import('ky')
  vi.useFakeTimers()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

type Stage = ReturnType<typeof tillOnStage>
const contextOf = (connection: Connection<FlowActor>) => connection.actor.getSnapshot().context
const token = { provider: 'tyro', endpoint: 'token' } as const

/** The refresh token of a home-made integration, which has its own storage and is gone by now. */
async function homeMade(stage: Stage): Promise<string> {
  const vault = memoryVault()
  const till = stage.newClient({ vault }).connect('home-made')
  await stage.authorize(till)
  await till.stop()
  const { record } = (await vault.read('home-made')) ?? {}
  const refreshToken = JSON.parse(JSON.stringify(record)).tokens.refreshToken
  expect(refreshToken).toMatch(/^emulated-refresh-/)
  return refreshToken
}

/** What became of a promise, without waiting for it. */
function observed(promise: Promise<unknown>) {
  const seen: { outcome: unknown } = { outcome: 'waits' }
  promise.then(
    () => (seen.outcome = 'adopted'),
    (error: unknown) => (seen.outcome = error),
  )
  return seen
}

/** How often this refresh token was used. */
const uses = ({ emulator }: Stage, refreshToken: string) =>
  emulator.journal.filter(({ form }) => form.get('refresh_token') === refreshToken).length

const storedText = async ({ vault }: Stage) => JSON.stringify((await vault.read('till')) ?? {})

async function denied(stage: Stage, till: Connection<FlowActor>) {
  till.send({ type: 'authorization.start' })
  await settle()
  const { prompt } = contextOf(till)
  stage.emulator.deny(prompt?.kind === 'device' ? prompt.userCode : '')
  await pass(6)
}

describe('adopting a session', () => {
  it('asks for one token, and is connected then; also right after connecting', async () => {
    const stage = tillOnStage()
    const refreshToken = await homeMade(stage)
    const till = stage.newClient().connect('till')
    const states: string[] = []
    till.on('transition', ({ to }) => states.push(to))
    const adoption = observed(till.adopt({ refreshToken }))
    await settle()
    expect(adoption.outcome).toBe('adopted')
    expect(states).toEqual(['idle', 'recalling', 'adopting', 'authorized'])
    expect(contextOf(till).token).toMatchObject({ generation: 1, renewable: true, scope: 'offline_access' })
    expect(stage.emulator.accepts('tyro', await till.accessToken())).toBe(true)
    expect(uses(stage, refreshToken)).toBe(1)
    expect(await storedText(stage)).not.toContain(refreshToken)
    expect(await storedText(stage)).not.toContain('adopted')
  })

  it('goes on with the refresh token that came, and lives on', async () => {
    const stage = tillOnStage({ tyro: { accessTokenLifetime: 600 } })
    const refreshToken = await homeMade(stage)
    const till = stage.newClient().connect('till')
    await till.adopt({ refreshToken })
    await pass(3_600)
    expect(stateOf(till)).toBe('authorized')
    expect(contextOf(till).token?.generation).toBeGreaterThan(5)
    expect(uses(stage, refreshToken)).toBe(1)
  })

  it.each([
    ['as told, where the answer has none', { scope: 'orders payouts' }, 'orders payouts'],
    ['that of the registration, where nobody told', {}, 'offline_access'],
  ])('has a scope: %s', async (_, told, scope) => {
    const stage = tillOnStage()
    const answer = { access_token: 'access', token_type: 'Bearer', expires_in: 600 }
    stage.emulator.fault(token, { kind: 'status', status: 200, body: answer })
    const till = stage.newClient().connect('till')
    await till.adopt({ refreshToken: 'from elsewhere', ...told })
    expect(contextOf(till).token?.scope).toBe(scope)
    // The old refresh token stays the one, since no other came.
    expect(await storedText(stage)).toContain('from elsewhere')
  })

  it('works for a login in a browser as well', async () => {
    vi.useRealTimers()
    fakeTime()
    await using stage = await inMemory()
    const { connection: elsewhere } = office(stage, {}, { vault: memoryVault() })
    elsewhere.send({ type: 'authorization.start' })
    await until(elsewhere, 'awaitingUser')
    const { prompt } = elsewhere.actor.getSnapshot().context
    const url = await stage.emulator.login(prompt?.kind === 'redirect' ? prompt.url.open() : '')
    elsewhere.send({ type: 'authorization.responded', url })
    await until(elsewhere, 'authorized')
    const answer = stage.emulator.journal.findLast(({ endpoint }) => endpoint === 'token')
    const refreshToken = JSON.parse(answer?.body ?? '{}').refresh_token

    const { connection } = office(stage)
    const adoption = observed(connection.adopt({ refreshToken }))
    await until(connection, 'authorized')
    await settle()
    expect(adoption.outcome).toBe('adopted')
  })

  it.each<[string, (stage: Stage, till: Connection<FlowActor>) => Promise<void>]>([
    [
      'revoked',
      async (stage, till) => {
        await stage.authorize(till)
        till.send({ type: 'token.revoke' })
      },
    ],
    ['failed', denied],
    [
      'expired',
      async (_, till) => {
        till.send({ type: 'authorization.start' })
        await stride(1_000)
      },
    ],
  ])('is possible where the last session is %s', async (state, end) => {
    const stage = tillOnStage()
    const refreshToken = await homeMade(stage)
    const till = stage.newClient().connect('till')
    await end(stage, till)
    await settle()
    expect(stateOf(till)).toBe(state)
    const adoption = observed(till.adopt({ refreshToken }))
    await pass(1)
    expect(adoption.outcome).toBe('adopted')
    expect(stateOf(till)).toBe('authorized')
    expect(uses(stage, refreshToken)).toBe(1)
  })

  it('shows no secret on the way', async () => {
    const stage = tillOnStage()
    const refreshToken = await homeMade(stage)
    const sights: string[] = []
    const inspect = (event: object) => {
      if ('event' in event) sights.push(JSON.stringify(event.event))
    }
    const till = stage.newClient({ inspect }).connect('till')
    till.actor.subscribe(({ context }) => sights.push(JSON.stringify(context)))
    await till.adopt({ refreshToken })
    expect(sights.length).toBeGreaterThan(5)
    expect(sights.join()).not.toContain(refreshToken)
  })
})

describe('a session is refused, with nothing sent and nothing changed,', () => {
  it.each<[string, (stage: Stage, till: Connection<FlowActor>) => Promise<void>]>([
    ['where there is one', (stage, till) => stage.authorize(till)],
    [
      'while a code is on the screen',
      async (_, till) => {
        till.send({ type: 'authorization.start' })
        await settle()
      },
    ],
    [
      'while the first request waits for its next try',
      async (stage, till) => {
        stage.emulator.fault({ provider: 'tyro', endpoint: 'deviceAuthorization' }, { kind: 'status', status: 503 })
        till.send({ type: 'authorization.start' })
        await settle()
      },
    ],
  ])('%s', async (_, begin) => {
    const stage = tillOnStage()
    const till = stage.newClient().connect('till')
    await begin(stage, till)
    const before = { state: stateOf(till), record: await stage.vault.read('till'), sent: stage.emulator.journal.length }
    await expect(till.adopt({ refreshToken: 'from elsewhere' })).rejects.toMatchObject({ code: 'not_supported' })
    await settle()
    expect({
      state: stateOf(till),
      record: await stage.vault.read('till'),
      sent: stage.emulator.journal.length,
    }).toEqual(before)
  })

  it('where the grant knows no refresh', async () => {
    await using stage = await inMemory()
    const { connection } = service(stage)
    await expect(connection.adopt({ refreshToken: 'r' })).rejects.toMatchObject({ code: 'not_supported' })
    expect(stage.emulator.journal).toHaveLength(0)
    expect(await stage.vault.list()).toEqual([])
  })

  it.each([
    ['without a refresh token', {}],
    ['with an empty one', { refreshToken: '' }],
    ['with one that is no string', { refreshToken: 7 }],
    ['with a scope that is no string', { refreshToken: 'MARKER', scope: ['a'] }],
  ])('%s', async (_, session) => {
    const stage = tillOnStage()
    const till = stage.newClient().connect('till')
    const unchecked: unknown = session
    const refused = till.adopt(unchecked as { refreshToken: string })
    await expect(refused).rejects.toMatchObject({ code: 'invalid_configuration' })
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('MARKER') })
    expect(await stage.vault.list()).toEqual([])
  })

  it('after the connection was stopped', async () => {
    const stage = tillOnStage()
    const till = stage.newClient().connect('till')
    await till.stop()
    await expect(till.adopt({ refreshToken: 'r' })).rejects.toMatchObject({ code: 'stopped' })
    expect(await stage.vault.list()).toEqual([])
  })

  it('where the vault is in trouble', async () => {
    const stage = tillOnStage()
    const till = stage.newClient().connect('till')
    await settle()
    vi.spyOn(stage.vault, 'write').mockRejectedValueOnce(new Error('full of MARKER'))
    const refused = till.adopt({ refreshToken: 'r' })
    await expect(refused).rejects.toMatchObject({ code: 'vault_unavailable', retryable: true })
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('MARKER') })
    expect([stateOf(till), await stage.vault.list()]).toEqual(['idle', []])
  })
})

describe('an adopted session that the server refuses', () => {
  it('ends in expired, tells so, and is kept nowhere', async () => {
    const stage = tillOnStage()
    const till = stage.newClient().connect('till')
    const refused = till.adopt({ refreshToken: 'unknown-to-tyro' })
    await expect(refused).rejects.toMatchObject({ code: 'session_expired', retryable: false })
    expect(stateOf(till)).toBe('expired')
    expect(await storedText(stage)).not.toContain('unknown-to-tyro')
    await pass(600)
    expect(stage.requests('refresh_token')).toHaveLength(1)
  })

  it('can be followed by a good one', async () => {
    const stage = tillOnStage()
    const refreshToken = await homeMade(stage)
    const till = stage.newClient().connect('till')
    await till.adopt({ refreshToken: 'unknown-to-tyro' }).catch(() => {})
    await till.adopt({ refreshToken })
    expect(stateOf(till)).toBe('authorized')
  })
})

describe('an adoption in trouble', () => {
  const unreachable: Fault = { kind: 'status', status: 503 }

  it('rejects with the time of the next try, and goes on by itself', async () => {
    const stage = tillOnStage()
    const refreshToken = await homeMade(stage)
    stage.emulator.fault({ ...token, times: 3 }, unreachable)
    const till = stage.newClient().connect('till')
    const refused = till.adopt({ refreshToken })
    await expect(refused).rejects.toMatchObject({ code: 'server_unavailable', retryable: true })
    await expect(refused).rejects.toMatchObject({ retryAt: contextOf(till).retryAt })
    expect(contextOf(till).retryAt).toBeGreaterThan(Date.now())
    expect(stateOf(till)).toBe('backingOff')
    await pass(15)
    expect(stateOf(till)).toBe('authorized')
    expect(uses(stage, refreshToken)).toBe(4)
  })

  it('goes on after a restart', async () => {
    const stage = tillOnStage()
    const refreshToken = await homeMade(stage)
    stage.emulator.fault(token, unreachable)
    const before = stage.newClient().connect('till')
    await before.adopt({ refreshToken }).catch(() => {})
    await before.stop()
    const till = stage.newClient().connect('till')
    await settle()
    expect(stateOf(till)).toBe('backingOff')
    await pass(5)
    expect(stateOf(till)).toBe('authorized')
    expect(uses(stage, refreshToken)).toBe(2)
  })

  it('is begun by whoever starts next, where the process died before it sent anything', async () => {
    const stage = tillOnStage()
    const refreshToken = await homeMade(stage)
    const lease = await stage.vault.lease('till', 3_600_000)
    const before = stage.newClient().connect('till')
    const adoption = observed(before.adopt({ refreshToken }))
    await pass(1)
    expect(stateOf(before)).toBe('adopting')
    await before.stop()
    expect(adoption.outcome).toMatchObject({ code: 'stopped' })
    expect(uses(stage, refreshToken)).toBe(0)
    await lease?.release()
    const till = stage.newClient().connect('till')
    await pass(1)
    expect(stateOf(till)).toBe('authorized')
    expect(uses(stage, refreshToken)).toBe(1)
  })

  it('given up while it waits for its next try leaves nothing', async () => {
    const stage = tillOnStage()
    const refreshToken = await homeMade(stage)
    stage.emulator.fault(token, unreachable)
    const till = stage.newClient().connect('till')
    await till.adopt({ refreshToken }).catch(() => {})
    till.send({ type: 'authorization.cancel' })
    await pass(60)
    expect([stateOf(till), await stage.vault.list()]).toEqual(['idle', []])
    expect(uses(stage, refreshToken)).toBe(1)
  })

  it('by a defect rejects, and can be asked for again', async () => {
    const stage = tillOnStage({ tyro: { rotation: false } })
    const refreshToken = await homeMade(stage)
    let defective = true
    const random = () => {
      if (defective) throw new Error('a defect')
      return 0
    }
    const environment = createEnvironment({ fetch: stage.emulator.fetch, random })
    const till = stage.newClient({ environment }).connect('till')
    const adoption = observed(till.adopt({ refreshToken }))
    await pass(1)
    expect(stateOf(till)).toBe('failed')
    expect(adoption.outcome).toMatchObject({ code: 'authorization_failed' })
    const again = observed(till.adopt({ refreshToken }))
    await pass(1)
    expect(again.outcome).toMatchObject({ code: 'authorization_failed' })
    defective = false
    const last = observed(till.adopt({ refreshToken }))
    await pass(1)
    expect([stateOf(till), last.outcome]).toEqual(['authorized', 'adopted'])
    expect(uses(stage, refreshToken)).toBe(3)
  })
})

describe('an adoption whose answer is lost', () => {
  const lost: Fault = { kind: 'reset', when: 'after' }

  it.each([1, 5])('%i times is tried again until there is one', async (times) => {
    const stage = tillOnStage({ tyro: { rotation: false } })
    const refreshToken = await homeMade(stage)
    stage.emulator.fault({ ...token, times }, lost)
    const till = stage.newClient().connect('till')
    await expect(till.adopt({ refreshToken })).rejects.toMatchObject({ code: 'network', retryable: true })
    await pass(60)
    expect(stateOf(till)).toBe('authorized')
    expect(uses(stage, refreshToken)).toBe(times + 1)
  })

  it('is told to be unknown, where the server has rotated and refuses the next try', async () => {
    const stage = tillOnStage()
    const refreshToken = await homeMade(stage)
    stage.emulator.fault(token, lost)
    const till = stage.newClient().connect('till')
    await till.adopt({ refreshToken }).catch(() => {})
    await pass(60)
    expect(stateOf(till)).toBe('expired')
    expect(contextOf(till).endedBecause).toBe('outcome_unknown')
    expect(uses(stage, refreshToken)).toBe(2)
  })

  it('is tried again by whoever starts next', async () => {
    const stage = tillOnStage({ tyro: { leeway: 60 } })
    const refreshToken = await homeMade(stage)
    stage.emulator.fault(token, lost)
    const before = stage.newClient().connect('till')
    await before.adopt({ refreshToken }).catch(() => {})
    await before.stop()
    const till = stage.newClient().connect('till')
    await pass(10)
    expect(stateOf(till)).toBe('authorized')
    expect(uses(stage, refreshToken)).toBe(2)
  })

  it('is not tried again where the provider forbids that: it fails, stays failed, and another one can follow', async () => {
    const stage = tillOnStage({ tyro: { rotation: false } })
    const refreshToken = await homeMade(stage)
    const other = await homeMade(stage)
    const { environment, vault } = stage
    const strict = { ...tyro, refreshAfterLostAnswer: 'never' } as const
    const newClient = () => createClient(strict, { clientId: 'pos' }, { environment, vault })
    stage.emulator.fault(token, lost)
    const before = newClient().connect('till')
    const adoption = observed(before.adopt({ refreshToken }))
    await pass(1)
    expect(stateOf(before)).toBe('failed')
    expect(adoption.outcome).toMatchObject({ code: 'outcome_unknown', retryable: false })
    await stride(86_400)
    await before.stop()
    const till = newClient().connect('till')
    await pass(60)
    expect(stateOf(till)).toBe('failed')
    expect(uses(stage, refreshToken)).toBe(1)

    const second = observed(till.adopt({ refreshToken: other }))
    await pass(1)
    expect(second.outcome).toBe('adopted')
    expect(await storedText(stage)).not.toContain(refreshToken)
    expect(stateOf(till)).toBe('authorized')
  })
})

describe('an adoption that is interrupted while its answer is on the way', () => {
  async function halfway() {
    const stage = tillOnStage()
    const refreshToken = await homeMade(stage)
    const till = stage.newClient().connect('till')
    const release = stage.hold('refresh_token')
    const adoption = observed(till.adopt({ refreshToken }))
    await settle()
    expect([stateOf(till), uses(stage, refreshToken)]).toEqual(['adopting', 1])
    return { stage, refreshToken, till, release, adoption }
  }

  it('by stop() is finished first, and stored', async () => {
    const { stage, refreshToken, till, release, adoption } = await halfway()
    const stopping = observed(till.stop())
    await settle()
    expect(adoption.outcome).toMatchObject({ code: 'stopped' })
    expect(stopping.outcome).toBe('waits')
    release()
    await settle()
    expect(stopping.outcome).toBe('adopted')
    const again = stage.newClient().connect('till')
    await settle()
    expect(stateOf(again)).toBe('authorized')
    expect([uses(stage, refreshToken), stage.requests('refresh_token').length]).toEqual([1, 1])
  })

  it.each([
    ['authorization.cancel', 'cancelled'],
    ['token.forget', 'cancelled'],
  ] as const)('by %s shows at once, and the token that comes is revoked', async (type, code) => {
    const { stage, till, release, adoption } = await halfway()
    till.send({ type })
    await settle()
    expect([stateOf(till), await stage.vault.list()]).toEqual(['idle', []])
    expect(adoption.outcome).toMatchObject({ code })
    release()
    await settle()
    expect([stateOf(till), await stage.vault.list()]).toEqual(['idle', []])
    const [refresh] = stage.requests('refresh_token')
    const [revocation, ...more] = stage.requests('/oauth/revoke')
    expect(more).toEqual([])
    expect(revocation?.form.get('token')).toBe(JSON.parse(refresh?.body ?? '{}').refresh_token)
  })

  it('by the end of its process is taken over by whoever starts next', async () => {
    const stage = tillOnStage({ tyro: { leeway: 60 } })
    const refreshToken = await homeMade(stage)
    const dead = memoryVault()
    const { fetch } = createEnvironment({ fetch: () => new Promise<Response>(() => {}) })
    const environment = createEnvironment({ fetch })
    // The dead process shares no memory with the next one but what it has stored.
    const dying = stage.newClient({ vault: dead, environment }).connect('till')
    dying.adopt({ refreshToken }).catch(() => {})
    await settle()
    const entry = await dead.read('till')
    expect(entry?.record).toMatchObject({ inFlight: { step: 'refreshToken' }, adopted: {} })
    await stage.vault.write('till', JSON.parse(JSON.stringify(entry?.record)), undefined)
    const till = stage.newClient().connect('till')
    await pass(1)
    expect(stateOf(till)).toBe('authorized')
    expect(uses(stage, refreshToken)).toBe(1)
    void dying.stop({ timeout: 0 }).catch(() => {})
    await pass(31)
  })
})

describe('two who adopt at the same time', () => {
  const pairs: [string, (stage: Stage) => [Connection<FlowActor>, Connection<FlowActor>]][] = [
    [
      'connections of one client',
      ({ newClient }) => {
        const client = newClient()
        return [client.connect('till'), client.connect('till')]
      },
    ],
    ['clients on one vault', ({ newClient }) => [newClient().connect('till'), newClient().connect('till')]],
  ]

  it.each(pairs)('the same session, two %s, share it, and it is used once', async (_, pair) => {
    const stage = tillOnStage()
    const refreshToken = await homeMade(stage)
    const [one, other] = pair(stage)
    const adoptions = [one.adopt({ refreshToken }), other.adopt({ refreshToken })].map(observed)
    await pass(1)
    expect(adoptions.map(({ outcome }) => outcome)).toEqual(['adopted', 'adopted'])
    expect(await one.accessToken()).toBe(await other.accessToken())
    expect([uses(stage, refreshToken), stage.requests('refresh_token').length]).toEqual([1, 1])
  })

  it.each(pairs)('different sessions, two %s: one is adopted, the other one is not touched', async (_, pair) => {
    const stage = tillOnStage()
    const [first, second] = [await homeMade(stage), await homeMade(stage)]
    const [one, other] = pair(stage)
    const adoptions = [one.adopt({ refreshToken: first }), other.adopt({ refreshToken: second })].map(observed)
    await pass(1)
    const outcomes = adoptions.map(({ outcome }) => outcome)
    expect(outcomes).toContain('adopted')
    expect(outcomes).toContainEqual(expect.objectContaining({ code: 'not_supported' }))
    expect([uses(stage, first), uses(stage, second)].toSorted()).toEqual([0, 1])
    expect([stateOf(one), stateOf(other)]).toEqual(['authorized', 'authorized'])
  })

  it.each(pairs)(
    'one of two %s, while the other asks for a code, is refused, and the code is shown',
    async (_, pair) => {
      const stage = tillOnStage()
      const refreshToken = await homeMade(stage)
      const [one, other] = pair(stage)
      await settle()
      const release = stage.hold('/oauth/device/code')
      one.send({ type: 'authorization.start' })
      await settle()
      const adoption = observed(other.adopt({ refreshToken }))
      await pass(1)
      release()
      await pass(2)
      expect(adoption.outcome).toMatchObject({ code: 'not_supported' })
      expect([stateOf(one), stateOf(other)]).toEqual(['awaitingUser', 'awaitingUser'])
      expect(contextOf(other).prompt).toMatchObject({ kind: 'device' })
      expect(uses(stage, refreshToken)).toBe(0)
    },
  )

  it.each(pairs)('the same dead session, two %s: both are told that it has ended', async (_, pair) => {
    const stage = tillOnStage()
    const [one, other] = pair(stage)
    const adoptions = [one, other].map((each) => observed(each.adopt({ refreshToken: 'dead' })))
    await pass(2)
    for (const { outcome } of adoptions) expect(outcome).toMatchObject({ code: 'session_expired' })
    expect(uses(stage, 'dead')).toBe(1)
  })

  it.each([undefined, null, 'text', 7])('a session that is %j is refused by name', async (session) => {
    const stage = tillOnStage()
    const unchecked: unknown = session
    const till = stage.newClient().connect('till')
    await expect(till.adopt(unchecked as { refreshToken: string })).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('adopt, refreshToken'),
    })
  })
})
