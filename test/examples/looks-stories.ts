import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { frameworks } from './build.ts'
import { titled } from './screen.ts'
import type { Shown, Theatre } from './stage.ts'

/** What the shared stylesheet does with the markup of each. One after the other, since they share a clipboard. */
export function looksStories(theatre: () => Theatre): void {
  describe.each(frameworks)('looked at with %s', (framework) => {
    it('a code of digits is read from left to right on any page, and copied as it is', async () => {
      const { page, origin, complaints } = await withCode(theatre(), framework, '12345678')
      await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'))
      const groups = page.locator('.code [aria-hidden] span')
      expect(await groups.allInnerTexts()).toEqual(['1234', '5678'])
      const [first, second] = await Promise.all([groups.first().boundingBox(), groups.last().boundingBox()])
      // With a gap that is seen.
      expect((first?.x ?? 0) + (first?.width ?? 0) + 5).toBeLessThan(second?.x ?? 0)

      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
      const copied = async () => {
        await page.keyboard.press('Control+C')
        return page.evaluate(() => navigator.clipboard.readText())
      }
      await groups.last().click()
      expect(await copied()).toBe('12345678')
      await page.locator('h1').click()
      await page.keyboard.press('Control+A')
      const whole = await copied()
      expect(whole).toContain('12345678')
      expect(whole).not.toContain('1 2 3 4')
      expect(complaints).toEqual([])
    })
  })

  it('nothing is lost in forced colours', async () => {
    const { page } = await withCode(theatre(), 'plain', 'ABCDEFGH')
    await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' })
    const colours = await page.evaluate(() => {
      const styleOf = (selector: string, part?: string) =>
        getComputedStyle(document.querySelector(selector) ?? document.body, part)
      return {
        card: styleOf('main').backgroundColor,
        dot: styleOf('h2', '::before').borderTop,
        paper: styleOf('figure svg').backgroundColor,
        ink: styleOf('figure path').fill,
      }
    })
    expect(colours.dot).toMatch(/^[1-9.]+px solid rgb/)
    expect(colours.dot).not.toContain(colours.card)
    expect([colours.paper, colours.ink]).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)'])
  })

  it('nothing scrolls sideways on a phone whose letters are twice as large', async () => {
    const { page } = await withCode(theatre(), 'plain', 'ABCDEFGHIJKL')
    await page.setViewportSize({ width: 390, height: 844 })
    await page.addStyleTag({ content: ':root { font-size: 200% !important }' })
    const width = () => page.evaluate(() => document.documentElement.scrollWidth)
    expect(await width()).toBe(390)
    await page.locator('h2').evaluate((heading) => {
      heading.textContent = 'Verbindungsgenehmigung'
    })
    expect(await width()).toBe(390)
  })
}

/** A screen that shows a code which the provider did not put separators into. */
async function withCode(theatre: Theatre, framework: string, code: string): Promise<Shown> {
  const shown = await theatre.show(`/${framework}/`, await theatre.stage())
  await issue(shown.page, code)
  await shown.page.getByRole('button', { name: 'Connect', exact: true }).click()
  await titled(shown.page, 'Approve the connection')
  return shown
}

async function issue(page: Page, code: string): Promise<void> {
  await page.route('**/oauth/device/code', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), user_code: code } })
  })
}
