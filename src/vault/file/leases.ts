import { randomUUID } from 'node:crypto'
import type { Lease } from '../vault.ts'
import type { Latest, Numbered } from './numbered.ts'
import { isAlive, now, type Owner, self } from './owner.ts'

/** What a lease file says. It holds no secret. */
interface Held {
  readonly owner: Owner
  /** Tells the leases of one process apart. */
  readonly nonce: string
  /** When it ends, in milliseconds since the machine started. */
  readonly until: number
  /** How long it lasts without being renewed, in milliseconds. */
  readonly duration: number
}

/** A lease cannot end later than its duration from now, but for rounding; one that does is of another start of the machine. */
const ROUNDING = 10

const RELEASED = JSON.stringify({ released: true })

/** Whether somebody holds the lease. */
export async function isHeld(leases: Numbered): Promise<boolean> {
  return await isLive(await leases.latest())
}

/** Takes the lease; resolves with `undefined` while somebody holds it, or where another was faster. */
export async function take(leases: Numbered, duration: number): Promise<Lease | undefined> {
  const latest = await leases.latest()
  if (await isLive(latest)) return undefined
  const owner = await self()
  const nonce = randomUUID()
  const text = () => JSON.stringify({ owner, nonce, until: now() + duration, duration } satisfies Held)
  const first = (latest?.number ?? 0) + 1
  return (await leases.append(first, text())) ? hold(leases, first, nonce, text) : undefined
}

/** A lease in hand. Renewing and releasing wait for one another, so that a late renewal does not stand in a release's way. */
function hold(leases: Numbered, first: number, nonce: string, text: () => string): Lease {
  let number = first
  let held = true
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn
  }

  /** Puts a next file in place of our own, and of no other: the numbers start anew where somebody removed the folder. */
  async function replace(next: string): Promise<boolean> {
    const latest = await leases.latest()
    held &&= latest?.number === number && parse(latest.text)?.nonce === nonce
    held &&= await leases.append(number + 1, next)
    if (held) number++
    return held
  }

  return {
    renew: () => inTurn(async () => held && (await replace(text()))),
    release: () =>
      inTurn(async () => {
        if (held) await replace(RELEASED)
        held = false
      }),
  }
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

/** What a lease file says; `undefined` for one that is released, or torn by a power cut, which its owner has not survived. */
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
