import { randomUUID } from 'node:crypto'
import type { CDPSession, Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { INSECURE_HOST } from '../support/browser/chromium.ts'
import { describeInBrowser } from '../support/browser/testbed.ts'
import { blank } from '../support/records.ts'
import type {} from './pages/library.ts'

describeInBrowser('the web vault in trouble', new URL('./pages/library.ts', import.meta.url), (testbed) => {
  let database: string
  let tab: Page
  let other: Page

  beforeEach(async () => {
    ;[tab, other] = await testbed().twoTabs()
    database = `test ${randomUUID()}`
  }, 30_000)

  describe('a damaged record', () => {
    it.each([
      'a changed byte of the data',
      'a changed byte of the vector',
      'another client',
      'missing data',
      'no record at all',
    ])('by %s is set aside, and the connection may start anew', async (damage) => {
      const seen = await tab.evaluate(
        async ({ database, blank, damage }) => {
          const vault = library.webVault({ database })
          const flip = (bytes: Uint8Array) => bytes.set([255 - (bytes[3] ?? 0)], 3)
          const first = await vault.write('till', blank, undefined)
          const [[, whole] = []] = await library.raw.rawValues(database, 'records')
          const stored = structuredClone(Object(whole))
          if (damage === 'a changed byte of the data') flip(new Uint8Array(stored.data))
          if (damage === 'a changed byte of the vector') flip(stored.iv)
          if (damage === 'another client') stored.client = 'another'
          if (damage === 'missing data') delete stored.data
          const value = damage === 'no record at all' ? 'something else' : stored
          await library.raw.putRaw(database, 'records', 'till', value)
          const blind = [await vault.write('till', blank, undefined), await vault.write('till', blank, 'undefined1')]
          const problem = await library.problemOf(vault.read('till'))
          const [[, aside] = []] = await library.raw.rawValues(database, 'corrupt')
          return {
            blind,
            problem,
            isKept: library.raw.textIn(aside) === library.raw.textIn({ name: 'till', stored: value }),
            after: await vault.read('till'),
            again: (await vault.write('till', blank, undefined)) !== first,
            entry: await vault.read('till'),
          }
        },
        { database, blank, damage },
      )
      expect(seen).toMatchObject({ blind: [undefined, undefined], problem: 'corrupt', isKept: true, again: true })
      expect(seen.after).toBeUndefined()
      expect(seen.entry?.record).toEqual(blank)
    })

    it('that was moved to another name does not open there', async () => {
      const seen = await tab.evaluate(
        async ({ database, blank }) => {
          const vault = library.webVault({ database })
          await vault.write('mine', blank, undefined)
          const [[, stored] = []] = await library.raw.rawValues(database, 'records')
          await library.raw.putRaw(database, 'records', 'yours', stored)
          return [await library.problemOf(vault.read('yours')), await library.problemOf(vault.read('mine'))]
        },
        { database, blank },
      )
      expect(seen).toEqual(['corrupt', 'none'])
    })

    it('stays where somebody has replaced it meanwhile', async () => {
      const seen = await tab.evaluate(
        async ({ database, blank }) => {
          const vault = library.webVault({ database })
          await vault.write('till', blank, undefined)
          const [[, whole] = []] = await library.raw.rawValues(database, 'records')
          await library.raw.putRaw(database, 'records', 'till', { ...Object(whole), revision: 1, client: 'another' })
          const decrypt = crypto.subtle.decrypt.bind(crypto.subtle)
          // While the damage is found out, the good one returns.
          crypto.subtle.decrypt = async (...given) => {
            await library.raw.putRaw(database, 'records', 'till', whole)
            return decrypt(...given)
          }
          const entry = await vault.read('till')
          Reflect.deleteProperty(crypto.subtle, 'decrypt')
          return { record: entry?.record, aside: (await library.raw.rawValues(database, 'corrupt')).length }
        },
        { database, blank },
      )
      expect(seen).toEqual({ record: blank, aside: 0 })
    })

    it('of a newer format is left alone', async () => {
      const seen = await tab.evaluate(
        async ({ database, blank }) => {
          const vault = library.webVault({ database })
          await vault.write('till', blank, undefined)
          const [[, whole] = []] = await library.raw.rawValues(database, 'records')
          await library.raw.putRaw(database, 'records', 'till', { format: 2, revision: 'x', more: whole })
          const problem = await library.problemOf(vault.read('till'))
          const [[, left] = []] = await library.raw.rawValues(database, 'records')
          return {
            problem,
            format: Reflect.get(Object(left), 'format'),
            aside: await library.raw.rawValues(database, 'corrupt'),
          }
        },
        { database, blank },
      )
      expect(seen).toEqual({ problem: 'newer_format', format: 2, aside: [] })
    })
  })

  describe('what is set aside', () => {
    it.each(['whole', 'newer', 'damaged'])('is kept, and makes the name free: a record that is %s', async (how) => {
      const seen = await tab.evaluate(
        async ({ database, blank, how }) => {
          const vault = library.webVault({ database })
          const first = await vault.write('till', blank, undefined)
          await vault.write('another', blank, undefined)
          const [, [, whole] = []] = await library.raw.rawValues(database, 'records')
          const values = { whole, newer: { format: 2, more: whole }, damaged: 'something else' }
          const value = Reflect.get(values, how)
          await library.raw.putRaw(database, 'records', 'till', value)
          await vault.setAside?.('till')
          const [[, aside] = []] = await library.raw.rawValues(database, 'corrupt')
          return {
            isKept: library.raw.textIn(aside) === library.raw.textIn({ name: 'till', stored: value }),
            after: await vault.read('till'),
            names: await vault.list(),
            isRefused: (await vault.write('till', blank, first)) === undefined,
            isNew: ![undefined, first].includes(await vault.write('till', blank, undefined)),
          }
        },
        { database, blank, how },
      )
      expect(seen).toEqual({ isKept: true, after: undefined, names: ['another'], isRefused: true, isNew: true })
    })

    it('is told to others, unless it is nothing', async () => {
      const seen = await tab.evaluate(
        async ({ database, blank }) => {
          const channel = new BroadcastChannel(`oauth-machines ${database}`)
          const heard: unknown[] = []
          channel.onmessage = ({ data }) => heard.push(data)
          const vault = library.webVault({ database })
          await vault.setAside?.('nothing')
          await vault.write('till', blank, undefined)
          await vault.setAside?.('till')
          await vault.setAside?.('till')
          await library.until(Date.now() + 50)
          return { heard, aside: (await library.raw.rawValues(database, 'corrupt')).length }
        },
        { database, blank },
      )
      expect(seen).toEqual({ heard: ['till', 'till'], aside: 1 })
    })
  })

  describe('trouble', () => {
    it.each([
      ['deleted in another tab', (other: Page) => other.evaluate((database) => library.raw.remove(database), database)],
      [
        'cleared by the browser',
        (other: Page) =>
          devtools(other, (session) =>
            session.send('Storage.clearDataForOrigin', { origin: testbed().origin, storageTypes: 'indexeddb' }),
          ),
      ],
    ])('of a database that was %s ends with the next use', async (_, remove) => {
      const first = await tab.evaluate(
        async ({ database, blank }) => {
          const vault = library.webVault({ database })
          Object.assign(globalThis, { vault })
          return vault.write('till', blank, undefined)
        },
        { database, blank },
      )
      await remove(other)
      const seen = await tab.evaluate(
        async ({ database, blank, first }) => {
          const vault: ReturnType<typeof library.webVault> = Reflect.get(globalThis, 'vault')
          const gone = await vault.read('till')
          const stale = await vault.write('till', blank, first)
          const second = await vault.write('till', blank, undefined)
          const entry = await library.webVault({ database }).read('till')
          return { gone, stale, second, entry }
        },
        { database, blank, first },
      )
      expect(seen.gone).toBeUndefined()
      expect(seen.stale).toBeUndefined()
      expect(seen.second).not.toBe(first)
      expect(seen.entry).toEqual({ record: blank, revision: seen.second })
    })

    it('of a database that is replaced while a record is encrypted ends with the key of the new one', async () => {
      const seen = await tab.evaluate(
        async ({ database, blank }) => {
          const vault = library.webVault({ database })
          await vault.list()
          const encrypt = crypto.subtle.encrypt.bind(crypto.subtle)
          let replaced = 0
          crypto.subtle.encrypt = async (...given) => {
            if (replaced++ === 0) await library.raw.remove(database)
            return encrypt(...given)
          }
          const revision = await vault.write('till', blank, undefined)
          Reflect.deleteProperty(crypto.subtle, 'encrypt')
          return { revision, entry: await library.webVault({ database }).read('till'), replaced }
        },
        { database, blank },
      )
      expect(seen).toEqual({ revision: seen.revision, entry: { record: blank, revision: seen.revision }, replaced: 2 })
    })

    it('is no hindrance to an upgrade elsewhere, whose database is then too new', async () => {
      await tab.evaluate(async (database) => {
        const vault = library.webVault({ database })
        Object.assign(globalThis, { vault })
        await vault.list()
      }, database)
      const version = await other.evaluate(async (database) => {
        const upgraded = await library.raw.open(database, 2)
        upgraded.close()
        return upgraded.version
      }, database)
      const problem = tab.evaluate(() => library.problemOf(Reflect.get(globalThis, 'vault').list()))
      expect([version, await problem]).toEqual([2, 'newer_format'])
    })

    it('of another application’s database of this name is unreadable', async () => {
      const problem = await tab.evaluate(async (database) => {
        ;(await library.raw.open(database, 1, ['other'])).close()
        return library.problemOf(library.webVault({ database }).read('till'))
      }, database)
      expect(problem).toBe('unreadable')
    })

    it('at the end of the quota leaves what is stored', async () => {
      // Another origin, whose quota the browser has not looked at yet.
      const local = await testbed().openTab('localhost')
      const session = await local.context().newCDPSession(local)
      const { origin } = new URL(local.url())
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 })
      const seen = await local.evaluate(
        async ({ database, blank }) => {
          const vault = library.webVault({ database })
          const revision = await vault.write('till', blank, undefined)
          const big = { ...blank, provider: 'x'.repeat(4_000_000) }
          const problem = await library.problemOf(vault.write('till', big, revision))
          const entry = await vault.read('till')
          const next = await vault.write('till', { ...blank, generation: 5 }, revision)
          return { problem, entry, revision, isUsable: next !== undefined }
        },
        { database, blank },
      )
      const { revision } = seen
      expect(seen).toEqual({ problem: 'full', entry: { record: blank, revision }, revision, isUsable: true })
    })

    it('of a page from an insecure place is told as unsupported', async () => {
      const insecure = await testbed().openTab(INSECURE_HOST)
      const problems = await insecure.evaluate(async (blank) => {
        const vault = library.webVault()
        const actions = [
          vault.read('a'),
          vault.write('a', blank, undefined),
          vault.erase('a', '1'),
          vault.find('a'),
          vault.list(),
          vault.lease('a', 1),
          vault.isLeased('a'),
        ]
        return [isSecureContext, ...(await Promise.all(actions.map(library.problemOf)))]
      }, blank)
      expect(problems).toEqual([false, ...Array(7).fill('unsupported')])
    })
  })
})

async function devtools(tab: Page, work: (session: CDPSession) => Promise<unknown>): Promise<void> {
  await work(await tab.context().newCDPSession(tab))
}
