import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { tyro } from '../../src/index.ts'
import { english } from '../../src/view/english.ts'
import { describeInBrowser } from '../support/browser/testbed.ts'
import { root } from './pages.ts'
import { fromSources, programOf } from './program.ts'

/** What a host has around the screen of the page: a connection, and an element to draw in. */
const host = `
import { createClient, type Provider } from 'oauth-machines'
import { createElement } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'

export function draw(provider: Provider) {
  const till = createClient(provider, { clientId: 'any' }, { allowLoopbackHttp: true }).connect('till')
  const screen = createElement(ConnectScreen, { connection: till, provider: 'Tyro Connect' })
  flushSync(() => createRoot(document.body.appendChild(document.createElement('div'))).render(screen))
  return till
}`

const folder = mkdtempSync(`${root}test/docs/.running-`)
const file = `${folder}/screen.tsx`
writeFileSync(file, `/** @jsxImportSource react */\n${fromSources(programOf('screens') + host)}`)
afterAll(() => rmSync(folder, { recursive: true }))

describeInBrowser('the screen of the guide', pathToFileURL(file), (testbed) => {
  it('counts from the time that a code has, and notices a stop, between two seconds too', async () => {
    const tab = await testbed().openTab()
    const [left, title] = await tab.evaluate(async (provider) => {
      const pause = (span: number) => new Promise((resolve) => setTimeout(resolve, span))
      const till = Reflect.get<object, string>(globalThis, 'library').draw(provider)
      // The page's clock has not struck since the screen was drawn.
      await pause(600)
      const shown = new Promise((resolve) => {
        new MutationObserver(() => {
          const timer = document.querySelector('[role=timer]')
          if (timer) resolve(timer.textContent)
        }).observe(document.body, { childList: true, subtree: true })
      })
      till.send({ type: 'authorization.start' })
      const left = await shown
      await till.stop()
      await pause(50)
      return [left, document.querySelector('h1')?.textContent]
    }, testbed().provider(tyro))
    expect(left).toMatch(/^(?:15:00|14:5\d)$/)
    expect(title).toBe(english.titles.stopped)
  })
})
