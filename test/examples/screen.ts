import type { Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import type { Emulator, JournalEntry } from '../../src/emulator/index.ts'

/** Waits until the screen has this title. */
export async function titled(page: Page, title: string): Promise<void> {
  await page.getByRole('heading', { level: 2, name: title, exact: true }).waitFor()
}

/** The user code, once the screen shows one. */
export async function code(page: Page): Promise<string> {
  const shown = page.locator('.code [aria-hidden]')
  await shown.waitFor()
  return (await shown.innerText()).trim()
}

/** What the countdown of the prompt says, in seconds. */
export async function secondsLeft(page: Page): Promise<number> {
  const [minutes = '', seconds = ''] = (await page.getByRole('timer').innerText()).split(':')
  return Number(minutes) * 60 + Number(seconds)
}

/** Whether a button that has the focus is the same element, and keeps the focus, until the countdown has gone on by two. */
export async function focusStays(page: Page, name: string, before: number): Promise<boolean> {
  const button = await page.getByRole('button', { name }).elementHandle()
  await button?.focus()
  // Not expect.poll: that one asks which test is running, and several are.
  await vi.waitFor(async () => expect(await secondsLeft(page)).toBeLessThan(before - 1), { timeout: 20_000 })
  return (await button?.evaluate((element) => element.isConnected && document.activeElement === element)) ?? false
}

/** Watches what is touched though it stays the same: all but the numbers that run down, and why we wait. */
export async function watchTouches(page: Page): Promise<() => Promise<readonly string[]>> {
  const touches = await page.evaluateHandle(() => {
    const seen: string[] = []
    const note = ({ target, type, attributeName }: MutationRecord) => {
      const element = target instanceof Element ? target : target.parentElement
      if (!element?.closest('[role=timer], .why')) seen.push([element?.tagName, type, attributeName].join(' '))
    }
    const observer = new MutationObserver((records) => records.forEach(note))
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    return seen
  })
  return () => touches.jsonValue()
}

/** What has the focus. */
export function focused(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.tagName)
}

/** Presses a button that asks first, and answers. */
export async function press(page: Page, name: string, answer: 'accept' | 'dismiss'): Promise<void> {
  page.once('dialog', (dialog) => dialog[answer]())
  await page.getByRole('button', { name }).click()
}

/** The modules of the QR code, as they are drawn. */
export function modules(page: Page): Promise<boolean[][]> {
  return page.locator('figure svg').evaluate((svg) => {
    const path = svg.querySelector('path')
    if (!(svg instanceof SVGSVGElement) || !path) return []
    const numbers = Array.from({ length: svg.viewBox.baseVal.width }, (_, index) => index + 0.5)
    return numbers.map((y) => numbers.map((x) => path.isPointInFill(new DOMPoint(x, y))))
  })
}

/** The requests at an endpoint so far. */
export function requests(emulator: Emulator, name: JournalEntry['endpoint']): JournalEntry[] {
  return emulator.journal.filter((entry) => entry.endpoint === name)
}

/** The statuses of the answers at an endpoint. */
export function answers(emulator: Emulator, name: JournalEntry['endpoint']): (number | undefined)[] {
  return requests(emulator, name).map(({ status }) => status)
}
