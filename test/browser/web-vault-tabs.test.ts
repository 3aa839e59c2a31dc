import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { tyro } from '../../src/index.ts'
import { describeInBrowser, load } from '../support/browser/testbed.ts'
import { blank, renewable } from '../support/records.ts'
import type {} from './pages/library.ts'

describeInBrowser('the web vault of several tabs', new URL('./pages/library.ts', import.meta.url), (testbed) => {
  let database: string
  let tab: Page
  let other: Page

  beforeEach(async () => {
    ;[tab, other] = await testbed().twoTabs()
    database = `test ${randomUUID()}`
  }, 30_000)

  describe('a lease', () => {
    const holds = (where: Page, name = 'till') =>
      where.evaluate(
        async ({ database, name }) => {
          const lease = await library.webVault({ database }).lease(name, 1)
          Object.assign(globalThis, { lease })
          return lease !== undefined
        },
        { database, name },
      )
    const isLeased = (where: Page) =>
      where.evaluate((database) => library.webVault({ database }).isLeased('till'), database)

    it('is had by one tab, per name and database, until it is released', async () => {
      expect([await isLeased(other), await holds(tab), await isLeased(other)]).toEqual([false, true, true])
      expect([await holds(other), await holds(other, 'till 2')]).toEqual([false, true])
      const elsewhere = other.evaluate(
        (database) => library.webVault({ database: `${database} 2` }).lease('till', 1),
        database,
      )
      expect(await elsewhere).toBeDefined()
      const renewed = await tab.evaluate(async () => {
        const lease = Reflect.get(globalThis, 'lease')
        const before = await lease.renew()
        await Promise.all([lease.release(), lease.release()])
        return [before, await lease.renew()]
      })
      expect(renewed).toEqual([true, false])
      expect([await isLeased(tab), await holds(other)]).toEqual([false, true])
      await tab.evaluate(() => Reflect.get(globalThis, 'lease').release())
      expect(await isLeased(tab)).toBe(true)
    })

    it('has one owner where eight ask at once', async () => {
      const ask = async (database: string) => {
        const asked = Array.from({ length: 4 }, () => library.webVault({ database }).lease('till', 1))
        return (await Promise.all(asked)).filter((lease) => lease !== undefined).length
      }
      const counts = await Promise.all([tab.evaluate(ask, database), other.evaluate(ask, database)])
      expect(counts.sort()).toEqual([0, 1])
    })

    it.each([
      ['is closed', (holder: Page) => holder.close({ runBeforeUnload: false })],
      ['is loaded anew', (holder: Page) => load(holder, testbed().origin)],
      ['crashes', (holder: Page) => crash(holder)],
    ])('is free when its tab %s', async (_, end) => {
      const holder = await testbed().openTab()
      expect([await holds(holder), await holds(tab)]).toEqual([true, false])
      await end(holder)
      await expect.poll(() => isLeased(tab)).toBe(false)
      expect(await holds(tab)).toBe(true)
    })

    it('that was stolen is not renewed, and its release frees nobody else', async () => {
      const seen = await tab.evaluate(async (database) => {
        const vault = library.webVault({ database })
        const lease = await vault.lease('till', 1)
        const { held = [] } = await navigator.locks.query()
        const name = held.find(({ name }) => name?.includes(database))?.name ?? 'none'
        await new Promise((resolve) => {
          void navigator.locks.request(name, { steal: true }, () => new Promise(() => resolve(undefined)))
        })
        const renewed = await lease?.renew()
        await lease?.release()
        return { renewed, isLeased: await vault.isLeased('till') }
      }, database)
      expect(seen).toEqual({ renewed: false, isLeased: true })
    })
  })

  describe('watch', () => {
    it('hears other tabs and other vaults of this one, but neither itself nor other names', async () => {
      await tab.evaluate((database) => {
        const vault = library.webVault({ database })
        const heard: string[] = []
        const careless = () => {
          throw new Error('a careless watcher')
        }
        const stops = [() => heard.push('one'), careless, () => heard.push('two')].map((changed) =>
          vault.watch?.('till', changed),
        )
        Object.assign(globalThis, { vault, heard, stops })
      }, database)
      const heard = () => tab.evaluate(() => Reflect.get(globalThis, 'heard'))
      const changes = { database, blank }

      const first = await other.evaluate(async ({ database, blank }) => {
        const vault = library.webVault({ database })
        await vault.write('another', blank, undefined)
        const revision = await vault.write('till', blank, undefined)
        const refused = [await vault.write('till', blank, undefined), await vault.erase('till', 'x')]
        return { revision, refused }
      }, changes)
      expect(first.refused).toEqual([undefined, false])
      await expect.poll(heard).toEqual(['one', 'two'])

      // What comes after it shows that nothing was heard of the own change, and nothing by whom has stopped.
      const own = await tab.evaluate(
        async ({ blank, revision }) => {
          const own = await Reflect.get(globalThis, 'vault').write('till', blank, revision)
          Reflect.get(globalThis, 'stops')[0]()
          return own
        },
        { blank, revision: first.revision },
      )
      await tab.evaluate(({ database, own }) => library.webVault({ database }).erase('till', own), { database, own })
      await expect.poll(heard).toEqual(['one', 'two', 'two'])
      expect(await tab.evaluate(() => library.until(Date.now() + 100)).then(heard)).toEqual(['one', 'two', 'two'])
    })

    it('begins again after its last one has stopped', async () => {
      const heard = await tab.evaluate(
        async ({ database, blank }) => {
          const vault = library.webVault({ database })
          vault.watch?.('till', () => {})()
          const called = new Promise((resolve) => {
            vault.watch?.('till', () => resolve('called'))
          })
          await library.webVault({ database }).write('till', blank, undefined)
          return Promise.race([called, library.until(Date.now() + 2_000)])
        },
        { database, blank },
      )
      expect(heard).toBe('called')
    })

    it('is told of no more than the name', async () => {
      const told = await tab.evaluate(
        async ({ database, full }) => {
          const channel = new BroadcastChannel(`oauth-machines ${database}`)
          const heard: unknown[] = []
          channel.onmessage = ({ data }) => heard.push(data)
          const vault = library.webVault({ database })
          const revision = await vault.write('till', full, undefined)
          await vault.erase('till', String(revision))
          await library.until(Date.now() + 50)
          return heard
        },
        { database, full: { ...blank, tokens: renewable } },
      )
      expect(told).toEqual(['till', 'till'])
    })
  })

  describe('a client', () => {
    it('goes on from its record after a reload, and one tab’s disconnect is read in another', async () => {
      const { emulator, provider, origin } = testbed()
      const connect = { database, provider: provider(tyro) }
      const userCode = await tab.evaluate(async ({ database, provider }) => {
        const vault = library.webVault({ database })
        const till = library
          .createClient(provider, { clientId: 'any' }, { vault, allowLoopbackHttp: true })
          .connect('till')
        Object.assign(globalThis, { till })
        till.send({ type: 'authorization.start' })
        const { context } = await library.waitFor(till.actor, ({ context }) => context.prompt !== undefined)
        return context.prompt?.kind === 'device' ? context.prompt.userCode : ''
      }, connect)
      emulator.approve(userCode)
      const token = await tab.evaluate(async () => {
        const till = Reflect.get(globalThis, 'till')
        await library.waitFor(till.actor, (snapshot) => snapshot.hasTag('connected'), { timeout: 10_000 })
        return till.accessToken()
      })
      expect(emulator.accepts('tyro', token)).toBe(true)

      const requests = emulator.journal.length
      await load(tab, origin)
      const resumed = await tab.evaluate(async ({ database, provider }) => {
        const vault = library.webVault({ database })
        const till = library
          .createClient(provider, { clientId: 'any' }, { vault, allowLoopbackHttp: true })
          .connect('till')
        Object.assign(globalThis, { till })
        const { value } = await library.waitFor(till.actor, (snapshot) => snapshot.hasTag('connected'))
        return [value, await till.accessToken()]
      }, connect)
      expect([...resumed, emulator.journal.length]).toEqual(['authorized', token, requests])

      await tab.evaluate(async () => {
        const till = Reflect.get(globalThis, 'till')
        till.send({ type: 'token.revoke' })
        await library.waitFor(till.actor, ({ value }) => value === 'revoked')
      })
      const entry = await other.evaluate((database) => library.webVault({ database }).read('till'), database)
      expect(entry?.record).toMatchObject({ ended: { standing: 'revoked' } })
      expect(entry?.record).not.toHaveProperty('tokens')
      expect(emulator.journal.at(-1)).toMatchObject({ endpoint: 'revocation', status: 200 })
    })
  })
})

/** The tab's process ends as if it had been killed. */
async function crash(tab: Page): Promise<void> {
  const crashed = tab.waitForEvent('crash')
  const session = await tab.context().newCDPSession(tab)
  // Never answered, since who would answer is gone.
  session.send('Page.crash').catch(() => {})
  await crashed
}
