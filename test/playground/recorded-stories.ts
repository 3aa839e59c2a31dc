import { vi } from 'vitest'
import { type Clock, createClock } from '../../examples/playground/clock.ts'
import type { Emulator, EmulatorOptions } from '../../src/emulator/index.ts'
import { type ClientOptions, type Connection, createEnvironment } from '../../src/index.ts'
import type { Visit } from '../../src/inspect/story.ts'
import { inMemory, loginUrl, office, realMoment, type Stage, service, till, userCode } from '../support/stories.ts'

/** A life to be recorded, in fake time. */
export interface RecordedStory {
  /** The name of its file. */
  readonly name: string
  readonly connect: (stage: Stage, options: ClientOptions) => Connection
  readonly live: (life: Life) => Promise<void>
}

/** One telling of a story. */
export interface Life {
  readonly connection: Connection
  readonly emulator: Emulator
  readonly clock: Clock
  /** Where the machine was, as the connection tells. */
  readonly stays: readonly Stay[]
  /** Lets time pass until a state is entered, after all that was waited for before. */
  readonly comes: (state: string) => Promise<void>
}

export type Stay = Pick<Visit, 'state' | 'event' | 'since'>

/** In seconds. */
const lifetimes: EmulatorOptions = {
  tyro: { accessTokenLifetime: 300 },
  sumupPosPro: { accessTokenLifetime: 300 },
  mypos: { accessTokenLifetime: 300 },
}

/** Tells a story from its beginning, in memory, with a clock that can jump. Resolves when it is over and all is closed. */
export async function tell(story: RecordedStory, inspectorWith: (now: () => number) => ClientOptions['inspect']) {
  await using stage = await inMemory(lifetimes)
  const clock = createClock()
  const environment = createEnvironment({ fetch: stage.emulator.fetch, random: () => 0, now: clock.now })
  const inspect = inspectorWith(clock.now)
  const connection = story.connect(stage, { environment, ...(inspect && { inspect }) })
  const stays: Stay[] = [{ state: 'recalling', event: undefined, since: clock.now() }]
  connection.on('transition', ({ to: state, event }) => stays.push({ state, event, since: clock.now() }))
  const { emulator } = stage
  await story.live({ connection, emulator, clock, stays, comes: waitingFor(connection, stays) })
  return { stays, journal: emulator.journal }
}

/** Real time for what is in flight, since hashes are made elsewhere, and fake time, timer by timer, where a timer is awaited. */
function waitingFor({ actor }: Connection, stays: readonly Stay[]): Life['comes'] {
  let seen = 0
  return async (state) => {
    for (let timer = 0; timer < 500; timer++) {
      for (let turn = 0; turn < 2_000; turn++) {
        const found = stays.findIndex((stay, index) => index >= seen && stay.state === state)
        if (found >= 0) {
          seen = found + 1
          return
        }
        const snapshot = actor.getSnapshot()
        if (turn >= 20 && (!snapshot.hasTag('pending') || snapshot.value === 'backingOff')) break
        await (turn < 20 ? new Promise<void>((resolve) => setImmediate(resolve)) : realMoment())
      }
      await vi.advanceTimersToNextTimerAsync()
    }
    throw new Error(`still ${String(actor.getSnapshot().value)}, and ${state} does not come`)
  }
}

const tillOf: RecordedStory['connect'] = (stage, options) => till(stage, options).connection
const officeOf: RecordedStory['connect'] = (stage, options) => office(stage, {}, options).connection
const serviceOf: RecordedStory['connect'] = (stage, options) => service(stage, {}, options).connection

const start = { type: 'authorization.start' } as const
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)

/** The merchant comes when the till has polled once in vain. */
async function pair({ connection, emulator, comes }: Life): Promise<void> {
  connection.send(start)
  for (const state of ['awaitingUser', 'polling', 'awaitingUser']) await comes(state)
  emulator.approve(userCode(connection))
  await comes('authorized')
}

/** The merchant takes a while to log in, and comes back. */
async function logIn({ connection, emulator, comes }: Life): Promise<void> {
  connection.send(start)
  await comes('awaitingUser')
  await pass(20)
  const url = await emulator.login(loginUrl(connection))
  connection.send({ type: 'authorization.responded', url })
  await comes('authorized')
}

/** The token is renewed when it is time, and later the merchant disconnects. */
async function renewAndLeave({ connection, comes }: Life): Promise<void> {
  await comes('refreshing')
  await comes('authorized')
  await pass(40)
  connection.send({ type: 'token.revoke' })
  await comes('revoked')
}

export const recordedStories: readonly RecordedStory[] = [
  {
    name: 'tyro-happy-life',
    connect: tillOf,
    async live(life) {
      await pair(life)
      await renewAndLeave(life)
    },
  },
  {
    name: 'sumup-pos-pro-happy-life',
    connect: officeOf,
    async live(life) {
      await logIn(life)
      await renewAndLeave(life)
    },
  },
  {
    name: 'mypos-happy-life',
    connect: serviceOf,
    async live(life) {
      await Promise.all([life.connection.accessToken(), life.comes('authorized')])
      await renewAndLeave(life)
    },
  },
  {
    name: 'slow-down',
    connect: tillOf,
    async live({ connection, emulator, comes }) {
      const fault = { kind: 'status', status: 429, body: { error: 'slow_down' } } as const
      emulator.fault({ provider: 'tyro', endpoint: 'token' }, fault)
      connection.send(start)
      for (const state of ['slowDown', 'polling', 'awaitingUser']) await comes(state)
      emulator.approve(userCode(connection))
      await comes('authorized')
    },
  },
  {
    name: 'lost-answer',
    connect: tillOf,
    async live({ connection, emulator, comes }) {
      connection.send(start)
      await comes('awaitingUser')
      emulator.approve(userCode(connection))
      emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'reset', when: 'after' })
      await comes('polling')
      await comes('polling')
      await comes('failed')
    },
  },
  {
    name: 'outage',
    connect: officeOf,
    async live(life) {
      await logIn(life)
      const place = { provider: 'sumup-pos-pro', endpoint: 'token', times: 3 } as const
      life.emulator.fault(place, { kind: 'status', status: 503 })
      for (const state of ['backingOff', 'backingOff', 'backingOff', 'authorized']) await life.comes(state)
    },
  },
  {
    name: 'revoked-by-the-server',
    connect: tillOf,
    async live(life) {
      await pair(life)
      await pass(30)
      life.emulator.revokeAll('tyro')
      life.connection.send({ type: 'token.rejected', generation: 1 })
      await life.comes('expired')
    },
  },
  {
    name: 'clock-jump',
    connect: tillOf,
    async live(life) {
      const { connection, clock, comes } = life
      connection.send(start)
      await comes('awaitingUser')
      clock.jump(3_600_000)
      await comes('expired')
      await pair(life)
      await pass(30)
      clock.jump(3_600_000)
      const token = connection.accessToken()
      await comes('refreshing')
      await comes('authorized')
      await token
    },
  },
]
