import { vi } from 'vitest'
import { createEmulator, type EmulatorOptions } from '../../src/emulator/index.ts'
import {
  type ClientOptions,
  type Connection,
  createClient,
  createEnvironment,
  type FlowActor,
  memoryVault,
  tyro,
  type Vault,
} from '../../src/index.ts'
import { sameTest } from './same-test.ts'

// The real one, taken before timers are faked.
const { setImmediate } = globalThis

/** Lets promises and streams come to rest without any time passing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** Lets fake time pass second by second, so that what an instant sets off can set the next one. */
export async function pass(seconds: number): Promise<void> {
  const check = sameTest()
  for (let second = 0; second < seconds; second++) {
    check()
    await vi.advanceTimersByTimeAsync(1000)
    await settle()
  }
}

/** A till at Tyro, in memory and in fake time, whose requests can be held back. */
export function tillOnStage(emulatorOptions: EmulatorOptions = {}, vault: Vault = memoryVault()) {
  const emulator = createEmulator(emulatorOptions)
  const gates: { readonly grant: string; readonly open: Promise<void> }[] = []

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const form = await request.clone().text()
    const gate = gates.findIndex(({ grant }) => form.includes(grant) || request.url.endsWith(grant))
    // The server acts at once; its answer is what is held back.
    const answer = await emulator.fetch(request)
    if (gate >= 0) await gates.splice(gate, 1)[0]?.open
    return answer
  }

  /** Holds back the answer to the next request of this grant, or at this path, until it is called. */
  function hold(grant: string): () => void {
    let release = () => {}
    gates.push({ grant, open: new Promise((resolve) => (release = resolve)) })
    return () => release()
  }

  const environment = createEnvironment({ fetch, random: () => 0.5 })
  const newClient = (options: ClientOptions = {}) =>
    createClient(tyro, { clientId: 'pos' }, { environment, vault, ...options })

  /** The requests that carried this grant, or went to this path. */
  const requests = (grant: string) =>
    emulator.journal.filter(({ form, url }) => form.get('grant_type') === grant || url.endsWith(grant))

  /** Connects, and approves the first code at once. */
  async function authorize(till: Connection<FlowActor>): Promise<void> {
    till.send({ type: 'authorization.start' })
    await settle()
    const { prompt } = till.actor.getSnapshot().context
    if (prompt?.kind === 'device') emulator.approve(prompt.userCode)
    await pass(6)
  }

  return { emulator, environment, vault, newClient, hold, requests, authorize }
}

export const stateOf = (connection: Connection<FlowActor>) => connection.actor.getSnapshot().value

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
