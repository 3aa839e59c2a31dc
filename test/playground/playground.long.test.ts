import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../src/emulator/index.ts'
import { parseRecording } from '../../src/inspect/recording.ts'
import { presentOf, storiesOf } from '../../src/inspect/story.ts'
import { findChromium, INSECURE_HOST, NEEDS_CHROMIUM } from '../support/browser/chromium.ts'
import { everything, type Visit, visitPlayground } from './browser.ts'
import { markersOf } from './markers.ts'
import { takePictures, wantsPictures } from './pictures.ts'
import { receptionAt, receptionOfStrange, statusAt } from './strangers.ts'

const executable = findChromium()
if (executable === undefined) {
  console.warn(`the playground: ${NEEDS_CHROMIUM}`)
  it.skip(`the playground (${NEEDS_CHROMIUM})`)
}

/** What the page held, at each step. */
const seen = new Set<string>()

/** In milliseconds: a machine that is busy draws late. */
const patience = { timeout: 30_000, interval: 20 }

/** Resolves once this state, and no other, is lit in the chart. */
async function lit(page: Page, state: string): Promise<void> {
  const live = page.locator('[data-state].live')
  const states = () => live.evaluateAll((groups) => groups.map((group) => group.getAttribute('data-state')))
  await expect.poll(states, patience).toEqual([state])
  seen.add(await everything(page))
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** A button of the connection, by the event that it sends: its words are another test's. */
const ask = (page: Page, event: string) => page.locator(`.buttons [title="${event}"]`).click()

/** The states of the timeline, the first one first. */
async function timeline(page: Page): Promise<string[]> {
  const names = await page.getByRole('region', { name: 'Timeline' }).locator('.row-name').allTextContents()
  return names.reverse()
}

describe.skipIf(executable === undefined)('the playground', { timeout: 120_000 }, () => {
  let visit: Visit
  let writePictures = async () => {}
  const page = () => visit.page

  beforeAll(async () => {
    visit = await visitPlayground(executable ?? '', wantsPictures ? 2 : 1)
  }, 60_000)
  afterAll(async () => {
    await writePictures()
    await visit?.[Symbol.asyncDispose]()
  }, 60_000)

  it('shows three connections that nobody has connected yet', async () => {
    for (const name of ['tyro/till-3', 'sumup/store-17', 'mypos/payouts']) {
      await press(page(), name)
      await lit(page(), 'idle')
    }
    expect(page().url()).toBe(`${visit.origin}/`)
  })

  it('shows a service at myPOS that needs nobody', async () => {
    await press(page(), 'mypos/payouts')
    await press(page(), 'Ask for a token')
    await lit(page(), 'authorized')
    expect(await timeline(page())).toEqual(['recalling', 'idle', 'requestingToken', 'authorized'])
  })

  it('shows a login at SumUp, whose browser comes back to a page without the code', async () => {
    await press(page(), 'sumup/store-17')
    await ask(page(), 'authorization.start')
    await lit(page(), 'awaitingUser')
    const tab = await visit.openPrompt()
    await tab.getByRole('button', { name: 'Allow' }).click()
    await tab.getByRole('heading', { name: 'Connected' }).waitFor()
    expect(tab.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback\/connected$/)
    seen.add(await everything(tab))
    await tab.close()
    await lit(page(), 'authorized')
  })

  it('shows why a login at Tyro waits, from the code to the session, a slow down between them', async () => {
    await press(page(), 'tyro/till-3')
    await ask(page(), 'authorization.start')
    await lit(page(), 'awaitingUser')
    const { code, uri } = lastCode(visit)
    const now = page().getByRole('region', { name: 'Now', exact: true })
    for (const text of [code, uri, 'poll']) expect(await now.textContent()).toContain(text)
    expect(await page().locator('.qr svg').count()).toBe(1)

    await expect.poll(() => timeline(page()), patience).toContain('polling')
    await press(page(), 'Slow down')
    await page().getByRole('status').getByText('its next poll is answered slow_down').waitFor()
    await lit(page(), 'slowDown')
    expect(await now.textContent()).toContain('every 6 seconds')
    writePictures = await takePictures(page(), 'playground')

    const tab = await visit.openPrompt()
    await tab.getByRole('button', { name: 'Approve' }).click()
    await tab.getByRole('heading', { name: 'Approved' }).waitFor()
    await tab.close()
    await lit(page(), 'authorized')
    expect((await timeline(page())).slice(-2)).toEqual(['polling', 'authorized'])
  })

  it('shows what a lost answer costs where refresh tokens rotate', async () => {
    await press(page(), 'Lose the next answer')
    await page().locator('.failure').getByText('outcome_unknown').waitFor()
    await lit(page(), 'authorized')
    expect((await timeline(page())).slice(-4)).toEqual(['backingOff', 'recalling', 'refreshing', 'authorized'])
  })

  it('shows a session that the server has revoked, and a merchant who refuses another', async () => {
    await press(page(), 'Revoke at the server')
    await lit(page(), 'expired')
    await ask(page(), 'authorization.start')
    await lit(page(), 'awaitingUser')
    const tab = await visit.openPrompt()
    await tab.getByRole('button', { name: 'Refuse' }).click()
    await tab.getByRole('heading', { name: 'Refused' }).waitFor()
    await tab.close()
    await lit(page(), 'failed')
    await page().locator('.failure').getByText('authorization_denied').waitFor()
  })

  it('shows an outage that is waited out, and a restart that goes on where it was', async () => {
    await press(page(), 'sumup/store-17')
    await press(page(), 'Outage')
    await lit(page(), 'backingOff')
    await page().locator('.failure').getByText('server_unavailable').waitFor()
    await press(page(), 'End the outage')
    await lit(page(), 'authorized')
    expect((await timeline(page())).slice(-4)).toEqual(['backingOff', 'recalling', 'refreshing', 'authorized'])

    await press(page(), 'Restart the program')
    await page().getByText('run 2 of 2').waitFor()
    await lit(page(), 'authorized')
  })

  it('shows a service that replaces a revoked token by itself, and is disconnected', async () => {
    await press(page(), 'mypos/payouts')
    await press(page(), 'Revoke at the server')
    await expect
      .poll(() => timeline(page()).then((states) => states.slice(-3)), patience)
      .toEqual([...['authorized', 'refreshing', 'authorized']])
    await lit(page(), 'authorized')
    await ask(page(), 'token.revoke')
    await page().getByRole('button', { name: /^Yes/ }).click()
    await lit(page(), 'revoked')
  })

  it('shows what a clock does that jumps: a code runs out, a token is renewed', async () => {
    await press(page(), 'tyro/till-3')
    await ask(page(), 'authorization.start')
    await lit(page(), 'awaitingUser')
    await press(page(), 'Set the clock an hour ahead')
    await lit(page(), 'expired')
    await page().locator('.failure').getByText('grant_expired').waitFor()
    await press(page(), 'sumup/store-17')
    await lit(page(), 'authorized')
    expect((await timeline(page())).slice(-2)).toEqual(['refreshing', 'authorized'])
  })

  it('says why, where something makes no sense now', async () => {
    await press(page(), 'tyro/till-3')
    await press(page(), 'Revoke at the server')
    await page().getByText('There is no session to revoke').waitFor()
  })

  it('gives away a recording and a report that hold no name but those of connections, no prompt and no secret', async () => {
    const [download] = await Promise.all([page().waitForEvent('download'), press(page(), 'Download recording')])
    const recording = await readFile(await download.path(), 'utf8')
    const { observations, problems } = parseRecording(recording)
    expect(problems).toEqual([])
    const ends = [...storiesOf(observations).values()].map((story) => `${story.name} ${presentOf(story)?.state}`)
    expect(ends).toEqual([
      ...['tyro/till-3 expired', 'sumup/store-17 authorized', 'mypos/payouts revoked', 'sumup/store-17 authorized'],
    ])

    await press(page(), 'Copy report')
    const report = await page().evaluate(() => navigator.clipboard.readText())
    expect(report).toContain('`deviceCode`')
    expect(report).not.toContain('tyro/till-3')

    const { secrets, prompts } = markersOf(visit.playground.emulator.journal)
    for (const text of [recording, report]) {
      for (const marker of [...secrets, ...prompts]) expect(text).not.toContain(marker)
    }
  })

  it('shows and sends no secret, at any step', () => {
    const { secrets, prompts } = markersOf(visit.playground.emulator.journal)
    const texts = [...seen, ...visit.frames]
    expect(secrets.length).toBeGreaterThan(12)
    // Where prompts are found, secrets would be.
    for (const found of [[...seen], visit.frames]) {
      expect(prompts.some((prompt) => found.some((text) => text.includes(prompt)))).toBe(true)
    }
    for (const secret of secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([])
  })

  it('asks nobody else for anything, and no console complains', () => {
    const { requests, complaints, origin } = visit
    expect(requests.length).toBeGreaterThan(4)
    const own = [origin, origin.replace('http', 'ws')]
    expect(requests.filter((url) => !own.includes(new URL(url).origin))).toEqual([])
    expect(complaints).toEqual([])
  })

  it('lets in no page of another origin, and answers to no other name', async () => {
    const { origin, playground, context } = visit
    const [one, other] = [playground.newLink(), playground.newLink()]
    expect(await receptionOfStrange(context, one)).toEqual({ fetched: 'refused', socket: 'refused' })
    expect(await receptionAt(context, origin, other)).toEqual({ fetched: 'answered', socket: 'answered' })
    expect(await statusAt(context, origin.replace('127.0.0.1', INSECURE_HOST))).toBe(421)
    expect(await statusAt(context, origin)).toBe(200)
  })
})

/** What the server gave out last, for a till. */
function lastCode({ playground }: Visit): { code: string; uri: string } {
  const asked = ({ endpoint }: JournalEntry) => endpoint === 'deviceAuthorization'
  const body = JSON.parse(playground.emulator.journal.findLast(asked)?.body ?? '{}')
  return { code: body.user_code, uri: body.verification_uri }
}
