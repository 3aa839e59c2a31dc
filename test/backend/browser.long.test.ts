import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type SumupPosProOptions } from '../../src/emulator/index.ts'
import { listenOn } from '../../src/emulator/socket.ts'
import { memoryVault } from '../../src/index.ts'
import { findChromium, NEEDS_CHROMIUM } from '../support/browser/chromium.ts'
import { type AppServer, listenTo, pageScript, serveApi, serveApp } from './support/browsing.ts'
import { clientSecret } from './support/pair.ts'

const executablePath = findChromium()
if (executablePath === undefined) console.warn(`a page without secrets: ${NEEDS_CHROMIUM}`)

let browser: Browser
let script: string
const endings: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  if (executablePath === undefined) return
  script = await pageScript()
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
}, 60_000)

afterAll(() => browser?.close(), 30_000)

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
}, 30_000)

/** The provider, the app's server before it, and browsers that log in to the app. */
async function stage(sumupPosPro: SumupPosProOptions = {}) {
  const emulator = createEmulator({ sumupPosPro })
  await emulator.listen()
  const api = await serveApi(emulator)
  const [vault, stores] = [memoryVault(), new Map<string, string>()]
  const parts = { emulator, vault, stores, script, api: api.origin }
  let server = await serveApp(parts)
  endings.push(
    () => emulator.close(),
    () => api.close(),
    () => server.close(),
  )

  /** A browser in which somebody has logged in to the app. */
  async function person(store: string, prepare: (context: BrowserContext) => Promise<unknown> = async () => {}) {
    const context = await browser.newContext()
    endings.push(() => context.close())
    await prepare(context)
    const ear = listenTo(context, server.origin)
    const page = await context.newPage()
    await page.goto(server.origin)
    await page.getByLabel('Store').fill(store)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('heading', { name: 'Connect your store' }).waitFor()
    return { context, page, ear }
  }

  return {
    emulator,
    vault,
    stores,
    person,
    server: (): AppServer => server,
    async restart(meanwhile: () => Promise<unknown> = async () => {}) {
      const { port } = server
      await server.close()
      await meanwhile()
      server = await serveApp({ ...parts, port })
    },
  }
}

