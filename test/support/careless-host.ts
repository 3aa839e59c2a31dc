import type { InspectionEvent } from 'xstate'
import type { Client, ClientOptions, Connection, ConnectionEvent, Grant, Vault } from '../../src/index.ts'
import type { Evidence } from './evidence.ts'

/** Only what a host needs to look at: every actor of this package has it. */
interface Persistable {
  getPersistedSnapshot?: () => unknown
}

/** Where secrets of each kind are alive: a code, a token, and what is left when they are gone. */
const sights: readonly unknown[] = ['recalling', 'awaitingUser', 'authorized', 'revoked']

/**
 * Watches a connection as the most careless host would: keeps every snapshot, event, failure and error. What a debugger
 * shows of whole machines has megabytes, so it is kept once for each telling state or, unless `thorough`, in less depth and once for
 * each failure.
 */
export function watchCarelessly(
  connection: Connection,
  client: Client<Grant>,
  evidence: Evidence,
  { thorough }: { thorough: boolean },
): void {
  const { actor } = connection
  const looked = new Set<unknown>()
  const look = () => {
    const snapshot = actor.getSnapshot()
    const { failure } = snapshot.context
    evidence.noteStrings('snapshot', snapshot)
    evidence.noteSerialised('snapshot', snapshot)
    evidence.note('context', snapshot.context)
    evidence.note('persisted snapshot', (actor as Persistable).getPersistedSnapshot?.())
    evidence.note('cloned context', structuredClone(snapshot.context))
    evidence.noteStrings('failure', failure)
    const worthwhile = thorough ? sights.includes(snapshot.value) : failure !== undefined
    const sight = thorough ? snapshot.value : failure?.code
    if (!worthwhile || looked.has(sight)) return
    looked.add(sight)
    const depth = thorough ? 9 : 4
    evidence.note('snapshot', { ...snapshot, machine: 'see client' }, depth)
    evidence.note('connection', connection, depth)
    if (looked.size === 1 || failure) evidence.note('client', client, depth)
  }
  look()
  actor.subscribe({ next: look })
  for (const type of ['prompt.changed', 'token.changed', 'ended'] as const)
    connection.on(type, (event) => {
      evidence.note('emitted event', event)
      if (event.type === 'ended') evidence.noteStrings('failure', event)
    })
  connection.on('transition', (event) => evidence.note('transition', event))
}

/** An `inspect` option that sanitises nothing. */
export function inspectInto(evidence: Evidence): NonNullable<ClientOptions['inspect']> {
  return (event: InspectionEvent) => evidence.noteStrings('inspection event', event)
}

/** Asks for a token, and keeps the error where there is none. Hands the token to nobody else. */
export async function askInto(evidence: Evidence, question: () => Promise<unknown>): Promise<void> {
  await question().catch((error: unknown) => noteError(evidence, error))
}

export function noteError(evidence: Evidence, error: unknown): void {
  evidence.note('error', error)
  evidence.noteStrings('failure', error)
}

/** Sends, and keeps the refusal. */
export function sendInto(evidence: Evidence, connection: Connection, event: ConnectionEvent): void {
  evidence.noteStrings('failure', connection.send(event))
}

/** The methods of a vault that can fail. */
export const vaultSteps = ['read', 'write', 'erase', 'find', 'list', 'lease', 'isLeased'] as const
export type VaultStep = (typeof vaultSteps)[number]

/** A vault that tells what it was given: all that it stores, and, at the nth call of one method, in what it throws. */
export function indiscreetVault(vault: Vault, breaks?: { step: VaultStep; at: number }) {
  const records: unknown[] = []
  let calls = 0
  const trip = async (step: VaultStep, name: string): Promise<void> => {
    if (step !== breaks?.step || ++calls !== breaks.at) return
    const record = (await vault.read(name))?.record ?? records.at(-1)
    throw new Error(`cannot ${step} ${JSON.stringify(record)}`, { cause: record })
  }
  const indiscreet: Vault = {
    async read(name) {
      await trip('read', name)
      return vault.read(name)
    },
    async write(name, record, revision) {
      records.push(structuredClone(record))
      await trip('write', name)
      return vault.write(name, record, revision)
    },
    async erase(name, revision) {
      await trip('erase', name)
      return vault.erase(name, revision)
    },
    async find(state) {
      await trip('find', state)
      return vault.find(state)
    },
    async list() {
      await trip('list', '')
      return vault.list()
    },
    async lease(name, duration) {
      await trip('lease', name)
      return vault.lease(name, duration)
    },
    async isLeased(name) {
      await trip('isLeased', name)
      return vault.isLeased(name)
    },
  }
  return { vault: indiscreet, records }
}
