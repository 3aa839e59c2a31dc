import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { waitFor } from 'xstate'
import { connectionIn, functionIn, isConnected, patience, run, surroundings } from './program.ts'

describe('the program of the page', { timeout: 30_000 }, () => {
  describe('desktop redirect', () => {
    const key = '{ bytes: async () => new Uint8Array(32).fill(7) }'

    /** A provider whose merchants answer as told, one login after another; and the app's program, with another key. */
    function desktop(...answers: readonly ('code' | 'access_denied')[]) {
      const { hosts, programIn } = surroundings()
      const opened: URL[] = []
      const shown: string[] = []
      vi.stubGlobal('showOnScreen', (text: string) => shown.push(text))
      vi.stubGlobal('openBrowser', async (address: string) => {
        const url = new URL(address)
        const answer = answers[opened.push(url) - 1]
        const back = new URL(url.searchParams.get('redirect_uri') ?? '')
        const said = answer === 'code' ? { code: 'a-code' } : { error: answer ?? 'server_error' }
        back.search = String(new URLSearchParams({ ...said, state: url.searchParams.get('state') ?? '' }))
        if (answer) await fetch(back)
        else setTimeout(() => person.abort(new Error('aborted by the person')), 100)
      })
      let person = new AbortController()
      vi.stubGlobal('givesUp', () => {
        person = new AbortController()
        return person.signal
      })
      hosts.set('auth.example.com', async (request) => {
        const form = new URLSearchParams(await request.text())
        const challenge = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url')
        const isProved = opened.at(-1)?.searchParams.get('code_challenge') === challenge
        if (!isProved) return Response.json({ error: 'invalid_grant' }, { status: 400 })
        return Response.json({ access_token: 'a-token', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r' })
      })
      const codeWith = (key: string) => programIn('desktop-redirect').replace(/keyringKey\(\{.*?\}\)/, key)
      return { opened, shown, codeWith }
    }

    it('logs in by a browser, and not at the next launch', async () => {
      const { opened, codeWith } = desktop('code')
      const first = connectionIn((await run(codeWith(key))).shop)
      await isConnected(first)
      expect(await first.accessToken()).toBe('a-token')
      await first.stop()
      const second = connectionIn((await run(`${codeWith(key)}\n`)).shop)
      expect(await second.accessToken()).toBe('a-token')
      expect(opened).toHaveLength(1)
    })

    it('logs in after a refusal, by a port of its own', async () => {
      const { opened, shown, codeWith } = desktop('access_denied', 'code')
      const { shop, logIn } = await run(codeWith(key))
      const connection = connectionIn(shop)
      expect(shown.join()).toMatch(/refused by the person or the provider/)
      await functionIn(logIn)()
      await isConnected(connection)
      expect(await connection.accessToken()).toBe('a-token')
      const [before, after] = opened.map((url) => url.searchParams.get('redirect_uri'))
      expect(after).not.toBe(before)
      expect(opened).toHaveLength(2)
      await expect(functionIn(logIn)()).rejects.toMatchObject({ code: 'not_supported' })
    })

    it('leaves nothing waiting once it was cancelled', async () => {
      const { opened, shown, codeWith } = desktop()
      const { shop } = await run(codeWith(key).replace('await logIn()', 'await logIn(givesUp())'))
      await waitFor(connectionIn(shop).actor, ({ value }) => value === 'idle', patience)
      expect(shown.join()).toMatch(/timeout|aborted/i)
      expect(opened).toHaveLength(1)
    })

    it('gives up a login that an earlier process left waiting', async () => {
      const { opened, codeWith } = desktop()
      const killed = codeWith(key)
        .replace('await logIn()', 'await logIn(givesUp())')
        .replace(/attempt\.send\(.*\) \/\/ where nobody.*/, '')
      const before = connectionIn((await run(killed)).shop)
      await waitFor(before.actor, ({ value }) => value === 'awaitingUser', patience)
      await before.stop()
      const { shop } = await run(codeWith(key).replace('await logIn()', 'await logIn(givesUp())'))
      await waitFor(connectionIn(shop).actor, ({ value }) => value === 'idle', patience)
      expect(opened).toHaveLength(2)
    })

    it('says at once what is wrong with the vault', async () => {
      const { opened, shown, codeWith } = desktop('code')
      const { logIn, shop } = await run(codeWith("{ bytes: () => Promise.reject(new Error('no keyring')) }"))
      connectionIn(shop)
      await expect(functionIn(logIn)()).rejects.toMatchObject({ code: 'vault_unavailable' })
      expect(shown.join()).toMatch(/vault/)
      expect(opened).toEqual([])
    })

    it('says at a later launch what is wrong with the vault', async () => {
      const { opened, shown, codeWith } = desktop('code')
      const first = connectionIn((await run(codeWith(key))).shop)
      await isConnected(first)
      await first.stop()
      expect(shown).toEqual([])
      connectionIn((await run(codeWith("{ bytes: () => Promise.reject(new Error('no keyring')) }"))).shop)
      expect(shown.join()).toMatch(/vault/)
      expect(opened).toHaveLength(1)
    })
  })

  describe('several merchants', () => {
    async function office() {
      const { emulator, programIn } = surroundings()
      // Each is a process of its own.
      const program = async (count: number) => {
        const { connectionOf, logIn, callback, stop } = await run(
          `${programIn('several-merchants')}${'\n'.repeat(count)}`,
        )
        return {
          connectionOf: async (store: string) => connectionIn(await functionIn(connectionOf)(store)),
          logIn: async (store: string, session: string) => String(await functionIn(logIn)(store, session)),
          callback: functionIn(callback),
          stop: functionIn(stop),
        }
      }
      return { emulator, program }
    }

    it('takes a callback once, in its own session, and goes on after a restart', async () => {
      const { emulator, program } = await office()
      const { logIn, callback, stop } = await program(0)
      const url = await emulator.login(await logIn('store-17', 'a session'))
      await expect(callback(url, 'another session')).rejects.toMatchObject({ code: 'state_mismatch' })
      expect(await callback(url, 'a session')).toBe('/stores/store-17')
      expect(await callback(url, 'a session')).toBe('/not-awaited')
      expect(await logIn('store-17', 'a session')).toBe('/stores/store-17')
      await stop()

      const later = await program(1)
      expect(await later.stop()).toHaveLength(1)
      const last = await program(2)
      await isConnected(await last.connectionOf('store-17'))
    })

    it('starts anew where a login waits, for the browser that asks, also after a restart and a refusal', async () => {
      const { emulator, program } = await office()
      const first = await program(0)
      const older = await emulator.login(await first.logIn('store-17', 'session 1'))
      const refused = await emulator.login(await first.logIn('store-17', 'session 2'), { deny: true })
      expect(await first.callback(older, 'session 1')).toBe('/not-awaited')
      await expect(first.callback(refused, 'session 2')).rejects.toMatchObject({ code: 'authorization_denied' })
      await first.logIn('store-17', 'session 3')
      await first.stop()

      const second = await program(1)
      const url = await emulator.login(await second.logIn('store-17', 'session 4'))
      expect(await second.callback(url, 'session 4')).toBe('/stores/store-17')
      await second.stop()
    })

    it('answers each of several requests that come at once', async () => {
      const { emulator, program } = await office()
      const { logIn, callback, stop } = await program(0)
      const answers = await Promise.allSettled(['a', 'b', 'c'].map((session) => logIn('store-17', session)))
      const links = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
      const others = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : []))
      expect(links).toHaveLength(1)
      expect(others).toEqual(['not_supported', 'not_supported'])
      const session = ['a', 'b', 'c'][answers.findIndex(({ status }) => status === 'fulfilled')]
      expect(await callback(await emulator.login(links[0] ?? ''), session)).toBe('/stores/store-17')
      await stop()
    })
  })
})
