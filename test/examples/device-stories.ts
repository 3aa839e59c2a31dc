import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { frameworks } from './build.ts'
import type {} from './pages/lifecycle.ts'
import {
  answers,
  code,
  focused,
  focusStays,
  modules,
  press,
  requests,
  secondsLeft,
  titled,
  watchTouches,
} from './screen.ts'
import type { Theatre } from './stage.ts'

/** What every screen of a device login does, whatever it is written with. */
export function deviceStories(theatre: () => Theatre): void {
  describe.concurrent.each(frameworks)('with %s', (framework) => {
    it('leads through a login, a disconnect and a refusal', async () => {
      const { page, emulator, complaints } = await theatre().show(`/${framework}/`, await theatre().stage())
      await titled(page, 'Not connected')
      expect(await page.locator('.which').innerText()).toBe('store-17/till-3 to Tyro Connect')

      // An impatient double click is one login, and not one that is given up at once.
      await page.getByRole('button', { name: 'Connect', exact: true }).dblclick()
      await titled(page, 'Approve the connection')
      expect(requests(emulator, 'deviceAuthorization')).toHaveLength(1)
      await page.getByRole('button', { name: 'Cancel' }).dispatchEvent('click', { detail: 2 })
      expect(await page.locator('.which').innerText()).toBe('store-17/till-3 to Tyro Connect')
      const userCode = await code(page)
      expect(userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
      expect(await page.getByRole('status').locator('.unseen').textContent()).toBe([...userCode].join(' '))
      const link = page.getByRole('link')
      const url = (await link.getAttribute('href')) ?? ''
      expect(url).toContain(`user_code=${userCode}`)
      expect([await link.getAttribute('target'), await link.getAttribute('rel')]).toEqual(['_blank', 'noreferrer'])
      expect(await modules(page)).toEqual(encode(url, { boostEcc: true, border: 4 }).data)
      const before = await secondsLeft(page)
      expect(before).toBeGreaterThan(850)
      const touched = await watchTouches(page)
      expect(await focusStays(page, 'Cancel', before)).toBe(true)
      expect(await touched()).toEqual([])

      emulator.approve(userCode)
      await titled(page, 'Connected')
      // Cancel had it, and has gone.
      expect(await focused(page)).toBe('MAIN')
      expect(await page.locator('.code, .link, figure, .left').filter({ visible: true }).count()).toBe(0)

      await press(page, 'Disconnect', 'dismiss')
      expect(requests(emulator, 'revocation')).toHaveLength(0)
      await titled(page, 'Connected')
      await press(page, 'Disconnect', 'accept')
      await titled(page, 'Disconnected')
      expect(answers(emulator, 'revocation')).toEqual([200])

      await page.getByRole('button', { name: 'Connect again' }).press('Enter')
      expect(await focused(page)).toBe('MAIN')
      await titled(page, 'Approve the connection')
      emulator.deny(await code(page))
      await titled(page, 'That did not work')
      expect(await page.locator('.failure').innerText()).toMatch(
        /^Access was refused\.\s+Try again, and allow access\.$/,
      )
      await page.getByText('For support').click()
      await page.locator('.support p', { hasText: 'Tyro Connect' }).waitFor()
      expect(await page.getByRole('button', { name: 'Try again', exact: true }).isVisible()).toBe(true)
      expect(complaints).toEqual([])
    })

    it('says when time is up, and gets a new code', async () => {
      const stage = await theatre().stage({ codeLifetime: 5 })
      const { page, emulator, complaints } = await theatre().show(`/${framework}/`, stage)
      await page.getByRole('button', { name: 'Connect', exact: true }).click()
      await titled(page, 'Time is up')
      await page.getByText('Nobody allowed access in time.').waitFor()
      expect(await page.locator('.code').filter({ visible: true }).count()).toBe(0)
      await page.getByRole('button', { name: 'Get a new code' }).click()
      const shown = await code(page)
      const [first, second] = requests(emulator, 'deviceAuthorization').map(
        ({ body = '' }) => JSON.parse(body).user_code,
      )
      expect(shown).toBe(second)
      expect(shown).not.toBe(first)
      expect(complaints).toEqual([])
    })

    it('holds a subscription and a timer as long as it is shown, and nothing after', async () => {
      const { page, emulator, complaints } = await theatre().show('/lifecycle/', await theatre().stage())
      await page.waitForFunction(() => 'lifecycle' in globalThis)
      const seen = await page.evaluate((name) => globalThis.lifecycle(name), framework)
      expect(seen.mounted).toEqual({ subscriptions: 1, timers: 1 })
      expect(seen.unmounted).toEqual({ subscriptions: 0, timers: 0 })
      expect(seen.stopped).toEqual({ text: 'Stopped', numbers: 0, held: { subscriptions: 0, timers: 0 } })
      // The login went on all the while.
      expect(seen.text).toBe('Approve the connection')
      expect(requests(emulator, 'deviceAuthorization')).toHaveLength(1)
      expect(complaints).toEqual([])
    })
  })
}
