import { setTimeout as sleep } from 'node:timers/promises'
import type { EmulatorOptions } from '../../../src/emulator/index.ts'
import type { Mortal } from './mortal.ts'
import type { KillPoint, State } from './plan.ts'
import { type Application, type Counted, type Stage, setStage } from './stage.ts'

/** How a flow comes to where it is cut off, and how it goes on. */
export interface Scene extends Application {
  readonly emulator?: EmulatorOptions
  /** The requests that are counted. */
  readonly counted: Counted
  /** What was there before; it does not count. */
  readonly before?: (stage: Stage) => Promise<unknown>
  /** What is asked of the process that dies. */
  readonly provoke?: (mortal: Mortal, stage: Stage) => Promise<unknown>
  /** What happens while no process is there. */
  readonly meanwhile?: (stage: Stage, last: State) => Promise<unknown> | undefined
  /** What people and hosts do at the new process, once it has recalled. */
  readonly goOn?: (successor: Mortal, stage: Stage, recalled: State, last: State) => Promise<unknown>
}

/** One row of the table, as it should be. */
export interface Row {
  /** The request, or what else is going on. */
  readonly what: string
  /** Where in it. */
  readonly where: string
  readonly scene: Scene
  /** Without one, the process is killed at rest. */
  readonly point?: KillPoint
  /** The first state of the new process. */
  readonly resumes: string
  /** The same where the new process came so late that the next thing was due by then, as on a busy machine. */
  readonly overdue?: string
  /** How many requests of the counted kind there are in the end. */
  readonly requests: number
  /** The state in the end, and why it ended. */
  readonly ends: string
  /** How long after the request before, or the state in which the process died, the next one may come, in milliseconds. */
  readonly interval?: number
  /** The instant, told by the process that died, before which the next request may not come; or the end, for `…expiresAt`. */
  readonly due?: 'retryAt' | 'refreshAt' | 'expiresAt' | 'tokenExpiresAt'
}

/** What was seen. */
export interface Seen {
  /** The state of the process that was killed, as it was when it died. */
  readonly killed: string
  readonly resumes: string
  readonly requests: number
  readonly ends: string
  /** Whether the new process came so late that the next thing was due by then. */
  readonly overdue: boolean
  /** The first request of the new process, or the end: by how much it was too early, and how late, in milliseconds. */
  readonly next?: { readonly early: number; readonly late: number }
  /** Whether the token that is handed out in the end is one that the server takes. */
  readonly usable: boolean
  /** The most often that one and the same authorization code was sent. */
  readonly codes: number
}

/** Plays a row: one process that is killed, and one that comes after it. */
export async function play(row: Row): Promise<Seen> {
  const { scene, point } = row
  const stage = await setStage(scene, scene.emulator)
  try {
    await scene.before?.(stage)
    stage.begin()
    const last = await live(scene, stage, point)
    await scene.meanwhile?.(stage, last)
    return await resume(row, stage, last)
  } finally {
    await stage.close()
  }
}

async function live(scene: Scene, stage: Stage, point: KillPoint | undefined): Promise<State> {
  if (point?.place === 'on its way') stage.fault(scene.counted, { kind: 'hang' })
  const mortal = stage.bear(point)
  try {
    await scene.provoke?.(mortal, stage)
    if (point?.place === 'on its way') await stage.hangs()
    else if (point && point.place !== 'nowhere') await mortal.said('here')
    const last = mortal.states().at(-1)
    if (!last) throw new Error('The process has said nothing.')
    return last
  } finally {
    await mortal.kill()
  }
}

async function resume(row: Row, stage: Stage, last: State): Promise<Seen> {
  const { scene, ends } = row
  const before = stage.requests(scene.counted)
  const successor = stage.bear()
  try {
    const recalled = await successor.recalled()
    await scene.goOn?.(successor, stage, recalled, last)
    const isOver = () => ending(successor) === ends && stage.requests(scene.counted).length >= row.requests
    await successor.found(() => isOver() || undefined)
    // Long enough for a request too many to be seen.
    await sleep(300)
    const requests = stage.requests(scene.counted)
    const isAnEnd = row.due === 'expiresAt' || row.due === 'tokenExpiresAt'
    const next = isAnEnd ? successor.states().at(-1) : requests[before.length]
    const { earliest, due } = instants(row, last, before.at(-1)?.at)
    const accessToken = await successor.accessToken()
    return {
      killed: last.state,
      resumes: recalled.state,
      overdue: recalled.at >= earliest,
      requests: requests.length,
      ends: ending(successor),
      ...(next && { next: { early: Math.max(0, earliest - next.at), late: next.at - Math.max(due, recalled.at) } }),
      usable: accessToken !== undefined && stage.emulator.accepts(scene.provider.id, accessToken),
      codes: mostOften(stage.emulator.journal.flatMap(({ form }) => form.get('code') ?? [])),
    }
  } finally {
    await successor.kill()
  }
}

/** What the product adds to each interval, in milliseconds. */
const MARGIN = 500

/** Before when nothing may happen, and when it should. */
function instants({ interval, due }: Row, last: State, previous = last.at): { earliest: number; due: number } {
  if (interval !== undefined) return { earliest: previous + interval, due: previous + interval + MARGIN }
  const told = (due && last[due]) ?? 0
  return { earliest: told, due: told }
}

function ending(mortal: Mortal): string {
  const { state = 'starting', endedBecause } = mortal.states().at(-1) ?? {}
  return endedBecause === undefined || endedBecause === state ? state : `${state}: ${endedBecause}`
}

function mostOften(codes: readonly string[]): number {
  return Math.max(0, ...codes.map((code) => codes.filter((other) => other === code).length))
}
