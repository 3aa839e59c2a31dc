import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../../src/index.ts'
import { parseRecord } from '../../src/vault/parse-record.ts'
import type { Entry } from '../../src/vault/vault.ts'
import { settle } from '../support/stage.ts'
import { fakeTime } from '../support/stories.ts'
import { table } from './crowd/table.ts'
import { type Loss, losses } from './mortal/answers.ts'
import { prepare } from './mortal/ordeal.ts'
import { ordeals } from './mortal/ordeals.ts'
import { slowedDownUnheard } from './mortal/slowed.ts'

const everyLoss = Object.keys(losses).filter((name): name is Loss => name in losses)
/** How long a request may take, in milliseconds. */
const TIMEOUT = 30_000

type Line = Record<string, string | number>
const lines: Line[] = []

/** One line for all ways in which the answers to one request are lost. */
function lineOf(what: string, times: number, server: string, requests: number, ends: string): Line {
  const known = lines.find((line) => line.what === what && line.lost === times && line.server === server)
  if (known) return known
  const line = {
    what,
    lost: times,
    server,
    requests,
    'ends as': ends,
    ...Object.fromEntries([...everyLoss, 'stored'].map((way) => [way, '-'])),
  }
  lines.push(line)
  return line
}

const lostRows = ordeals.flatMap((ordeal) =>
  (ordeal.losses ?? everyLoss).flatMap((loss) =>
    (ordeal.times ?? [1, 5]).flatMap((times) =>
      (['acted', 'unheard'] as const).map((server) => {
        const [requests, ends] = ordeal[server]
        const title = `${ordeal.what}: ${times} lost by ${loss}, which the server has ${server === 'acted' ? '' : 'not '}acted on`
        return [`${title}: ends as ${ends}`, { ordeal, loss, times, server, requests: requests(times), ends }] as const
      }),
    ),
  ),
)

const storedRows = ordeals.flatMap((ordeal) => {
  const { stored = 'authorized', what } = ordeal
  const row = (times: number) =>
    [`${what}: storing its answer fails ${times} times`, { ordeal, times, ends: stored }] as const
  return stored === false ? [] : [row(1), row(5)]
})

beforeAll(() => import('ky'))
beforeEach(fakeTime)
afterEach(() => void vi.useRealTimers())
afterAll(() => {
  process.stdout.write(`\nAnswers that are lost, so many in a row, or cannot be stored\n${table(lines)}`)
})

describe('an answer that is lost', () => {
  it.for(lostRows)('%s', async ([, { ordeal, loss, times, server, requests, ends }]) => {
    const line = lineOf(ordeal.what, times, server === 'acted' ? 'acted' : 'did not', requests, ends)
    line[loss] = 'WRONG'
    const player = await prepare(ordeal)
    player.lose(ordeal.counted, loss, times, server === 'acted' ? 'after' : 'before')
    await ordeal.provoke(player)
    await player.until(() => player.ending() === ends && player.requests(ordeal.counted).length >= requests)
    await player.pass(60)
    const sent = player.requests(ordeal.counted)
    const seen = { requests: sent.length, ends: player.ending() }
    await player.connection.stop()
    expect(seen).toEqual({ requests, ends })
    sent.slice(1).forEach(({ at }, lost) => {
      const least = ordeal.pause(lost + 1) + (loss === 'timeout' ? TIMEOUT : 0)
      const pause = at - (sent[lost]?.at ?? 0)
      expect(pause).toBeGreaterThanOrEqual(least)
      expect(pause).toBeLessThan(least + 3_000)
    })
    line[loss] = 'ok'
  })

  it.for([1, 2, 5])('slow_down, %s times in a row: the till is not left behind for ever', async (times) => {
    const line = lineOf('poll with slow_down', times, 'acted', 0, 'authorized')
    line.reset = 'WRONG'
    const { ends, requests } = await slowedDownUnheard(times)
    line.requests = requests
    expect(ends).toBe('authorized')
    line.reset = 'ok'
  })
})

describe('an answer that cannot be stored', () => {
  it.for(storedRows)('%s', async ([, { ordeal, times, ends }]) => {
    const line = lineOf(`${ordeal.what}, disk full`, times, 'acted', 1, String(ends))
    line.stored = 'WRONG'
    const player = await prepare(ordeal)
    const { disk, connection } = player
    disk.failsFor(times)
    await ordeal.provoke(player)
    await player.until(() => disk.refused() > 0)
    // In memory it is known, and usable, before it is stored.
    const token = await handedOut(connection)
    expect(token !== undefined).toBe(ends === 'authorized')
    if (times > 1) expect(tokenIn(await disk.vault.read('till'))).not.toBe(token ?? '')
    await player.until(() => player.ending() === ends)
    await player.pass(60)
    const seen = { requests: player.requests(ordeal.counted).length, ends: player.ending(), refused: disk.refused() }
    await connection.stop()
    expect(seen).toEqual({ requests: 1, ends, refused: times })
    expect(tokenIn(await disk.vault.read('till'))).toBe(token)
    line.stored = 'ok'
  })
})

/** The token that is given at once. */
async function handedOut(connection: Connection): Promise<string | undefined> {
  let given: string | undefined
  connection.accessToken().then(
    (accessToken) => {
      given = accessToken
    },
    // None is a finding as well.
    () => {},
  )
  await settle()
  return given
}

function tokenIn(entry: Entry | undefined): string | undefined {
  const record = entry && parseRecord(entry.record)
  return record && 'record' in record ? record.record.tokens?.accessToken : undefined
}
