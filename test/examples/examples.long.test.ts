import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, NEEDS_CHROMIUM } from '../support/browser/chromium.ts'
import { buildPages, examples, screens } from './build.ts'
import { deviceStories } from './device-stories.ts'
import { electronStories } from './electron-stories.ts'
import { loginStories } from './login-stories.ts'
import { looksStories } from './looks-stories.ts'
import { renderingStories } from './rendering-stories.ts'
import { Theatre } from './stage.ts'

const lines = (file: string) => readFileSync(join(examples, file), 'utf8').trimEnd().split('\n')

it.each([...Object.values(screens), 'electron/main.ts'])('%s has fewer than 100 lines', (file) => {
  expect(lines(file).length).toBeLessThan(100)
})

it('README.md names files that exist', () => {
  const links = lines('README.md').flatMap((line) => [...line.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link))
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((link) => !existsSync(join(examples, link)))).toEqual([])
})

it('imports nothing but packages and what stands in examples, so that the folder can be copied', () => {
  const modules = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.(tsx?|vue|svelte)$/.test(path),
  )
  const imported = modules.flatMap((path) =>
    [
      ...lines(path)
        .join('\n')
        .matchAll(/(?:from|import\(?|new URL\()\s*'(\.[^']*)'/g),
    ].map(([, to = '']) => join(dirname(path), to)),
  )
  expect(imported.length).toBeGreaterThan(50)
  expect(imported.filter((path) => path.startsWith('..'))).toEqual([])
})

const executable = findChromium()
const title = executable === undefined ? `the screen (${NEEDS_CHROMIUM})` : 'the screen'

describe.skipIf(executable === undefined)(title, { timeout: 60_000 }, () => {
  let opened: Theatre | undefined
  const theatre = () => {
    if (opened) return opened
    throw new Error('The browser has not been started.')
  }
  beforeAll(async () => {
    opened = await Theatre.open(executable ?? '')
    await buildPages(join(opened.folder, 'pages'))
  }, 90_000)
  afterAll(() => opened?.[Symbol.asyncDispose](), 30_000)

  deviceStories(theatre)
  loginStories(theatre)
  electronStories(theatre)
  renderingStories(theatre)
  looksStories(theatre)
})