const status = (page: Page, text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor()
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const link = (page: Page) => page.getByRole('link', { name: 'Log in at SumUp POS Pro' })

/** Begins, opens the provider's page, and says yes or no there. */
async function logIn(page: Page, answer: 'Allow' | 'Refuse' = 'Allow'): Promise<void> {
  await press(page, 'Connect')
  await link(page).click()
  await press(page, answer)
}

/** What an expression says of the page's own `store`. As text, since a compiler would not leave the import as it is. */
const ask = (page: Page, expression: string) =>
  page.evaluate<unknown>(`import('/page.js').then(async ({ store }) => (${expression}))`)

const generationIn = async (page: Page) =>
  Number(await ask(page, 'store.actor.getSnapshot().context.token?.generation ?? 0'))

const requestsWith = (emulator: { journal: readonly { form: URLSearchParams }[] }, grant: string) =>
  emulator.journal.filter(({ form }) => form.get('grant_type') === grant).length

describe.skipIf(executablePath === undefined)('a page without secrets', { timeout: 40_000 }, () => {
  it('connects a store, calls the API through its server, and disconnects', async () => {
    const { person, server, emulator, vault } = await stage()
    const { page, ear } = await person('store-17')
    await status(page, 'Not connected.')
    await logIn(page)
    await status(page, 'Connected.')
    expect(page.url()).toBe(`${server().origin}/`)
    const orders = await page.evaluate(async () => (await fetch('/orders')).json())
    expect(orders).toEqual([{ order: 'two coffees' }])
    const { tokens } = JSON.parse(JSON.stringify((await vault.read('store-17'))?.record))
    await press(page, 'Disconnect')
    await status(page, 'remove the integration in the merchant')
    expect(JSON.stringify((await vault.read('store-17'))?.record)).not.toContain('emulated')

    // What the page received, and sent, with headers and addresses.
    await ear.all()
    const [exchange] = emulator.journal.filter(({ form }) => form.get('grant_type') === 'authorization_code')
    const verifier = exchange?.form.get('code_verifier')
    const code = exchange?.form.get('code')
    for (const secret of [clientSecret, verifier, tokens.refreshToken, tokens.accessToken]) {
      expect(secret).toMatch(/^.{20,}$/)
      expect(ear.received.filter(({ text, url }) => `${url} ${text}`.includes(String(secret)))).toEqual([])
    }
    const withCode = ear.received.filter(({ text, url }) => `${url} ${text}`.includes(String(code)))
    expect(withCode.map(({ url, status }) => [new URL(url).pathname, status])).toEqual([['/oauth/callback', 303]])
    expect(
      await page.evaluate(() => JSON.stringify([performance.getEntries(), history.state, document.referrer])),
    ).not.toContain(String(code))
    expect(ear.received.length).toBeGreaterThan(8)

    // Although the page tells nobody where it is, its browser names its origin.
    const asked = server().came.filter(({ method, path }) => method === 'POST' && path.startsWith('/oauth/'))
    expect(new Set(asked.map(({ origin }) => origin))).toEqual(new Set([server().origin]))
    expect(new Set(asked.map((came) => came.status))).toEqual(new Set([200]))
    expect(requestsWith(emulator, 'authorization_code')).toBe(1)
  })

  it('shows the same link after a reload, says why a login failed, and connects the next time', async () => {
    const { person, server, emulator } = await stage()
    const { page } = await person('store-17')
    await press(page, 'Connect')
    const before = await link(page).getAttribute('href')
    await page.reload()
    await link(page).waitFor()
    expect(await link(page).getAttribute('href')).toBe(before)
    await link(page).click()
    await press(page, 'Refuse')
    await status(page, 'refused by the person')
    expect(page.url()).toBe(`${server().origin}/?failure=authorization_denied`)
    await logIn(page)
    await status(page, 'Connected.')
    await page.reload()
    await status(page, 'Connected.')
    expect(requestsWith(emulator, 'authorization_code')).toBe(1)
  })

  it('hears in one tab what happened in another', async () => {
    const { person, server } = await stage()
    const { page: one, context } = await person('store-17')
    await press(one, 'Connect')
    await link(one).waitFor()
    const two = await context.newPage()
    await two.goto(server().origin)
    await link(two).click()
    await press(two, 'Allow')
    await status(two, 'Connected.')
    await status(one, 'Connected.')
    await press(two, 'Disconnect')
    await status(two, 'remove the integration')
    await one.evaluate(() => dispatchEvent(new Event('focus')))
    await status(one, 'remove the integration')
  })

  it('hands a redirect over itself, where its own route gets it', async () => {
    const { person, emulator } = await stage()
    const { page } = await person('store-17')
    await press(page, 'Connect')
    const url = await emulator.login((await link(page).getAttribute('href')) ?? '')
    const forged = url.replace(/state=[^&]+/, 'state=forged')
    expect(await ask(page, `store.respond('${forged}').catch(({ code }) => code)`)).toBe('state_mismatch')
    await ask(page, `store.respond('${url}')`)
    await status(page, 'Connected.')
    expect(requestsWith(emulator, 'authorization_code')).toBe(1)
  })
})

describe.skipIf(executablePath === undefined)('another browser', { timeout: 40_000 }, () => {
  it('neither sees nor finishes the connection of a store that it did not log in for', async () => {
    const { person, server, emulator } = await stage()
    const { page: owner } = await person('store-17')
    const { page: other, ear } = await person('store-18')
    await press(owner, 'Connect')
    const href = (await link(owner).getAttribute('href')) ?? ''
    const statuses = await other.evaluate(
      (verbs) =>
        Promise.all(
          verbs.map(async (verb) => {
            const body = JSON.stringify({ connection: 'store-17', wish: { type: 'token.forget' } })
            const headers = { 'content-type': 'application/json' }
            const response = await fetch(`/oauth/${verb}`, { method: 'POST', headers, body })
            return `${response.status} ${await response.text()}`
          }),
        ),
      [
        'recall',
        'prepareAuthorization',
        'exchangeCode',
        'refreshToken',
        'revokeToken',
        'forget',
        'recordRevoke',
        'accessToken',
      ],
    )
    expect(statuses.filter((answer) => !/^403 .*"code":"app_not_allowed"/.test(answer))).toEqual([])
    await other.goto(await emulator.login(href))
    expect(other.url()).toBe(`${server().origin}/?failure=state_mismatch`)
    expect(requestsWith(emulator, 'authorization_code')).toBe(0)
    await ear.all()
    const state = new URL(href).searchParams.get('state') ?? ''
    const seen = ear.received.filter(({ text }) => text.includes(state) || text.includes('store-17'))
    expect(seen).toEqual([])
    await owner.goto(await emulator.login(href))
    await status(owner, 'Connected.')
    await status(other, 'Not connected.')
  })

  it('of the same store sees that somebody logs in, but has no link, and is connected with it', async () => {
    const { person } = await stage()
    const { page: owner } = await person('store-17')
    const { page: other } = await person('store-17')
    await press(owner, 'Connect')
    await link(owner).waitFor()
    await other.reload()
    await other.getByRole('button', { name: 'Cancel' }).and(other.locator(':enabled')).waitFor()
    expect(await link(other).isVisible()).toBe(false)
    await link(owner).click()
    await press(owner, 'Allow')
    await status(owner, 'Connected.')
    await status(other, 'Connected.')
  })

  it('that is not logged in is told to, and asked for no more', async () => {
    const { person, stores } = await stage()
    const { page } = await person('store-17')
    await status(page, 'Not connected.')
    stores.clear()
    await press(page, 'Connect')
    await status(page, 'nobody is logged in to this application')
  })
})

/** What a page of somebody else tries: whatever a browser lets it send. */
async function attack(app: string): Promise<string[]> {
  const body = JSON.stringify({ connection: 'store-17', wish: { type: 'token.forget' } })
  const send = async (init: RequestInit) => {
    const answers = ['forget', 'revokeToken', 'recall'].map((verb) =>
      fetch(`${app}/oauth/${verb}`, { method: 'POST', credentials: 'include', body, ...init }).then(
        (response) => `${response.type} ${response.status}`,
        () => 'refused',
      ),
    )
    return Promise.all(answers)
  }
  const simple = { 'content-type': 'text/plain' }
  const forms = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'].map(
    (enctype) =>
      new Promise<string>((resolve) => {
        const frame = Object.assign(document.createElement('iframe'), { name: enctype })
        const form = Object.assign(document.createElement('form'), { method: 'post', enctype, target: enctype })
        form.action = `${app}/oauth/forget`
        form.append(
          Object.assign(document.createElement('input'), { name: '{"connection":"store-17","x":"', value: '"}' }),
        )
        frame.onload = () => frame.contentWindow && resolve('sent')
        document.body.append(frame, form)
        form.submit()
      }),
  )
  const image = new Promise<string>((resolve) => {
    const element = new Image()
    element.onerror = () => resolve('no image')
    element.src = `${app}/oauth/forget?connection=store-17`
  })
  return [
    ...(await send({ headers: { 'content-type': 'application/json' } })),
    ...(await send({ headers: simple, mode: 'no-cors' })),
    ...(await send({ headers: simple })),
    String(navigator.sendBeacon(`${app}/oauth/forget`, new Blob([body], { type: 'text/plain' }))),
    ...(await Promise.all(forms)),
    await image,
  ]
}

