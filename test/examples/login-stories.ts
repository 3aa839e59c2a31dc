import { describe, expect, it } from 'vitest'
import { answers, titled } from './screen.ts'
import type { Shown, Theatre } from './stage.ts'

/** A login page that sends the browser back, and React under StrictMode, which does everything twice that a component does. */
export function loginStories(theatre: () => Theatre): void {
  describe.concurrent('with react, and a login page', () => {
    it('exchanges the code once, and keeps it out of the address', async () => {
      const { page, emulator, origin, complaints, told } = await atLoginPage(theatre())
      await page.locator('button[value=approve]').click()
      await titled(page, 'Connected')
      expect(page.url()).toBe(`${origin}/react/login/`)
      await page.reload()
      await titled(page, 'Connected')
      expect(answers(emulator, 'token')).toEqual([200])
      expect(complaints).toEqual([])
      // StrictMode does nothing in a build for production: React says that this is none.
      expect(told.join()).toContain('React DevTools')
    })

    it('says that access was refused, and asks for no token', async () => {
      const { page, emulator, complaints } = await atLoginPage(theatre())
      await page.locator('button[value=deny]').click()
      await titled(page, 'That did not work')
      await page.getByText('Access was refused.').waitFor()
      expect(new URL(page.url()).search).toBe('')
      expect(answers(emulator, 'token')).toEqual([])
      expect(complaints).toEqual([])
    })

    it.each(['code=XYZ', 'error=access_denied', 'state=foreign'])(
      'lets no answer stay in the address: %s',
      async (answer) => {
        const { page, emulator, origin, complaints } = await theatre().show(
          `/react/login/?${answer}`,
          await theatre().stage(),
        )
        await titled(page, 'Not connected')
        expect(page.url()).toBe(`${origin}/react/login/`)
        expect(answers(emulator, 'token')).toEqual([])
        expect(complaints).toEqual([])
      },
    )
  })
}

async function atLoginPage(theatre: Theatre): Promise<Shown> {
  const shown = await theatre.show('/react/login/', await theatre.stage())
  const { page } = shown
  await titled(page, 'Not connected')
  expect(await page.locator('.which').innerText()).toBe('store-17/back-office to SumUp POS Pro')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  const link = page.getByRole('link', { name: 'Open the login page' })
  // The browser that goes is the one that must come back.
  expect(await link.getAttribute('target')).toBeNull()
  await link.click()
  return shown
}
