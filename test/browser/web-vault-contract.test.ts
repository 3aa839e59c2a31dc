import { expect, it } from 'vitest'
import { describeInBrowser } from '../support/browser/testbed.ts'
import type {} from './pages/contract.ts'

describeInBrowser('the web vault', new URL('./pages/contract.ts', import.meta.url), (testbed) => {
  it('keeps the contract of all vaults', { timeout: 120_000 }, async () => {
    const tab = await testbed().openTab()
    const results = await tab.evaluate(() => globalThis.checkWebVault('contract'))
    expect(results.filter(({ ok }) => !ok)).toEqual([])
    expect(results.length).toBeGreaterThan(20)
    // Tabs are no processes of Node; what several of them do has tests of its own.
    expect(results.flatMap(({ skipped }) => skipped ?? [])).toEqual(['options.processes is not given'])
  })
})
