import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { authorizationCode, clientCredentials, deviceCode } from '../../src/index.ts'
import { table } from './crowd/table.ts'
import { requestRows } from './mortal/cuts.ts'
import { endAll } from './mortal/mortal.ts'
import { otherRows } from './mortal/other.ts'
import { warmUp } from './mortal/past.ts'
import { play, type Row, type Seen } from './mortal/play.ts'
import { restingRows } from './mortal/resting.ts'
import { removeCache } from './mortal/stage.ts'

// Most rows wait: for a process to start, for the next poll.
vi.setConfig({ maxConcurrency: 6 })

/** How late a request may be on a busy machine, in milliseconds. One that has been forgotten comes after a minute, or never. */
const SLACK = 10_000
const rows = [...requestRows, ...restingRows, ...otherRows]
const seen = new Map<Row, Seen>()
const right = new Set<Row>()

const titled = (row: Row) => `${row.what}, killed ${row.where}: ${row.resumes}, ends as ${row.ends}`

beforeAll(warmUp)

afterAll(async () => {
  endAll()
  await removeCache()
  process.stdout.write(`\nResume anywhere: what a new process makes of a kill -9\n${table(rows.map(line))}`)
})

describe.concurrent('after kill -9, a new process goes on', () => {
  it.for(rows.map((row) => [titled(row), row] as const))('%s', async ([, row]) => {
    const saw = await play(row)
    seen.set(row, saw)
    const { resumes, overdue = resumes, requests, ends } = row
    expect({ requests: saw.requests, ends: saw.ends }).toEqual({ requests, ends })
    expect(saw.overdue ? [resumes, overdue] : [resumes]).toContain(saw.resumes)
    expect(saw.next?.early ?? 0).toBe(0)
    expect(saw.next?.late ?? 0).toBeLessThan(SLACK)
    expect(saw.usable).toBe(ends === 'authorized')
    expect(saw.codes).toBeLessThanOrEqual(1)
    right.add(row)
  })
})

it('there is no state in which no process was killed', () => {
  const states = [deviceCode, authorizationCode, clientCredentials].flatMap((chart) => Object.keys(chart.states))
  const killed = new Set([...seen.values()].map((saw) => saw.killed))
  expect(states.filter((state) => !killed.has(state))).toEqual([])
})

function line(row: Row) {
  const saw = seen.get(row)
  return {
    what: row.what,
    killed: row.where,
    'in state': saw?.killed ?? '',
    'resumes as': saw?.resumes ?? '',
    requests: saw?.requests ?? '',
    'late by': saw?.next ? `${Math.max(0, saw.next.late)} ms` : '-',
    'ends as': saw?.ends ?? '',
    '': right.has(row) ? 'ok' : 'WRONG',
  }
}
