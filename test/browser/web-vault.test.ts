import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { describeInBrowser } from '../support/browser/testbed.ts'
import { blank, device, ended, failure, redirect, renewable } from '../support/records.ts'
import type {} from './pages/library.ts'

const full = {
  ...blank,
  pending: redirect,
  tokens: {
    ...renewable,
    extra: { ...renewable.extra, nested: [{ '': null, ü: '\u{1F600} \uD800 e\u0301 é' }], ['__proto__']: 1 },
  },
  retry: { at: 1.5, attempts: 2, failure },
  ended: ended('expired'),
}
const names = [
  '',
  ' ',
  '../x',
  'a/b',
  'a',
  'A',
  'é',
  'e\u0301',
  'con',
  '__proto__',
  '\u0000',
  '\uD800',
  'n'.repeat(300),
]

describeInBrowser('the web vault', new URL('./pages/library.ts', import.meta.url), (testbed) => {
  let database: string
  let tab: Page
  let other: Page

  beforeEach(async () => {
    ;[tab, other] = await testbed().twoTabs()
    database = `test ${randomUUID()}`
  }, 30_000)

  describe('a record', () => {
    it('is read as it was written, under each name', async () => {
      // As text, since what carries values into the page keeps neither half characters nor a member `__proto__`.
      const seen = await other.evaluate(
        async ({ database, text }) => {
          const { names, full } = JSON.parse(text)
          const [writer, reader] = [library.webVault({ database }), library.webVault({ database })]
          for (const [index, name] of names.entries())
            await writer.write(name, { ...full, generation: index }, undefined)
          const records = await Promise.all(names.map(async (name: string) => (await reader.read(name))?.record))
          return JSON.stringify({ records, list: (await reader.list()).sort() })
        },
        { database, text: JSON.stringify({ names, full }) },
      )
      const records = names.map((_, index) => ({ ...full, generation: index }))
      expect(seen).toBe(JSON.stringify({ records, list: [...names].sort() }))
    })

    it('that was never written is not there', async () => {
      const read = tab.evaluate((database) => library.webVault({ database }).read('nobody'), database)
      expect(await read).toBeUndefined()
    })

    it('is changed only by who names its revision', async () => {
      const seen = await tab.evaluate(
        async ({ database, blank }) => {
          const vault = library.webVault({ database })
          const early = await vault.write('till', blank, '1')
          const first = await vault.write('till', blank, undefined)
          const second = await vault.write('till', { ...blank, generation: 4 }, first)
          const refused = [
            await vault.write('till', blank, undefined),
            await vault.write('till', blank, first),
            await vault.erase('till', String(first)),
            await vault.erase('nobody', String(second)),
          ]
          return { early, first, second, refused, entry: await vault.read('till') }
        },
        { database, blank },
      )
      expect(seen.early).toBeUndefined()
      expect(seen.first).toEqual(expect.any(String))
      expect(seen.second).not.toBe(seen.first)
      expect(seen.refused).toEqual([undefined, undefined, false, false])
      expect(seen.entry).toEqual({ record: { ...blank, generation: 4 }, revision: seen.second })
    })

    it('that was erased leaves no revision to be used again', async () => {
      const seen = await tab.evaluate(
        async ({ database, blank }) => {
          const vault = library.webVault({ database })
          const first = await vault.write('till', blank, undefined)
          const erased = await vault.erase('till', String(first))
          const gone = [await vault.read('till'), ...(await vault.list())]
          const onNothing = await vault.write('till', blank, first)
          const second = await vault.write('till', { ...blank, generation: 9 }, undefined)
          const late = [await vault.write('till', blank, first), await vault.erase('till', String(first))]
          return { first, second, erased, gone, onNothing, late, entry: await vault.read('till') }
        },
        { database, blank },
      )
      expect(seen).toMatchObject({ erased: true, gone: [undefined], late: [undefined, false] })
      expect(seen.onNothing).toBeUndefined()
      expect(seen.second).not.toBe(seen.first)
      expect(seen.entry?.record).toMatchObject({ generation: 9 })
    })

    it('is not lost where four tabs change it at once', async () => {
      const increment = async ({ database, blank }: { database: string; blank: typeof full }) => {
        const vault = library.webVault({ database })
        let lost = 0
        for (let done = 0; done < 50 && lost < 10_000; ) {
          const entry = await vault.read('counter')
          const generation = (entry?.record as typeof blank | undefined)?.generation ?? 0
          const stored = await vault.write('counter', { ...blank, generation: generation + 1 }, entry?.revision)
          if (stored === undefined) lost++
          else done++
        }
        return lost
      }
      const together = [tab, other, await testbed().openTab(), await testbed().openTab()]
      const lost = await Promise.all(together.map((each) => each.evaluate(increment, { database, blank: full })))
      const entry = await tab.evaluate((database) => library.webVault({ database }).read('counter'), database)
      expect(entry?.record).toMatchObject({ generation: 200 })
      expect(Math.max(...lost)).toBeGreaterThan(0)
    })

    it('is found by its state while that is pending, and by nothing else', async () => {
      const state = 'a+b/c=? ü%00'
      const found = await tab.evaluate(
        async ({ database, blank, redirect, device, state }) => {
          const vault = library.webVault({ database })
          await vault.write('other', { ...blank, pending: { ...redirect, state: 'another' } }, undefined)
          await vault.write('device', { ...blank, pending: device }, undefined)
          const first = await vault.write('shop', { ...blank, pending: { ...redirect, state } }, undefined)
          const pending = await vault.find(state)
          const near = await Promise.all(
            [state.slice(0, -1), `${state} `, state.toUpperCase(), '', device.deviceCode, redirect.verifier].map(
              vault.find,
            ),
          )
          const second = await vault.write('shop', blank, first)
          const taken = await vault.find(state)
          const third = await vault.write('shop', { ...blank, pending: { ...redirect, state } }, second)
          const again = await vault.find(state)
          await vault.erase('shop', String(third))
          return { pending, near: near.filter(Boolean), taken, again, erased: await vault.find(state) }
        },
        { database, blank, redirect, device, state },
      )
      expect(found).toEqual({ pending: 'shop', near: [], again: 'shop' })
    })

    it('is there after the browser was killed', async () => {
      await tab.evaluate(({ database, full }) => library.webVault({ database }).write('till', full, undefined), {
        database,
        full,
      })
      await testbed().killBrowser()
      const read = (await testbed().openTab()).evaluate(
        (database) => library.webVault({ database }).read('till'),
        database,
      )
      expect((await read)?.record).toMatchObject({ tokens: { accessToken: renewable.accessToken } })
    })

    it('is the same for a worker', async () => {
      const seen = await tab.evaluate(
        async ({ database, blank }) => {
          const vault = library.webVault({ database })
          const revision = await vault.write('till', blank, undefined)
          const script = `const { webVault } = await import('${location.origin}/library.js')
            const vault = webVault({ database: '${database}' })
            const { record, revision } = await vault.read('till')
            postMessage(await vault.write('till', { ...record, generation: 77 }, revision))`
          const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })), {
            type: 'module',
          })
          const answer = await new Promise((resolve) => {
            worker.onmessage = ({ data }) => resolve(data)
          })
          worker.terminate()
          return { revision, answer, entry: await vault.read('till') }
        },
        { database, blank },
      )
      expect(seen.entry).toEqual({ record: { ...blank, generation: 77 }, revision: seen.answer })
    })
  })

  describe('the key', () => {
    it('can be read by no script', async () => {
      const refusals = await tab.evaluate(
        async ({ database, blank }) => {
          await library.webVault({ database }).write('till', blank, undefined)
          const keys = (await library.raw.rawValues(database, 'keys')).map(([, key]) => key)
          return Promise.all(
            keys.map(async (key) => {
              if (!(key instanceof CryptoKey)) return 'no key'
              const attempts = (['raw', 'jwk'] as const).map((format) => crypto.subtle.exportKey(format, key))
              const outcomes = await Promise.allSettled(attempts)
              return [...outcomes.map(({ status }) => status), key.algorithm.name, Reflect.get(key.algorithm, 'length')]
            }),
          )
        },
        { database, blank },
      )
      expect(refusals).toEqual([['rejected', 'rejected', 'AES-GCM', 256]])
    })

    it('is the same one for two tabs that start at once', async () => {
      const start = async ({
        database,
        me,
        at,
        blank,
      }: {
        database: string
        me: string
        at: number
        blank: typeof full
      }) => {
        const vaults = Array.from({ length: 10 }, (_, index) => library.webVault({ database: `${database} ${index}` }))
        await library.until(at)
        for (const vault of vaults) await vault.write(me, blank, undefined)
        return vaults.length
      }
      const read = async ({ database }: { database: string }) => {
        const vaults = Array.from({ length: 10 }, (_, index) => library.webVault({ database: `${database} ${index}` }))
        const entries = vaults.flatMap((vault) => [vault.read('one'), vault.read('two')])
        return (await Promise.allSettled(entries)).filter(({ status }) => status === 'fulfilled').length
      }
      const common = { database, at: Date.now() + 200, blank: full }
      await Promise.all([
        tab.evaluate(start, { ...common, me: 'one' }),
        other.evaluate(start, { ...common, me: 'two' }),
      ])
      expect([await tab.evaluate(read, { database }), await other.evaluate(read, { database })]).toEqual([20, 20])
    })

    it('is looked for again where something else lay in its place', async () => {
      const problems = await tab.evaluate(
        async ({ database, blank }) => {
          await library.webVault({ database }).list()
          const [[, key] = []] = await library.raw.rawValues(database, 'keys')
          await library.raw.putRaw(database, 'keys', 'records', 'not a key')
          const vault = library.webVault({ database })
          const write = () => library.problemOf(vault.write('till', blank, undefined))
          const before = [await write(), await write()]
          await library.raw.putRaw(database, 'keys', 'records', key)
          return [...before, await write()]
        },
        { database, blank },
      )
      expect(problems).toEqual(['no_key', 'no_key', 'none'])
    })
  })

  describe('what lies in the browser', () => {
    it('shows no secret', async () => {
      const text = await tab.evaluate(
        async ({ database, full, device }) => {
          const vault = library.webVault({ database })
          const first = await vault.write('a till', { ...full, pending: device }, undefined)
          await vault.write('a till', full, first)
          const stores = (['records', 'keys', 'meta', 'corrupt'] as const).map((store) =>
            library.raw.rawValues(database, store),
          )
          return library.raw.textIn(await Promise.all(stores))
        },
        { database, full, device },
      )
      expect(text).toContain('a fingerprint')
      expect(text).not.toContain('MARKER')
    })

    it('is written to its files without a secret', async () => {
      await tab.evaluate(
        async ({ database, full }) => {
          for (const name of ['one', 'two', 'three']) await library.webVault({ database }).write(name, full, undefined)
          await library.raw.putRaw(database, 'meta', 'control', 'CONTROL in clear')
        },
        { database, full },
      )
      const folder = join(testbed().profile, 'Default', 'IndexedDB')
      const files = await readdir(folder, { recursive: true, withFileTypes: true })
      const contents = await Promise.all(
        files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
      )
      expect(contents.join('\n')).toContain('CONTROL in clear')
      expect(contents.join('\n')).not.toContain('MARKER')
    })

    it('never repeats an initialisation vector', async () => {
      const vectors = await tab.evaluate(
        async ({ database, blank }) => {
          const vault = library.webVault({ database })
          let revision: string | undefined
          const seen = new Set<string>()
          for (let count = 0; count < 20; count++) {
            revision = await vault.write('till', blank, revision)
            const [[, value] = []] = await library.raw.rawValues(database, 'records')
            seen.add(String(Reflect.get(Object(value), 'iv')))
          }
          return [...seen]
        },
        { database, blank },
      )
      expect(vectors.length).toBe(20)
      expect(new Set(vectors.map((vector) => vector.split(',').length))).toEqual(new Set([12]))
    })
  })

  it('opens nothing before it is used', async () => {
    const seen = await tab.evaluate(async (database) => {
      const vault = library.webVault({ database })
      await library.until(Date.now() + 200)
      const names = async () => (await indexedDB.databases()).map(({ name }) => name)
      const before = (await names()).includes(database)
      await vault.list()
      return [before, (await names()).includes(database)]
    }, database)
    expect(seen).toEqual([false, true])
  })
})
