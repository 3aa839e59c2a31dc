import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { tyro } from '../../../src/index.ts'
import type { Testbed } from '../../support/browser/testbed.ts'
import type { Member } from './member.ts'
import type {} from './page.ts'
import { remote } from './remote.ts'

/** What a tab loads. */
export const page = new URL('./page.ts', import.meta.url)

/** How long a test with tabs may take, in milliseconds; other tests in browsers are short. */
export const PATIENCE = 300_000

/** Opens tabs that share a web vault of their own. Disposing of them closes them. */
export async function openTabs(testbed: Testbed, count: number) {
  const shared = { provider: testbed.provider(tyro), database: `crowd ${randomUUID()}` }
  const tabs: Page[] = []
  for (let opened = 0; opened < count; opened++) tabs.push(await testbed.openTab())
  const begin = (tab: Page) => tab.evaluate(({ provider, database }) => crowd.begin(provider, database), shared)
  await Promise.all(tabs.map(begin))
  const close = async () => {
    await Promise.all(tabs.map((tab) => tab.close()))
  }
  return { members: tabs.map(memberIn), [Symbol.asyncDispose]: close }
}

function memberIn(tab: Page): Member {
  return remote((job, given) => tab.evaluate(({ job, given }) => crowd.call(job, given), { job, given }))
}
