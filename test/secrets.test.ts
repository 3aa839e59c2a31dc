import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor, fromPromise, setup } from 'xstate'
import { type Connection, createClient, createEnvironment, defineProvider, mypos, sumupPosPro } from '../src/index.ts'
import { askInto, inspectInto, vaultSteps, watchCarelessly } from './support/careless-host.ts'
import { createEvidence, overhear } from './support/evidence.ts'
import { sabotages } from './support/saboteur.ts'
import { type Cast, casts, clientSecret, liveCarelessly, pass, type Trouble } from './support/secret-story.ts'
import { fakeTime, loginUrl, until } from './support/stories.ts'

/** Where neither a user code, nor a link, nor `state` may be. */
const offScreen = ['transition', 'failure', 'console', 'error']

async function expectDiscretion(cast: Cast, trouble: Trouble = {}) {
  const life = await liveCarelessly(cast, trouble)
  expect(life.evidence.leaks(life.secrets)).toEqual([])
  expect(life.evidence.leaks(life.screen).filter(({ where }) => offScreen.includes(where))).toEqual([])
  return life
}

beforeEach(fakeTime)
afterEach(() => vi.useRealTimers())

describe.each(casts)('$name, before a careless host', (cast) => {
  it('keeps its secrets through a happy life', { timeout: 30_000 }, async () => {
    const { secrets, evidence } = await expectDiscretion(cast)
    expect(secrets.size).toBeGreaterThanOrEqual(7)
    expect(evidence.places()).toEqual(
      expect.arrayContaining([
        ...['snapshot', 'persisted snapshot', 'cloned context', 'connection', 'client'],
        ...['emitted event', 'transition', 'inspection event', 'error', 'failure'],
      ]),
    )
  })

  it('keeps its secrets when nobody comes', async () => {
    const { screen, secrets } = await expectDiscretion(cast, { absent: true })
    expect(secrets.size).toBeGreaterThanOrEqual(4)
    expect(screen.length > 0).toBe(cast.name !== 'myPOS')
  })

  const troubles = cast.targets.flatMap((target) => sabotages.map((how) => ({ target, how })))
  it.each(troubles)('keeps its secrets when $target.path $target.grant meets an indiscreet $how', async (trouble) => {
    const { played } = await expectDiscretion(cast, trouble)
    expect(played).toBe(1)
  })

  it.each(troubles)(
    'keeps its secrets when $target.path $target.grant always meets an indiscreet $how',
    async (trouble) => {
      await expectDiscretion(cast, { ...trouble, times: 1_000 })
    },
  )

  it.each(vaultSteps)('keeps its secrets when a vault throws the record at %s', async (step) => {
    for (const at of [1, 2, 3, 5, 8]) await expectDiscretion(cast, { breaks: { step, at } })
  })
})

/** Providers may be brought by a host: this one's till has a secret. */
const secretTill = defineProvider({
  id: 'brought',
  name: 'Brought',
  grant: 'device_code',
  endpoints: { deviceAuthorization: 'https://brought.example/code', token: 'https://brought.example/token' },
  clientAuthentication: 'client_secret_post',
  scopes: { default: [] },
})

describe('a server that repeats what it was sent', () => {
  const failureAfter = async (connection: Connection) => {
    connection.send({ type: 'authorization.start' })
    await until(connection, 'failed')
    const { failure } = connection.actor.getSnapshot().context
    await connection.stop()
    return JSON.stringify(failure)
  }
  /** Answers with the request's header and body, as some frameworks' error pages do. */
  const repeating: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const heard = `${request.headers.get('authorization') ?? ''} ${await request.text()}`
    return Response.json({ error: 'invalid_request', error_description: heard }, { status: 400 })
  }
  const environment = createEnvironment({ fetch: repeating })

  it("does not bring a device client's secret into the failure of its first request", async () => {
    const client = createClient(secretTill, { clientId: 'app', clientSecret }, { environment })
    expect(await failureAfter(client.connect('till'))).not.toContain(clientSecret)
  })

  it('does not bring a Basic header, which is the secret in other letters, into a failure', async () => {
    const client = createClient(mypos, { clientId: 'app', clientSecret }, { environment })
    expect(await failureAfter(client.connect('payouts'))).not.toContain(btoa(`app:${clientSecret}`))
  })

  it('does not bring a form-encoded secret into a failure', async () => {
    const secret = 'marker&client+secret/with=signs'
    const registration = { clientId: 'app', clientSecret: secret, redirectUri: 'https://pos.example/callback' }
    const connection = createClient(sumupPosPro, registration, { environment }).connect('office')
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    const state = new URL(loginUrl(connection)).searchParams.get('state')
    const url = `https://pos.example/callback?code=marker-code&state=${state}`
    connection.send({ type: 'authorization.responded', url })
    await until(connection, 'failed')
    const { failure } = connection.actor.getSnapshot().context
    await connection.stop()
    expect(JSON.stringify(failure)).not.toContain(encodeURIComponent(secret))
  })

  it('does not bring state into the failure of a redirect that repeats the whole request', async () => {
    const registration = { clientId: 'app', clientSecret, redirectUri: 'https://pos.example/callback' }
    const connection = createClient(sumupPosPro, registration, { environment }).connect('office')
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    const state = new URL(loginUrl(connection)).searchParams.get('state') ?? ''
    const url = new URL(`https://pos.example/callback?error=invalid_request&state=${state}`)
    url.searchParams.set('error_description', `bad request: ${loginUrl(connection)} ${state}`)
    connection.send({ type: 'authorization.responded', url })
    await until(connection, 'failed')
    const { failure } = connection.actor.getSnapshot().context
    await connection.stop()
    expect(failure?.code).toBe('server_rejected')
    expect(JSON.stringify(failure)).not.toContain(state)
  })
})

