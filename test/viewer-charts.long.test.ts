import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { viewerCharts } from '../visualizations/compact.ts'
import { chartStyle } from '../visualizations/style.ts'
import { findChromium, NEEDS_CHROMIUM } from './support/browser/chromium.ts'
import { arrowsOf, charts } from './support/charts.ts'

let drawn: ReadonlyMap<string, string>
beforeAll(async () => {
  drawn = await viewerCharts()
}, 120_000)

const svgOf = (id: string) => drawn.get(id) ?? ''

/** The arrows of a chart, as an inspector names them, told without the code that draws. */
const keysOf = (chart: (typeof charts)[number]['chart']) =>
  new Set(arrowsOf(chart).map(({ from, event, to: [to = from] }) => `${from}|${event}|${to}`))

describe('the charts for the viewer', () => {
  it('are one for each machine, under its id', () => {
    expect([...drawn.keys()].sort()).toEqual(charts.map(({ id }) => id).sort())
  })

  it('come out the same again', { timeout: 120_000 }, async () => {
    expect(await viewerCharts()).toEqual(drawn)
  })
})

describe.each(charts)('the chart of $id', ({ id, chart }) => {
  it('has every state once, with its description', () => {
    const told = [...svgOf(id).matchAll(/data-state="([^"]+)"><title>([^<]*)<\/title>/g)]
    const states = Object.values(chart.root.states).map(({ key, description }) => [key, description])
    expect(told.map(([, name, description]) => [name, description])).toEqual(states)
  })

  it('can mark every arrow, and no other', () => {
    const marked = [...svgOf(id).matchAll(/data-arrow="([^"]+)"/g)].flatMap(([, keys = '']) => keys.split(' '))
    expect([...new Set(marked)].sort()).toEqual([...keysOf(chart)].sort())
  })

  it('fits beside other panels, and on a phone with little to scroll', () => {
    const [, width, height] = /^<svg [^>]* width="(\d+)" height="(\d+)" viewBox="0 0 \1 \2">/.exec(svgOf(id)) ?? []
    expect(Number(width)).toBeLessThanOrEqual(440)
    expect(Number(height)).toBeLessThanOrEqual(860)
  })

  it('is named for who hears it, and brings no style, script or id of its own', () => {
    expect(svgOf(id)).toContain(`role="img" aria-label="${id}: ${chart.root.description}"`)
    expect(svgOf(id)).not.toMatch(/<style|<script|<a |\s(?:style|id|href|on\w+)=|url\(/)
  })

  it('names what somebody asks in labels that are true, and all of it in titles', () => {
    const asked = new Set(arrowsOf(chart).flatMap(({ event }) => (event.startsWith('xstate.') ? [] : [event])))
    const lines = [
      ...svgOf(id).matchAll(/data-arrow="([^"]+)"><title>([^<]+)<\/title>.*?(?:<text[^>]*>([^<]+)<|<\/g>)/g),
    ]
    expect(lines.length).toBeGreaterThan(40)
    for (const [, keys = '', title = '', label] of lines) {
      const events = [...new Set(keys.split(' ').map((key) => key.split('|')[1] ?? ''))]
      expect(title.split(': ')[1]?.split(', ')).toEqual([
        ...new Set(events.map((event) => event.replace(/^xstate\..*\./, ''))),
      ])
      if (label === undefined) continue
      const [name = ''] = label.split(' …')
      if (label === 'any event') expect(new Set(events)).toEqual(asked)
      else expect([events[0]?.endsWith(`.${name}`), events.length > 1]).toEqual([true, label.endsWith(' …')])
    }
  })
})

const policy = `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>charts</title><main></main>`

const executable = findChromium()
if (executable === undefined) console.warn(`the charts in a browser: ${NEEDS_CHROMIUM}`)

