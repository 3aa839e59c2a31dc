import { createActor } from 'xstate'
import { deviceCode } from '../../../machines/device-code.ts'
import {
  consoleReporter,
  createInspector,
  type Observation,
  parseRecording,
  recorder,
} from '../../../src/inspect/index.ts'
import { type Stately, statelyBrowser, statelyWebSocket } from '../../../src/inspect/stately/index.ts'
import { answering, authorized } from '../support/answering.ts'

/** What a page of a host does: a till, whose machine is shown in Stately's inspector. */

let stately: Stately | undefined
let running: { send(event: { type: 'token.revoke' }): void } | undefined
const problems: string[] = []

export function showInFrame(url: string): void {
  stately = statelyBrowser({ url, iframe: addFrame('', 'stately') })
}

export function showInWindow(url: string): void {
  stately = statelyBrowser({ url, onProblem: ({ message }) => problems.push(message) })
}

export function showOverSocket(url: string): void {
  stately = statelyWebSocket({ url })
}

/** Another frame, of whomever. */
export function addFrame(url: string, name: string): HTMLIFrameElement {
  const iframe = document.createElement('iframe')
  iframe.name = name
  if (url) iframe.src = url
  return document.body.appendChild(iframe)
}

/** Starts a till; resolves once it stands in its last state. */
export async function startTill(name: string): Promise<void> {
  const sink = stately?.sink ?? (() => {})
  const machine = answering(deviceCode, { pollToken: authorized, revokeToken: 'never' })
  const till = createActor(machine, { input: { connection: name }, inspect: createInspector(sink) }).start()
  till.send({ type: 'authorization.start' })
  while (till.getSnapshot().value !== 'authorized') await new Promise((resolve) => setTimeout(resolve))
  running = till
}

export function disconnect(): void {
  running?.send({ type: 'token.revoke' })
}

export function close(): void {
  stately?.close()
}

export const problem = () => problems.join()

/** What a reporter and a recorder say of a till in a page. */
export async function recordTill(): Promise<{ printed: string[]; observations: readonly Observation[] }> {
  const [printed, lines]: [string[], string[]] = [[], []]
  const sinks = [consoleReporter((line) => printed.push(line)), recorder((line) => lines.push(line))]
  const till = createActor(answering(deviceCode), { input: { connection: 'till' }, inspect: createInspector(sinks) })
  till.start()
  await new Promise((resolve) => setTimeout(resolve))
  till.stop()
  return { printed, observations: parseRecording(lines.join('\n')).observations }
}