describe('the evidence', () => {
  const marker = 'planted-marker'
  const machine = setup({
    types: {} as { context: { secret: string }; events: { type: 'go'; secret: string } },
    actors: {
      work: fromPromise<{ secret: string }, { secret: string }>(async ({ input }) => input),
      fail: fromPromise<never, { secret: string }>(async ({ input }) => {
        throw Object.assign(new Error('refused'), { data: input })
      }),
    },
  })
  const leaky = (place: string) => {
    const at = (here: string) => (here === place ? marker : 'nothing')
    return machine.createMachine({
      context: { secret: at('context') },
      initial: 'idle',
      states: {
        idle: { on: { go: 'working' } },
        working: {
          invoke: {
            src: place === 'error' ? 'fail' : 'work',
            input: { secret: at(place === 'error' ? 'error' : 'input') },
            onDone: 'idle',
            onError: 'idle',
          },
        },
      },
    })
  }

  it.each(['context', 'input', 'error', 'event'])(
    'shows a marker in the %s of a machine that is inspected',
    async (place) => {
      const evidence = createEvidence()
      const actor = createActor(leaky(place), { inspect: inspectInto(evidence) }).start()
      actor.send({ type: 'go', secret: place === 'event' ? marker : 'nothing' })
      await pass(1)
      actor.stop()
      expect(evidence.leaks([marker])).toMatchObject([{ where: 'inspection event', marker }])
    },
  )

  const hidden = Object.defineProperty({}, 'secret', { value: marker, enumerable: false })
  const deep = { a: { b: { c: { d: { e: { f: [new Map([['g', { h: marker }]])] } } } } } }
  it.each([
    ['a message', new Error(`refused ${marker}`)],
    ['a cause', new Error('refused', { cause: new Error('inner', { cause: { request: marker } }) })],
    ['a member of an error', Object.assign(new Error('refused'), { data: { body: marker } })],
    ['a hidden member', hidden],
    ['a nested map', deep],
    ['a key', { [marker]: 1 }],
    ['a symbol', { [Symbol(marker)]: 1 }],
    ['a set', new Set([marker])],
    ['toJSON', { toJSON: () => marker }],
    ['toString', { toString: () => marker }],
    ['inspect', { [Symbol.for('nodejs.util.inspect.custom')]: () => marker }],
    ['a getter', Object.create({}, { secret: { get: () => marker, enumerable: true } })],
  ])('shows a marker in %s', (_, value) => {
    const evidence = createEvidence()
    evidence.note('error', value)
    expect(evidence.leaks([marker, 'another-marker'])).toMatchObject([{ where: 'error', marker }])
  })

  it('shows a marker on the console and in the streams of the process', () => {
    const spoken = [
      () => console.log('%s', marker),
      () => console.error({ a: { b: { c: { d: marker } } } }),
      () => process.stdout.write(marker),
      () => process.stderr.write(new TextEncoder().encode(marker)),
    ]
    for (const speak of spoken) {
      const evidence = createEvidence()
      const end = overhear(evidence)
      speak()
      end()
      expect(evidence.leaks([marker])).toMatchObject([{ where: 'console' }])
    }
  })

  it('shows a marker that a careless connection would hold, throw or emit', async () => {
    const evidence = createEvidence()
    const client = createClient(mypos, { clientId: 'app', clientSecret })
    const connection = client.connect(marker)
    watchCarelessly(connection, client, evidence, { thorough: true })
    await askInto(evidence, () => Promise.reject(new Error(marker)))
    connection.send({ type: 'token.forget' })
    await pass(1)
    await connection.stop()
    const where = evidence.leaks([marker]).map((leak) => leak.where)
    expect(where).toEqual(
      expect.arrayContaining([
        'snapshot',
        'context',
        'persisted snapshot',
        'cloned context',
        'connection',
        'error',
        'failure',
      ]),
    )
  })
})
