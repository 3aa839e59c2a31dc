import { afterAll, describe, expect, it } from 'vitest'
import type { Emulator } from '../../src/emulator/index.ts'
import { describeInBrowser } from '../support/browser/testbed.ts'
import { logOut } from './crowd/logout.ts'
import type { Member } from './crowd/member.ts'
import { INTERVAL, PAUSE, poll } from './crowd/polling.ts'
import { openOffice } from './crowd/processes.ts'
import { openServer } from './crowd/server.ts'
import { table } from './crowd/table.ts'
import { openTabs, PATIENCE, page } from './crowd/tabs.ts'

const polling: Record<string, string | number>[] = []
const leaving: Record<string, string | number>[] = []

afterAll(() => {
  process.stdout.write(table(polling) + table(leaving))
})

async function checkPolling(scenario: string, members: readonly Member[], emulator: Emulator): Promise<void> {
  const seen = await poll(members, emulator, 5)
  const { callers, codes, polls, slowedDown, shortest, longest, tokens } = seen
  const gaps = { 'shortest gap, ms': shortest, 'longest gap, ms': longest }
  polling.push({ 'one device code': scenario, callers, codes, polls, 'too early': slowedDown, ...gaps, tokens })
  expect({ codes, slowedDown, tokens }).toEqual({ codes: 1, slowedDown: 0, tokens: 1 })
  expect(polls).toBeGreaterThanOrEqual(5)
  expect(shortest).toBeGreaterThanOrEqual(INTERVAL)
  // No interval goes by without a poll: their number tells that. On a busy machine, one may be late.
  expect(longest).toBeLessThan(4 * PAUSE)
}

async function checkLeaving(scenario: string, members: readonly Member[], emulator: Emulator): Promise<void> {
  const seen = await logOut(members, emulator, 4)
  const { callers, logouts, longest, relapses, refusals, unmoved } = seen
  const refused = refusals.join(', ')
  leaving.push({ logout: scenario, callers, logouts, 'last token after, ms': longest, relapses, refused })
  expect({ relapses, unmoved, refusals }).toEqual({
    relapses: 0,
    unmoved: 0,
    refusals: ['refused: authorization_required'],
  })
  // They ask for six seconds.
  expect(longest).toBeLessThan(5_000)
}

describe('processes on one file vault', () => {
  it.each([2, 8])('poll once per interval for one device code: %i of them', async (count) => {
    await using server = await openServer()
    await using office = await openOffice(server.provider)
    await checkPolling(`${count} processes`, await office.hireMany(count), server.emulator)
  })

  it('stop handing out tokens when one of 8 logs out', async () => {
    await using server = await openServer()
    await using office = await openOffice(server.provider)
    await checkLeaving('in one of 8 processes', await office.hireMany(8), server.emulator)
  })
})

describeInBrowser('tabs on one web vault', page, (testbed) => {
  it.each([2, 4])(
    'poll once per interval for one device code: %i of them',
    async (count) => {
      await using tabs = await openTabs(testbed(), count)
      await checkPolling(`${count} tabs`, tabs.members, testbed().emulator)
    },
    PATIENCE,
  )

  it(
    'stop handing out tokens when one of 4 logs out',
    async () => {
      await using tabs = await openTabs(testbed(), 4)
      await checkLeaving('in one of 4 tabs', tabs.members, testbed().emulator)
    },
    PATIENCE,
  )
})