describe.skipIf(executable === undefined)('in a browser', { timeout: 60_000 }, () => {
  let browser: Browser
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable ?? '', args: ['--no-sandbox'] })
    page = await browser.newPage({ viewport: { width: 640, height: 800 } })
    page.on('console', (message) => problems.push(message.text()))
    page.on('pageerror', (error) => problems.push(error.message))
  }, 60_000)
  afterAll(() => browser.close())

  /** Shows a chart as the viewer does: in a shadow root of a page with a strict policy. */
  async function show(id: string): Promise<void> {
    await page.setContent(policy)
    await page.evaluate(showing, { svg: svgOf(id), style: chartStyle })
  }

  describe.each(charts)('the chart of $id', ({ id, chart }) => {
    it('is shown under a strict content security policy, with room around each name and no word over another', async () => {
      await show(id)
      expect(await page.evaluate(overlaps)).toEqual([])
      expect(problems).toEqual([])
    })

    it('draws no line over a state or a label, and none that is folded over a state', async () => {
      await show(id)
      expect(await page.evaluate(covered)).toEqual([])
    })

    it('leads from the one state to the other, whichever arrow is marked', async () => {
      await show(id)
      const keys = [...keysOf(chart)]
      expect(keys.length).toBeGreaterThan(50)
      expect(await page.evaluate(astray, keys)).toEqual([])
    })

    it('shows what is folded only while it is live', async () => {
      await show(id)
      const folded = await page.locator('.arrow.folded').all()
      expect(folded.length).toBeGreaterThan(30)
      for (const one of folded) expect(await one.locator('.way').isVisible()).toBe(false)
      await page.evaluate(mark, '.arrow.folded')
      for (const one of folded) expect(await one.locator('.way').isVisible()).toBe(true)
    })
  })

  const drawnArrow = '[data-arrow~="awaitingUser|xstate.done.actor.nextPoll|polling"]'
  const foldedArrow = '[data-arrow~="slowDown|record.changed|recalling"]'
  const accents = { light: 'rgb(130, 80, 223)', dark: 'rgb(194, 151, 255)' }

  it.each(['light', 'dark'] as const)(
    'lights what is live in one colour, head and all, when it is %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme })
      await show('deviceCode')
      for (const arrow of [drawnArrow, foldedArrow]) {
        const before = await page.evaluate(looks, `${arrow} .way`)
        expect(before).toMatchObject({ width: '1.4px' })
        expect(before.stroke).not.toBe(accents[colorScheme])
        await page.evaluate(mark, arrow)
        expect(await page.evaluate(looks, `${arrow} .way`)).toMatchObject({
          stroke: accents[colorScheme],
          width: '3px',
        })
        expect(await page.evaluate(looks, `${arrow} .head`)).toMatchObject({ fill: accents[colorScheme], opacity: '1' })
      }
      await page.evaluate(mark, '[data-state="polling"]')
      expect(await page.evaluate(looks, '[data-state="polling"] .box')).toMatchObject({
        stroke: accents[colorScheme],
        width: '3px',
      })
      expect(Number((await page.evaluate(looks, '.arrow.trouble:not(.live) .way')).opacity)).toBeLessThan(0.8)
    },
  )

  it('takes colours of the page over, and its scheme rather than that of the system', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await show('deviceCode')
    await page.evaluate(() => document.documentElement.style.setProperty('color-scheme', 'light'))
    await page.evaluate(mark, drawnArrow)
    expect((await page.evaluate(looks, `${drawnArrow} .way`)).stroke).toBe(accents.light)
    await page.evaluate(() => document.documentElement.style.setProperty('--chart-live', 'rgb(1, 2, 3)'))
    expect((await page.evaluate(looks, `${drawnArrow} .way`)).stroke).toBe('rgb(1, 2, 3)')
  })

  it('pulses a few times, and not at all for who wants less motion', async () => {
    const pulses = async (reducedMotion: 'reduce' | 'no-preference') => {
      await page.emulateMedia({ reducedMotion })
      await show('deviceCode')
      await page.evaluate(mark, `${drawnArrow}, [data-state="polling"]`)
      return page.evaluate(() =>
        document
          .querySelector('main')
          ?.shadowRoot?.getAnimations()
          .map((one) => one.effect?.getTiming().iterations),
      )
    }
    expect(await pulses('no-preference')).toEqual([3, 3, 3])
    expect(await pulses('reduce')).toEqual([])
  })
})

// What follows runs in the page, each function by itself.

function showing({ svg, style }: { svg: string; style: string }): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(style)
  document.documentElement.style.setProperty('color-scheme', 'light dark')
  const root = document.querySelector('main')?.attachShadow({ mode: 'open' })
  if (!root) throw new Error('no main')
  root.adoptedStyleSheets = [sheet]
  root.innerHTML = svg
}

function mark(selector: string): void {
  const found = document.querySelector('main')?.shadowRoot?.querySelectorAll(selector) ?? []
  if (found.length === 0) throw new Error(`nothing to mark: ${selector}`)
  for (const one of found) one.classList.add('live')
}

