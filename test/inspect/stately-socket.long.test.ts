import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type AnyStateMachine, createActor, createMachine } from 'xstate'
import { deviceCode } from '../../machines/device-code.ts'
import { createInspector } from '../../src/inspect/index.ts'
import { statelyWebSocket } from '../../src/inspect/stately/index.ts'
import { arrowsOf } from '../support/charts.ts'
import { freePort } from '../support/free-port.ts'
import { startProgram } from '../support/viewer/programs.ts'
import { answering, authorized } from './support/answering.ts'
import { eventually, receive, startRelay } from './support/relay.ts'

/** A till, and somebody at it. */
function startTill(inspect: ReturnType<typeof createInspector>, name = 'till-3') {
  const machine = answering(deviceCode, { pollToken: authorized, revokeToken: 'never' })
  return createActor(machine, { input: { connection: name }, inspect }).start()
}

const arrowNames = (chart: AnyStateMachine) =>
  arrowsOf(chart)
    .map(({ name, to }) => `${name} → ${to}`)
    .sort()

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('Stately over a WebSocket', () => {
  it('shows its own receiver the chart, and each state that becomes active', async () => {
    await using relay = await startRelay()
    const messages = receive(relay)
    await eventually(() => relay.talks() === 1)
    const stately = statelyWebSocket({ url: relay.url })
    const inspect = createInspector(stately.sink)
    // The relay knows of a socket before the socket knows that it is open: until then nothing but the present is told.
    createActor(createMachine({ id: 'lamp' }), { inspect }).start()
    await eventually(() => messages.length > 0)
    const till = startTill(inspect)
    till.send({ type: 'authorization.start' })
    await eventually(() => till.getSnapshot().value === 'authorized')
    till.stop()
    await eventually(() => messages.some((one) => one.type === '@xstate.snapshot' && one.snapshot.status === 'stopped'))
    const actors = messages.filter((one) => one.type === '@xstate.actor')
    const actor = actors.find(({ name }) => name === 'till-3')
    const drawn = createMachine(JSON.parse(actor?.definition ?? '{}'))
    expect(arrowNames(drawn)).toEqual(arrowNames(deviceCode))
    const values = messages.flatMap((one) =>
      one.type === '@xstate.snapshot' && one.sessionId === actor?.sessionId ? [Reflect.get(one.snapshot, 'value')] : [],
    )
    expect(values.filter((value, index) => value !== values[index - 1])).toEqual([
      ...['recalling', 'requestingCode', 'awaitingUser', 'polling', 'authorized'],
    ])
    expect(relay.heard.join('\n')).not.toContain('marker')
    stately.close()
  })

  it('tells who comes late where each running machine is, and nothing twice', async () => {
    const port = await freePort()
    const stately = statelyWebSocket({ url: `ws://127.0.0.1:${port}` })
    const inspect = createInspector(stately.sink)
    const till = startTill(inspect)
    till.send({ type: 'authorization.start' })
    startTill(inspect, 'gone').stop()
    await eventually(() => till.getSnapshot().value === 'authorized')
    await using later = await startRelay(port)
    await eventually(() => later.heard.length >= 2)
    await pause(50)
    const heard = later.heard.map((text) => JSON.parse(text))
    expect(heard).toMatchObject([
      { type: '@xstate.actor', name: 'till-3', snapshot: { value: 'authorized' } },
      { type: '@xstate.snapshot', snapshot: { value: 'authorized' } },
    ])
    later.hangUp()
    await eventually(() => later.talks() === 2)
    await eventually(() => later.heard.length >= 4)
    till.send({ type: 'token.revoke' })
    await eventually(() => later.heard.length >= 6)
    expect(later.heard.slice(2).map((text) => JSON.parse(text).type)).toEqual([
      ...['@xstate.actor', '@xstate.snapshot', '@xstate.event', '@xstate.snapshot'],
    ])
    stately.close()
  })

  it('calls nobody once it is closed, whatever it was doing', async () => {
    const port = await freePort()
    const url = `ws://127.0.0.1:${port}`
    const betweenCalls = statelyWebSocket({ url })
    await pause(200)
    betweenCalls.close()
    await using later = await startRelay(port)
    const whileOpen = statelyWebSocket({ url })
    createActor(createMachine({ id: 'lamp' }), { inspect: createInspector(whileOpen.sink) }).start()
    await eventually(() => later.heard.length > 0)
    whileOpen.close()
    await eventually(() => later.present() === 0)
    // Longer than the first pause.
    await pause(1_500)
    expect(later.calls()).toBe(1)
  })

  it('stays with nobody where it is closed before anybody has answered', async () => {
    await using relay = await startRelay()
    statelyWebSocket({ url: relay.url }).close()
    await pause(300)
    expect(relay.present()).toBe(0)
  })

  it('says nothing to somebody who has not answered yet', async () => {
    const silent = createServer((socket) => void socket.on('error', () => {}))
    const sockets: { destroy(): void }[] = []
    silent.on('connection', (socket) => sockets.push(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const stately = statelyWebSocket({ url: `ws://127.0.0.1:${typeof address === 'object' && address?.port}` })
    await eventually(() => sockets.length === 1)
    const problems: unknown[] = []
    startTill(createInspector(stately.sink, { onProblem: (error) => problems.push(error) })).stop()
    expect(problems).toEqual([])
    stately.close()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => silent.close(resolve))
  })
})

describe('a program that shows its machines in Stately', () => {
  const program = fileURLToPath(new URL('support/stately-program.ts', import.meta.url))
  const nobody = 'ws://127.0.0.1:1'

  it('ends by itself while somebody listens, and has told what it did', async () => {
    await using relay = await startRelay()
    const { ended, out, err } = startProgram(program, [relay.url, '5000'])
    expect(await ended()).toEqual({ code: 0 })
    const heard = relay.heard.map((text) => JSON.parse(text))
    expect(heard[0]).toMatchObject({ type: '@xstate.actor', name: 'lamp', definition: '{"id":"lamp"}' })
    expect(heard.map(({ snapshot }) => snapshot?.value)).toContain('off')
    expect(out() + err()).toMatch(/^\d+\n$/)
  })

  it.each([
    ['where nobody listens', ['1500']],
    ['where it was closed while it called', ['0', 'close at once']],
    ['where it was closed between two calls', ['500', 'close']],
  ])('ends by itself %s, and says nothing', async (_, args) => {
    const { ended, out, err } = startProgram(program, [nobody, ...args])
    expect(await ended()).toEqual({ code: 0 })
    expect(out() + err()).toMatch(/^\d+\n$/)
    // As long as it lives, Stately's own adapter calls again every five seconds.
    expect(Number(out())).toBeLessThan(4_000)
  })

  it('ends soon after it was closed while somebody listens', async () => {
    await using relay = await startRelay()
    const { ended, out } = startProgram(program, [relay.url, '3000', 'close'])
    expect(await ended()).toEqual({ code: 0 })
    // A socket that is not answered waits for half a minute.
    expect(Number(out())).toBeLessThan(10_000)
    expect(relay.heard.at(-1)).toContain('"value":"on"')
  })
})
