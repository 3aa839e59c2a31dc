import { env } from 'node:process'
import type { InspectionEvent } from 'xstate'
import { type Client, createClient } from '../client.ts'
import type { Connection } from '../connection.ts'
import { createEnvironment } from '../environment.ts'
import type { FlowSnapshot } from '../flow-actor.ts'
import type { Grant, Provider } from '../providers/provider.ts'
import type { Transition } from '../transitions.ts'
import { until as untilFound } from '../waiting.ts'
import { CLIENT_SECRET } from './client-secret.ts'
import type { Home } from './home.ts'
import { type Named, named, nameFor, type SessionOptions } from './named.ts'
import { CLIENT_ID, type Ready, registrationFor } from './registration-options.ts'
import { type Remembered, rememberedIn } from './remembered.ts'
import { createRequests } from './requests.ts'
import type { Terminal } from './terminal.ts'

export type { SessionOptions } from './named.ts'

/** One connection, as far as it is known before anything runs. */
export interface Prepared extends Named, Ready {
  /** Its endpoints are those of the sandbox, where that is meant. */
  readonly provider: Provider
  /** Remembers how it was made. */
  remember(withSecret?: boolean): Promise<void>
}

/** A connection that runs. */
export interface Session extends AsyncDisposable {
  readonly client: Client<Grant>
  readonly connection: Connection
}

/** Finds out what is meant, and asks for what is missing. Throws {@link WrongUse}. */
export async function prepare(argument: string, options: SessionOptions, terminal: Terminal): Promise<Prepared> {
  return await prepareNamed(await nameFor(argument, options), options, terminal)
}

/** The same, where it is known what is meant. */
export async function prepareNamed(one: Named, options: SessionOptions, terminal: Terminal): Promise<Prepared> {
  const { known, provider, home } = one
  const like = known ?? (await likely(rememberedIn(home.folder).all(), provider.id))
  return prepared(one, await registrationFor(provider, withEnvironment(options), like, home, terminal))
}

/**
 * A connection that is remembered. The environment speaks of one that is named: of all others it is asked for no more than
 * a secret that is not remembered.
 *
 * @param typed what was said of this connection and of others
 */
export async function prepareKnown(
  known: Remembered,
  typed: Omit<SessionOptions, 'connection'>,
  home: Home,
  terminal: Terminal,
): Promise<Prepared> {
  const { provider, connection } = known
  const clientSecret = known.secret ? undefined : env[CLIENT_SECRET]
  const options = { ...typed, connection, ...(clientSecret && { clientSecret }) }
  const ready = await registrationFor(provider, options, known, home, terminal)
  return prepared(named(provider, known, options, home), ready)
}

function prepared(one: Named, ready: Ready): Prepared {
  return { ...one, ...ready, remember: async (withSecret = true) => one.keep(await ready.remembering(withSecret)) }
}

/** What was typed goes before what is in the environment, and that before what is remembered. */
function withEnvironment(options: SessionOptions): SessionOptions {
  const clientId = options.clientId ?? env[CLIENT_ID]
  const clientSecret = env[CLIENT_SECRET]
  return { ...options, ...(clientId && { clientId }), ...(clientSecret && { clientSecret }) }
}

/** Another connection of a provider has mostly the same registration; where they differ, somebody has to say which. */
async function likely(all: Promise<readonly Remembered[]>, id: string): Promise<Remembered | undefined> {
  const others = (await all).filter(({ provider }) => provider.id === id)
  const [first] = others
  const isSame = others.every(({ clientId, sandbox }) => clientId === first?.clientId && sandbox === first.sandbox)
  return isSame ? first : undefined
}

/** Runs a connection. Throws `OAuthError` `invalid_configuration` or `insecure_endpoint`. */
export function open(
  { provider, registration, home, place }: Prepared,
  terminal: Terminal,
  settings: { redirectUri?: string; inspect?: (event: InspectionEvent) => void } = {},
): Session {
  const { redirectUri, inspect } = settings
  const used = redirectUri === undefined ? registration : { ...registration, redirectUri }
  const requests = createRequests()
  const environment = createEnvironment({ fetch: requests.fetch })
  const options = { vault: home.vault, environment, allowLoopbackHttp: true, ...(inspect && { inspect }) }
  const client: Client<Grant> = createClient(provider, used, options)
  const connection: Connection = client.connect(place)
  if (terminal.isVerbose) connection.on('transition', (transition) => terminal.note(remarkOn(place, transition)))
  return { client, connection, [Symbol.asyncDispose]: () => requests.stop(connection, terminal) }
}

function remarkOn(place: string, { from, to, event, endpoint, status }: Transition): string {
  const asked = endpoint ? ` · ${endpoint} ${status ?? 'without an answer'}` : ''
  return `${place}  ${from} → ${to}  ${event}${asked}`
}

/** Resolves with the first thing that is found in a snapshot, now or later. Rejects with the signal's reason, or what is thrown. */
export function until<T>(
  { actor }: Connection,
  look: (snapshot: FlowSnapshot) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  const find = () => {
    const found = look(actor.getSnapshot())
    return found === undefined ? undefined : { give: found }
  }
  return untilFound(find, (changed) => actor.subscribe({ next: changed }).unsubscribe, signal)
}

/** The first snapshot after the vault has been read. */
export function recalled({ connection }: Session, signal: AbortSignal): Promise<FlowSnapshot> {
  return until(connection, (snapshot) => (snapshot.value === 'recalling' ? undefined : snapshot), signal)
}

/** What a snapshot of a flow is called. */
export function stateOf({ value }: FlowSnapshot): string {
  return typeof value === 'string' ? value : ''
}

const resting = ['idle', 'revoked', 'expired', 'failed']

/** Whether nothing goes on without somebody who asks for it. */
export function isAtRest(snapshot: FlowSnapshot): boolean {
  return resting.includes(stateOf(snapshot))
}