function looks(selector: string) {
  const element = document.querySelector('main')?.shadowRoot?.querySelector(selector)
  if (!element) throw new Error(`nothing there: ${selector}`)
  const { stroke, strokeWidth, fill, opacity } = getComputedStyle(element)
  return { stroke, width: strokeWidth, fill, opacity }
}

/** Boxes, labels and titles that overlap, and names that do not fit into their boxes. */
function overlaps(): string[] {
  const all = (selector: string) => [...(document.querySelector('main')?.shadowRoot?.querySelectorAll(selector) ?? [])]
  const placed = all('.box, .source rect, .arrow:not(.folded) text, .frame text')
  if (placed.length < 20) throw new Error('hardly anything is drawn')
  const nameOf = (one: Element) => one.parentElement?.dataset.state ?? one.textContent ?? one.tagName
  const pairs = placed.flatMap((one, index) =>
    placed.slice(index + 1).flatMap((other) => {
      const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()]
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top
      return apart ? [] : `${nameOf(one)} over ${nameOf(other)}`
    }),
  )
  const tight = all('.state, .source').flatMap((group) => {
    const [box, text] = [group.querySelector('rect'), group.querySelector('text')].map((one) =>
      one?.getBoundingClientRect(),
    )
    const dot = group.querySelector('circle')?.getBoundingClientRect()
    if (!box || !text) return 'no box'
    const fits =
      text.left - box.left > 6 && box.right - text.right > 6 && text.top > box.top && text.bottom < box.bottom
    return fits && !(dot && dot.left < text.right) ? [] : `${group.textContent} is tight`
  })
  return [...pairs, ...tight]
}

/** Lines that pass over a state, or a label of another line. */
function covered(): string[] {
  const root = document.querySelector('main')?.shadowRoot
  const all = (selector: string) => [...(root?.querySelectorAll<SVGGraphicsElement>(selector) ?? [])]
  const within = ({ x, y }: DOMPoint, box: DOMRect) =>
    x > box.x + 1 && x < box.x + box.width - 1 && y > box.y + 1 && y < box.y + box.height - 1
  const states = all('.box')
  const words = all('.arrow:not(.folded) text, .frame text, .source rect')
  return all('.arrow .way').flatMap((way) => {
    if (!(way instanceof SVGPathElement)) return 'not a path'
    const folded = way.parentElement?.classList.contains('folded')
    const count = Math.ceil(way.getTotalLength() / 3)
    const steps = Array.from({ length: count }, (_, step) => way.getPointAtLength(3 * step))
    const others = [...states, ...(folded ? [] : words)].filter((other) => other.parentElement !== way.parentElement)
    const passed = others.filter((other) => steps.some((step) => within(step, other.getBBox())))
    return passed.map((other) => `${way.parentElement?.dataset.arrow} over ${other.parentElement?.textContent}`)
  })
}

/** The arrows that, all marked, do not lead from their state to the other. */
function astray(keys: readonly string[]): string[] {
  const root = document.querySelector('main')?.shadowRoot
  const near = ({ x, y }: { x: number; y: number }, box: DOMRect | undefined, by = 2) =>
    box !== undefined &&
    x >= box.x - by &&
    x <= box.x + box.width + by &&
    y >= box.y - by &&
    y <= box.y + box.height + by
  const boxOf = (state = '') => root?.querySelector<SVGGraphicsElement>(`[data-state="${state}"] .box`)?.getBBox()
  return keys.filter((key) => {
    const [from, , to] = key.split('|')
    const ways = [...(root?.querySelectorAll<SVGPathElement>(`[data-arrow~="${key}"] .way`) ?? [])]
    const pill = root?.querySelector<SVGGraphicsElement>(`.source[data-arrow~="${key}"] rect`)?.getBBox()
    const ends = ways.map((way) => ({
      way,
      begin: way.getPointAtLength(0),
      end: way.getPointAtLength(way.getTotalLength()),
    }))
    const first = ends.find(({ begin }) => near(begin, boxOf(from)))
    // A head is drawn over the last pixels.
    const last = ends.find(
      ({ way, end }) => near(end, boxOf(to), 9) && way.nextElementSibling?.classList.contains('head'),
    )
    if (!first || !last || ends.length > 2) return true
    const goesOn =
      first === last ||
      near(first.end, new DOMRect(last.begin.x, last.begin.y, 0, 0)) ||
      (near(first.end, pill) && near(last.begin, pill))
    return !goesOn
  })
}