describe.skipIf(executablePath === undefined)('a page of somebody else', { timeout: 40_000 }, () => {
  it.each([
    ['on another host', '127.0.0.1', false],
    ['on another port of the same host, with the cookie', 'localhost', true],
  ])('%s has no say and learns nothing', async (_, host, hasCookie) => {
    const { person, server, vault, emulator } = await stage()
    const { page, context } = await person('store-17')
    await logIn(page)
    await status(page, 'Connected.')
    const before = await vault.read('store-17')
    const evil = await listenOn(
      0,
      async () => new Response('<!doctype html><body>', { headers: { 'content-type': 'text/html' } }),
    )
    endings.push(() => evil.close())
    const tab = await context.newPage()
    await tab.goto(evil.origin.replace('127.0.0.1', host))
    const start = server().came.length
    const answers = await tab.evaluate(attack, server().origin)
    const came = server()
      .came.slice(start)
      .filter(({ path }) => path.startsWith('/oauth/'))
    expect(answers.filter((answer) => /^(cors|basic)/.test(answer))).toEqual([])
    expect(came.length).toBeGreaterThanOrEqual(8)
    expect(came.filter(({ status }) => ![403, 405, 415].includes(status))).toEqual([])
    expect(came.some((request) => request.hasCookie)).toBe(hasCookie)
    expect(await vault.read('store-17')).toEqual(before)
    expect(requestsWith(emulator, 'refresh_token')).toBe(0)
  })
})

