import { randomUUID } from 'node:crypto'
import type { Lease } from '../vault.ts'
import { overwrite } from './files.ts'
import type { Latest, Numbered } from './numbered.ts'
import { isAlive, now, type Owner, self } from './owner.ts'

/** What a lease file says. It holds no secret. */
interface Held {
  readonly owner: Owner
  /** Tells the leases of one process apart. */
  readonly nonce: string
  /** When it ends, in milliseconds since the machine started; 0: it was released. */
  readonly until: number
  /** How long it lasts without being renewed, in milliseconds. */
  readonly duration: number
}

/** A lease cannot end later than its duration from now, but for rounding; one that does is of another start of the machine. */
const ROUNDING = 10

/** Whether somebody holds the lease. */
export async function isHeld(leases: Numbered): Promise<boolean> {
  return (await look(leases)).held
}

/** Takes the lease; resolves with `undefined` while somebody holds it, or where another was faster. */
export async function take(leases: Numbered, duration: number): Promise<Lease | undefined> {
  const { number, held } = await look(leases)
  if (held) return undefined
  const owner = await self()
  const nonce = randomUUID()
  const text = (until: number) => textOf({ until, duration, nonce, owner })
  const lease = hold(leases, nonce, () => text(now() + duration), text(0))
  return (await leases.append(number + 1, text(now() + duration))) ? lease : undefined
}

/** Always as long: a lease is written over in its place, which needs no room on the disk. */
function textOf({ until, ...rest }: Held): string {
  return `{"until":${String(Math.ceil(until)).padStart(15)},${JSON.stringify(rest).slice(1)}`
}

/** The last number, and whether somebody holds the lease. Of two looks, one may meet an owner who is just writing. */
async function look(leases: Numbered): Promise<{ number: number; held: boolean }> {
  const first = await leases.latest()
  if (await isLive(first)) return { number: first?.number ?? 0, held: true }
  const second = first && (await leases.latest())
  return { number: second?.number ?? 0, held: await isLive(second) }
}

/** A lease in hand. Renewing and releasing wait for one another, so that a late renewal does not stand in a release's way. */
function hold(leases: Numbered, nonce: string, prolonged: () => string, over: string): Lease {
  let released = false
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn
  }

  const isOurs = (text: string) => parse(text)?.nonce === nonce

  /** The number of our own file, while that counts. By what stands in it: somebody may remove the folder, and numbers begin anew. */
  async function ours(): Promise<number | undefined> {
    const latest = await leases.latest()
    return latest && isOurs(latest.text) ? latest.number : undefined
  }

  /**
   * Prolongs first, and takes the next number then: whoever saw our file end and would take that number too is too late,
   * or was faster, and then his file counts. A full disk does not matter, nor does dying in between.
   */
  async function renew(): Promise<boolean> {
    const number = released ? undefined : await ours()
    if (number === undefined) return false
    await overwrite(leases.target(number), prolonged(), isOurs)
    await leases.repeat(number)
    return (await ours()) !== undefined
  }

  /** Writes into our own file: where another counts by now, nobody reads it. */
  async function release(): Promise<void> {
    released = true
    const number = await ours()
    if (number !== undefined) await overwrite(leases.target(number), over, isOurs)
  }

  return { renew: () => inTurn(renew), release: () => inTurn(release) }
}

async function isLive(latest: Latest | undefined): Promise<boolean> {
  const held = latest && parse(latest.text)
  if (!held) return false
  const { boot, namespace } = await self()
  const left = held.until - now()
  if (held.owner.boot !== boot || left <= 0 || left > held.duration + ROUNDING) return false
  // The processes of another container cannot be seen from here; its leases end by time alone.
  return held.owner.namespace !== namespace || (await isAlive(held.owner))
}

/** What a lease file says; `undefined` for one that was torn by a power cut, which its owner has not survived. */
function parse(text: string): Held | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isHeldBy(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isHeldBy(value: unknown): value is Held {
  return (
    isObject(value) &&
    has(value, 'until', 'number') &&
    has(value, 'duration', 'number') &&
    has(value, 'nonce', 'string') &&
    'owner' in value &&
    isObject(value.owner) &&
    has(value.owner, 'boot', 'string') &&
    has(value.owner, 'namespace', 'string') &&
    has(value.owner, 'pid', 'number') &&
    has(value.owner, 'start', 'string')
  )
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const has = (value: object, name: string, type: 'string' | 'number') => typeof Reflect.get(value, name) === type
