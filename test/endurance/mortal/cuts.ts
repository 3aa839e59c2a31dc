import { connectedCuts } from './cuts-connected.ts'
import { connectingCuts } from './cuts-connecting.ts'
import type { KillPoint, Place, Step } from './plan.ts'
import type { Row, Scene } from './play.ts'

/** The state after the recall, how many requests there are in all, and the end. */
export type Expected = readonly [resumes: string, requests: number, ends: string]

/** One request, and what should be where its process was killed. */
export interface Cut {
  readonly what: string
  readonly step: Step
  readonly scene: Scene
  readonly impatient?: true
  /** Before the intent is stored. */
  readonly untold?: Expected
  /** After it, and before the request leaves. */
  readonly unsent?: Expected
  /** The server has it, and has not acted. */
  readonly unheard?: Expected
  /** The server has acted, and nothing of it is stored. */
  readonly lost: Expected
  readonly stored: Expected
  /** How long after one request the next may come, in milliseconds: before the answer is stored, and after. */
  readonly interval?: readonly [before: number, after: number]
}

/** The places, and which expectation of a cut is for each. */
const places: readonly (readonly [Place, 'untold' | 'unsent' | 'unheard' | 'lost' | 'stored'])[] = [
  ['before the intent', 'untold'],
  ['before the request', 'unsent'],
  ['on its way', 'unheard'],
  ['before the reply', 'lost'],
  ['after the reply', 'lost'],
  ['storing fails', 'lost'],
  ['before the store', 'lost'],
  ['after the store', 'stored'],
]

function rowsOf({ what, step, scene, impatient, interval, ...cut }: Cut): Row[] {
  return places.flatMap(([place, kind]): Row[] => {
    const expected = cut[kind]
    if (!expected) return []
    const [resumes, requests, ends] = expected
    const point: KillPoint = { step, place, ...(impatient && { impatient }) }
    const gap = kind === 'untold' ? undefined : interval?.[kind === 'stored' ? 1 : 0]
    const timing = gap === undefined || resumes === 'authorized' ? {} : { interval: gap, overdue: 'polling' }
    return [{ what, where: place, scene, point, resumes, requests, ends, ...timing }]
  })
}

export const requestRows: readonly Row[] = [...connectingCuts, ...connectedCuts].flatMap(rowsOf)
