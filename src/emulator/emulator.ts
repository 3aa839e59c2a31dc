/// <reference lib="esnext.disposable" preserve="true" />
import type { Provider } from '../providers/provider.ts'
import { createApp, serverAt } from './app.ts'
import { createFaults, type FaultPlace } from './faults.ts'
import type { Fault } from './faulty-answer.ts'
import type { JournalEntry, OpenEntry } from './journal.ts'
import { type Answer, createMemoryFetch } from './memory.ts'
import { createMypos, type MyposOptions } from './mypos.ts'
import { relocate } from './relocate.ts'
import type { Server, World } from './server.ts'
import type { Listening } from './socket.ts'
import { createSumupPosPro, type SumupPosProOptions } from './sumup-pos-pro.ts'
import { createTyro, type TyroOptions } from './tyro.ts'

export interface EmulatorOptions {
  /** The servers' clock, in Unix milliseconds. @default Date.now */
  now?: () => number
  tyro?: TyroOptions
  sumupPosPro?: SumupPosProOptions
  /** Of production and of the sandbox, which share no token. */
  mypos?: MyposOptions
}

/** Tyro Connect, SumUp POS Pro and myPOS for tests and trials: nothing of it is real, and every answer says so. */
export interface Emulator extends AsyncDisposable {
  /**
   * The servers in memory: give it to a client as its fetch. Takes the providers' real URLs, and the emulated ones of
   * {@link Emulator.provider}. Rejects with `TypeError: fetch failed` for any other host.
   */
  readonly fetch: typeof globalThis.fetch
  /** Every request so far, the oldest first. */
  readonly journal: readonly JournalEntry[]
  /**
   * Opens a port on 127.0.0.1 (0, the default, is any free one) and resolves with the origin, for instance
   * `http://127.0.0.1:40123`. Rejects when it listens already, when the port is taken and under NODE_ENV=production.
   */
  listen(port?: number): Promise<string>
  /** Closes the port, open connections included, and ends whatever hangs. What was issued is still known. */
  close(): Promise<void>
  /**
   * A copy of a provider whose endpoints, sandbox and issuer are the emulator's. Throws when it does not listen, and
   * for a provider whose id is none of the three.
   */
  provider<P extends Provider>(provider: P): P
  /** Approves at Tyro, as the merchant does on the page. Throws for a code that is unknown, used or expired. */
  approve(userCode: string): void
  /** Refuses at Tyro. Throws like {@link Emulator.approve}. */
  deny(userCode: string): void
  /**
   * What the merchant's browser does with an authorization URL: opens it, logs in, allows (with `deny`: refuses).
   * Resolves with the URL that it is sent back to, with `code` and `state` or with `error`. Rejects when the page
   * refuses to send anybody anywhere, as for an unknown client.
   */
  login(url: string | URL, options?: { deny?: boolean }): Promise<string>
  /** Whether an API of this provider (by id) would take the access token: issued, not expired and not revoked. */
  accepts(provider: string, accessToken: string): boolean
  /** Ends all that a provider (by id) has issued, as its administrator would. Tyro's access tokens outlive it. */
  revokeAll(provider: string): void
  /** Scripts a fault for the next requests at an endpoint. Several for one place are played in the order given. */
  fault(where: FaultPlace, fault: Fault): void
  /** Forgets the faults not yet played. */
  clearFaults(): void
}

/**
 * Makes an emulator, in memory until it listens.
 *
 * @throws Error under NODE_ENV=production, and for an option that is unknown, of another type or below zero
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  refuseProduction()
  checkNames(options)
  let listening: Promise<Listening> | undefined
  let origin: string | undefined
  const world: World = { now: options.now ?? (() => Date.now()), origin: () => origin }
  const tyro = createTyro(options.tyro, world)
  const mypos = (['production', 'sandbox'] as const).map((kind) => createMypos(kind, options.mypos, world))
  const servers = [tyro, createSumupPosPro(options.sumupPosPro, world), ...mypos]
  const journal: OpenEntry[] = []
  const faults = createFaults()
  const app = createApp({ servers, now: world.now, journal, faults })
  const answer: Answer = async (request, signal) => app.fetch(request, { signal })
  const fetch = createMemoryFetch(answer, (url) => url.hostname === '127.0.0.1' || serverAt(servers, url) !== undefined)

  async function listen(port = 0): Promise<string> {
    refuseProduction()
    if (listening) throw new Error('The emulator listens already: close() it first.')
    // Imported here, so that all else runs wherever there is a web-standard Request.
    listening = import('./socket.ts').then(({ listenOn }) => listenOn(port, answer))
    try {
      origin = (await listening).origin
    } catch (error) {
      listening = undefined
      throw error
    }
    return origin
  }

  async function close(): Promise<void> {
    faults.release()
    const open = await listening?.catch(() => undefined)
    await open?.close()
    listening = undefined
    origin = undefined
  }

  function provider<P extends Provider>(original: P): P {
    if (origin === undefined) throw new Error('The emulator has no address yet: await listen() before provider().')
    serverNamed(servers, original.id)
    return relocate(original, `${origin}/${original.id}`)
  }

  function fault(where: FaultPlace, what: Fault): void {
    serverNamed(servers, where.provider)
    faults.add(where, what)
  }

  return {
    fetch,
    journal,
    listen,
    close,
    [Symbol.asyncDispose]: close,
    provider,
    approve: (userCode) => tyro.decide(userCode, 'approve'),
    deny: (userCode) => tyro.decide(userCode, 'deny'),
    login: (url, { deny = false } = {}) => logIn(fetch, url, deny ? 'deny' : 'approve'),
    accepts: (name, accessToken) => serverNamed(servers, name).tokens.accepts(accessToken),
    revokeAll: (name) => serverNamed(servers, name).tokens.revokeAll(),
    fault,
    clearFaults: faults.clear,
  }
}

function refuseProduction(): void {
  if (typeof process !== 'undefined' && process.env.NODE_ENV === 'production') {
    throw new Error('The emulator does not run under NODE_ENV=production: it gives tokens to anybody.')
  }
}

function serverNamed(servers: readonly Server[], name: string): Server {
  const server = servers.find((candidate) => candidate.name === name)
  if (server) return server
  throw new Error(`The emulator knows ${servers.map((known) => known.name).join(', ')}, but not "${name}".`)
}

/** Opens the page and presses its button, by the same requests as a browser. */
async function logIn(fetch: Emulator['fetch'], url: string | URL, decision: string): Promise<string> {
  const opened = await fetch(url, { redirect: 'manual' })
  const body = new URLSearchParams({ decision })
  const answer = opened.ok ? await fetch(url, { method: 'POST', body, redirect: 'manual' }) : opened
  const location = answer.headers.get('location')
  if (location !== null) return location
  const text = await answer.text()
  const problem = /<p role="alert">(.*)<\/p>/.exec(text)?.[1] ?? text
  throw new Error(`The login page answers with status ${answer.status}: ${problem}`)
}

/** A name that is misspelt would change nothing, and a test of it would prove nothing. */
function checkNames(options: EmulatorOptions): void {
  const known = ['now', 'tyro', 'sumupPosPro', 'mypos']
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown) throw new Error(`The emulator's option ${unknown} is unknown.`)
}
