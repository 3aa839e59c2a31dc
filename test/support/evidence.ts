import { inspect } from 'node:util'
import { vi } from 'vitest'

/** Where a marker was found. */
export interface Leak {
  readonly where: string
  readonly marker: string
  /** The text around it. */
  readonly around: string
}

/** What a careless host could print, store or send on: kept as text, and searched once the secrets are known. */
export function createEvidence() {
  const places = new Map<string, Set<string>>()

  function add(where: string, text: string): void {
    const texts = places.get(where) ?? new Set()
    places.set(where, texts.add(text))
  }

  /** Keeps a value as a debugger, a logger and a serialiser would show it, and every string that can be reached in it. */
  function note(where: string, value: unknown, depth = 9): void {
    add(where, inspect(value, { depth, showHidden: true, maxStringLength: null, maxArrayLength: null }))
    noteStrings(where, value)
    noteSerialised(where, value)
  }

  function noteSerialised(where: string, value: unknown): void {
    add(where, serialised(value))
  }

  /** Like {@link note}, without the views that walk into machines and actors. */
  function noteStrings(where: string, value: unknown): void {
    for (const text of strings(value)) add(where, text)
  }

  function leaks(markers: Iterable<string>): Leak[] {
    const wanted = [...new Set(markers)]
    const short = wanted.find((marker) => marker.length < 4)
    if (short !== undefined) throw new Error(`"${short}" is too short to be looked for`)
    return [...places].flatMap(([where, texts]) => {
      const all = [...texts].join('\n')
      return wanted.flatMap((marker) => {
        const at = all.indexOf(marker)
        return at < 0 ? [] : [{ where, marker, around: all.slice(Math.max(at - 60, 0), at + marker.length + 20) }]
      })
    })
  }

  return { note, noteStrings, noteSerialised, leaks, places: () => [...places.keys()] }
}

export type Evidence = ReturnType<typeof createEvidence>

function serialised(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch (error) {
    return `not serialisable: ${inspect(error)}`
  }
}

/** Of inspection events and snapshots: the chart itself, and actors, of which only the snapshots are looked at. */
const skipped = ['machine', '_nodes', '_transitions', 'actorRef', 'sourceRef', 'system', '_parent', 'logic']
const LIMIT = 20_000

/** Every string that can be reached: hidden members, getters, maps, sets and the snapshots of child actors included. */
export function* strings(root: unknown): Generator<string> {
  const seen = new Set<unknown>()
  const queue: unknown[] = [root]
  for (let at = 0; at < queue.length; at++) {
    if (at > LIMIT) throw new Error('More than can be walked: the search would miss something.')
    const value = queue[at]
    if (typeof value === 'string') yield value
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    if (isPrinted(value)) yield String(value)
    queue.push(...members(value))
  }
}

/** Whether a template literal prints more of it than its type. */
function isPrinted(value: object): boolean {
  return 'toString' in value && value.toString !== Object.prototype.toString && !Array.isArray(value)
}

function members(value: object): unknown[] {
  if (value instanceof Map || value instanceof Set) return [...value.entries()].flat()
  if ('getSnapshot' in value && typeof value.getSnapshot === 'function') return [value.getSnapshot()]
  const keys = Reflect.ownKeys(value).filter((key) => typeof key === 'symbol' || !skipped.includes(key))
  return keys.flatMap((key) => [String(key), memberOf(value, key)])
}

function memberOf(value: object, key: string | symbol): unknown {
  try {
    return Reflect.get(value, key)
  } catch {
    return undefined
  }
}

const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'] as const

/** Listens to the console and to the process's own streams, and keeps them quiet. Returns what ends that. */
export function overhear(evidence: Evidence): () => void {
  const spies = [
    ...methods.map((method) =>
      vi.spyOn(console, method).mockImplementation((...args: unknown[]) => evidence.note('console', args)),
    ),
    ...[process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((chunk) => {
        evidence.note('console', typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk))
        return true
      }),
    ),
  ]
  return () => {
    for (const spy of spies) spy.mockRestore()
  }
}
