import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultPlace } from '../../../src/emulator/faults.ts'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../../src/emulator/index.ts'
import type { JournalEntry } from '../../../src/emulator/journal.ts'
import { bear, type Mortal } from './mortal.ts'
import { IMPATIENT, type KillPoint } from './plan.ts'
import { createClient, createEnvironment, fileVault, type Provider, type Registration, rawKey } from './product.ts'

/** Where compiled code is kept, so that a process is quick to start. */
const cache = join(tmpdir(), `mortal-cache-${process.pid}`)

export const removeCache = () => rm(cache, { recursive: true, force: true })

/** Which requests a row counts. */
export type Counted = Pick<FaultPlace, 'endpoint' | 'grantType'>

export interface Application {
  readonly provider: Provider
  readonly registration: Registration
}

/** A server on a socket, a vault in a folder, and one application: what outlives a process. */
export interface Stage {
  readonly emulator: Emulator
  /** Starts a process. */
  readonly bear: (point?: KillPoint) => Mortal
  /** A client in this process whose clock is behind, so that what it leaves in the vault is due by now. */
  readonly earlier: (milliseconds: number) => ReturnType<typeof client>
  /** From now on, requests count. */
  readonly begin: () => void
  readonly requests: (counted: Counted) => readonly JournalEntry[]
  /** Puts the name of the provider to where a fault is to happen. */
  readonly fault: (where: Counted, what: Parameters<Emulator['fault']>[1]) => void
  /** Waits until the server holds a request. */
  readonly hangs: () => Promise<void>
  /** What browsers and other integrations remember. */
  readonly notes: { callback?: string; session?: string }
  readonly close: () => Promise<void>
}

function client({ provider, registration }: Application, directory: string, key: Buffer, behind: number) {
  const environment = createEnvironment({ now: () => Date.now() - behind, random: () => 0 })
  const vault = fileVault(directory, { key: rawKey(key) })
  return createClient(provider, registration, { environment, vault, allowLoopbackHttp: true })
}

export async function setStage(application: Application, options: EmulatorOptions = {}): Promise<Stage> {
  const emulator = createEmulator(options)
  await emulator.listen()
  const folder = await mkdtemp(join(tmpdir(), 'mortal-'))
  const directory = join(folder, 'vault')
  const key = randomBytes(32)
  const here = { ...application, provider: emulator.provider(application.provider) }
  let begun = 0
  return {
    emulator,
    bear: (point) => bear({ ...here, directory, key: key.toString('hex'), ...(point && { point }) }, cache),
    earlier: (milliseconds) => client(here, directory, key, milliseconds),
    begin: () => {
      begun = emulator.journal.length
    },
    requests: (counted) => emulator.journal.slice(begun).filter((entry) => isCounted(entry, counted)),
    fault: (where, what) => emulator.fault({ provider: here.provider.id, ...where }, what),
    hangs: () => hangs(emulator),
    notes: {},
    close: async () => {
      await emulator.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function isCounted({ endpoint, form, headers }: JournalEntry, counted: Counted): boolean {
  const isKind = endpoint === counted.endpoint && (form.get('grant_type') ?? undefined) === counted.grantType
  return isKind && !headers.has(IMPATIENT)
}

async function hangs({ journal }: Emulator): Promise<void> {
  for (let look = 0; look < 4_000; look++) {
    if (journal.some(({ fault }) => fault?.kind === 'hang')) return
    await sleep(5)
  }
  throw new Error('The request never reached the server.')
}