describe.skipIf(executablePath === undefined)('a server that is not there', { timeout: 40_000 }, () => {
  it('is waited for: what was asked is done after a restart, once', async () => {
    const { person, restart, emulator } = await stage()
    const { page } = await person('store-17')
    await logIn(page)
    await status(page, 'Connected.')
    await restart(async () => {
      await press(page, 'Disconnect')
      await status(page, 'the server was not reached. Check the network; it is tried again.')
    })
    await status(page, 'remove the integration')
    await press(page, 'Connect')
    await link(page).waitFor()
    await restart()
    await link(page).click()
    await press(page, 'Allow')
    await status(page, 'Connected.')
    expect(requestsWith(emulator, 'authorization_code')).toBe(2)
  })

  it('has done what it was asked, although its answer was lost', async () => {
    const { person, emulator, vault } = await stage()
    const { page } = await person('store-17')
    await logIn(page)
    await status(page, 'Connected.')
    let lost = 0
    await page.route('**/oauth/{refreshToken,revokeToken}', async (route) => {
      if (lost++ === 1) return route.continue()
      await route.fetch()
      await route.abort('connectionreset')
    })
    await ask(page, "store.send({ type: 'token.refresh' })")
    await expect.poll(() => generationIn(page), { timeout: 10_000 }).toBe(2)
    expect(requestsWith(emulator, 'refresh_token')).toBe(1)
    await press(page, 'Disconnect')
    await status(page, 'remove the integration')
    expect(lost).toBeGreaterThanOrEqual(2)
    expect((await vault.read('store-17'))?.record).toMatchObject({ ended: { because: 'revoked' } })
  })
})

describe.skipIf(executablePath === undefined)('two tills whose clocks are hours apart', { timeout: 60_000 }, () => {
  it('keep one session alive together, each by its own clock', async () => {
    const { person, emulator } = await stage({ accessTokenLifetime: 4 })
    const ahead = (hours: number) => (context: BrowserContext) =>
      context.addInitScript((shift) => {
        const now = Date.now.bind(Date)
        Date.now = () => now() + shift
      }, hours * 3_600_000)
    const { page: early } = await person('store-17', ahead(-5))
    const { page: late } = await person('store-17', ahead(7))
    await logIn(early)
    await status(early, 'Connected.')
    await late.reload()
    await status(late, 'Connected.')
    for (const page of [early, late])
      await expect.poll(() => generationIn(page), { timeout: 30_000 }).toBeGreaterThanOrEqual(3)
    for (const page of [early, late]) {
      const left = Number(await ask(page, 'store.actor.getSnapshot().context.token.expiresAt - Date.now()'))
      expect(left).toBeGreaterThan(-1_500)
      expect(left).toBeLessThanOrEqual(4_000)
    }
    // Each token was renewed by one of them; the other took it over.
    const refreshes = requestsWith(emulator, 'refresh_token')
    const newest = Math.max(await generationIn(early), await generationIn(late))
    expect(refreshes).toBeGreaterThanOrEqual(newest - 1)
    expect(refreshes).toBeLessThanOrEqual(newest)
  })
})
