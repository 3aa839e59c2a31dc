import { describe, expect, it } from 'vitest'
import { createActor, createMachine, type InspectionEvent, setup } from 'xstate'
import { deviceCode } from '../../machines/device-code.ts'
import { strings } from '../support/evidence.ts'
import { answering, waiting } from './support/answering.ts'
import { found, retelling } from './support/retelling.ts'
import { course, liveSecretively, markers, secretive, secretNumber } from './support/secretive.ts'

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Every marker that XState's inspection events lead to, the charts included. */
function overheard() {
  const texts = new Set<string>([JSON.stringify(secretive.config)])
  const inspect = (event: InspectionEvent) => {
    for (const text of strings(event)) texts.add(text)
    const { id, systemId, options } = event.actorRef as {
      id?: string
      systemId?: string
      options?: { input?: unknown }
    }
    texts.add(JSON.stringify([id, systemId, options?.input]))
  }
  return { inspect, text: () => [...texts].join('\n') }
}

describe('of a machine of the host’s that holds secrets everywhere', () => {
  it('XState tells its inspectors each of them', async () => {
    const { inspect, text } = overheard()
    await liveSecretively(inspect)
    const all = text()
    // The tags of a restored machine are read from its chart.
    expect([...markers].filter((marker) => !all.includes(marker))).toEqual(['marker-persisted-tag'])
    expect(markers.size).toBeGreaterThan(50)
  })

  it('no sink is told any, nor a number or a failure of what looks like a flow', async () => {
    const { inspect, texts, observations } = retelling()
    await liveSecretively(inspect)
    const told = observations.filter(({ name }) => name === 'secretive')
    const places = told.map((one) => (one.type === 'stopped' ? 'stopped' : one.type === 'actor' ? one.state : one.to))
    expect(places.filter((place, index) => place !== places[index - 1])).toEqual(course)
    expect(observations.filter(({ type }) => type === 'stopped').map(({ name }) => name)).toContain('child')
    expect(
      found(texts(), [...markers, 'marker', String(secretNumber), 'rate_limited', 'revocation', 'endpoint']),
    ).toEqual([])
  })

  it('no sink is told any by an inspector that comes late', async () => {
    const { inspect, texts, observations } = retelling()
    let late = false
    await liveSecretively((event) => {
      late ||= event.type === '@xstate.microstep' && event.event.type === 'machine.next'
      if (late) inspect(event)
    })
    expect(observations[0]).toMatchObject({ type: 'actor', state: 'talk.inner.one, work.third' })
    expect(found(texts(), ['marker', String(secretNumber), 'rate_limited', 'endpoint'])).toEqual([])
  })

  it('sinks are told the words of its chart', async () => {
    const { inspect, texts, observations } = retelling()
    await liveSecretively(inspect)
    const events = observations.flatMap((one) =>
      one.type === 'transition' && one.name === 'secretive' ? [one.event] : [],
    )
    expect(events).toEqual(
      expect.arrayContaining(['*', 'token.*', 'tell.all', 'machine.stay', 'xstate.done.actor.0.secretive.work.first']),
    )
    expect(Object.entries(texts()).filter(([, text]) => !text.includes('secretive'))).toEqual([])
  })
})

describe('a machine that looks like a flow and is none', () => {
  const secrets = {
    connection: 'marker-connection',
    prompt: { kind: 'device', userCode: 'marker-code', expiresAt: secretNumber },
    nextPollAt: secretNumber,
    failure: { code: 'rate_limited' },
    token: { renewable: true, refreshAt: secretNumber, expiresAt: secretNumber },
  }

  it.each([
    [
      'has the chart of a flow with a context of its own',
      answering(
        createMachine({ ...deviceCode.config, context: secrets } as object, deviceCode.implementations as object),
      ),
    ],
    [
      'has the same name and states',
      setup({}).createMachine({
        id: 'deviceCode',
        context: secrets,
        initial: 'idle',
        states: { idle: { on: { 'authorization.start': 'polling' } }, polling: { entry: () => {} } },
      }),
    ],
  ])('tells neither its context nor its requests where it %s', async (_, machine) => {
    const { inspect, texts, observations } = retelling()
    const actor = createActor(machine, { inspect, input: { connection: 'marker-input' } })
    actor.subscribe({ error: () => {} })
    actor.start()
    actor.send({ type: 'authorization.start', output: { request: { endpoint: 'token', status: secretNumber } } })
    await settled()
    expect(observations[0]).toMatchObject({ name: 'deviceCode', machine: 'deviceCode' })
    const moves = observations.filter((one) => one.type === 'transition')
    expect(moves.length).toBeGreaterThan(0)
    for (const { deadlines, request, failure } of moves)
      expect({ deadlines, request, failure }).toEqual({ deadlines: {} })
    expect(found(texts(), ['marker', String(secretNumber), 'rate_limited', 'endpoint'])).toEqual([])
  })
})

describe('a flow whose actors are a host’s own', () => {
  it('tells nothing of what they answer beside what a flow knows', async () => {
    const { inspect, texts } = retelling()
    const more = {
      ...waiting,
      ...{
        secret: 'marker-secret',
        accessToken: 'marker-token',
        endedBecause: 'marker-because',
        standing: 'awaitingUser',
      },
      failure: {
        code: 'network',
        message: 'marker-message',
        error: 'marker-error',
        description: 'marker',
        uri: 'marker',
        body: 'marker',
      },
      request: { endpoint: 'token', status: 400, body: 'marker-body', url: 'marker-url' },
      token: {
        expiresAt: 1,
        refreshAt: 2,
        renewable: true,
        scope: 'marker-scope',
        type: 'marker-type',
        generation: secretNumber,
      },
    }
    const machine = answering(deviceCode, { requestCode: more, deadline: 'never' })
    const actor = createActor(machine, {
      inspect,
      input: { connection: 'till' },
      id: 'marker-id',
      systemId: 'marker-system',
    })
    actor.start()
    await settled()
    actor.send({ type: 'authorization.start', binding: 'marker-binding' } as never)
    await settled()
    actor.stop()
    expect(found(texts(), ['marker', String(secretNumber), 'example'])).toEqual([])
    expect(found(texts(), ['token 400', '"status":400'])).toHaveLength(4)
  })

  it('tells nothing of what is on the screen to an inspector that comes then', async () => {
    const { inspect, texts, observations } = retelling()
    const actor = createActor(answering(deviceCode, { deadline: 'never' }), { input: { connection: 'till' } }).start()
    await settled()
    actor.send({ type: 'authorization.start' })
    await settled()
    expect(JSON.stringify(actor.getSnapshot().context)).toContain('marker-user-code')
    actor.system.inspect(inspect)
    actor.send({ type: 'authorization.cancel' })
    await settled()
    actor.stop()
    expect(observations[0]).toMatchObject({ type: 'actor', name: 'till', state: 'awaitingUser' })
    expect(observations.at(-1)?.type).toBe('stopped')
    expect(found(texts(), ['marker', 'example'])).toEqual([])
  })

  it('tells nothing of the error where one throws', async () => {
    const { inspect, texts } = retelling()
    const fail = () => Promise.reject(Object.assign(new Error('marker-message'), { data: 'marker-data' }))
    const actor = createActor(answering(deviceCode, { requestCode: fail }), {
      inspect,
      input: { connection: 'till' },
    }).start()
    await settled()
    actor.send({ type: 'authorization.start' })
    await settled()
    expect(found(texts(), ['marker'])).toEqual([])
    expect(found(texts(), ['authorization_failed'])).toHaveLength(4)
  })
})
