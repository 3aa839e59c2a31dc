import { describe, expect, it } from 'vitest'
import { type Paper, screenOf } from '../../src/cli/login-screen.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { createClient, createEnvironment, tyro } from '../../src/index.ts'
import { viewOf } from '../../src/view/view-of.ts'

const emulator = createEmulator()
const environment = createEnvironment({ fetch: emulator.fetch })
const till = createClient(tyro, { clientId: 'any' }, { environment }).connect('till')
const prompted = new Promise<void>((resolve) => till.on('prompt.changed', () => resolve()))
till.send({ type: 'authorization.start' })
await prompted
const shown = viewOf(till.actor.getSnapshot(), Date.now())
await till.stop()

const url = shown.link?.url ?? ''
const qrWidth = shown.qr?.[0]?.length ?? 0
const isPicture = (line: string) => /[█▀▄]{4}/.test(line)
const linesOn = (columns: number, rows: number, view = shown) => {
  const paper: Paper = { columns, rows, style: (_, text) => text, hasColours: false }
  return screenOf(view, 'Connect Tyro Connect', paper).split('\n')
}

describe('the screen of a login', () => {
  it('is drawn on any width: no word is cut for ever, and nothing is wider than what cannot be broken', () => {
    const long = {
      ...shown,
      ...(shown.link && { link: { ...shown.link, url: `https://example.com/${'a'.repeat(58)}` } }),
    }
    for (const view of [shown, long])
      for (let columns = 0; columns <= 100; columns++) {
        const widest = Math.max(...linesOn(columns, 60, view).map((line) => line.length))
        expect({ columns, widest: widest <= Math.max(columns, 2 + 2 + 6 + 9) }).toEqual({ columns, widest: true })
      }
  })

  it('has the QR code beside the words, below them, or not at all, as there is room', () => {
    const beside = linesOn(80, 24)
    const below = linesOn(50, 60)
    expect(beside.find(isPicture)).toMatch(/ {35}[█▀▄]/)
    expect(beside.length).toBeLessThanOrEqual(23)
    expect(below.filter(isPicture).every((line) => /^ {2}[█▀▄ ]+$/.test(line))).toBe(true)
    expect(below.filter(isPicture).length).toBeGreaterThanOrEqual(qrWidth / 2 - 1)
    expect(linesOn(qrWidth + 2, 60).some(isPicture)).toBe(false)
    expect(linesOn(qrWidth + 3, 60).some(isPicture)).toBe(true)
    for (let rows = 10; rows < 60; rows++) {
      const lines = linesOn(50, rows)
      if (lines.some(isPicture)) expect(lines.length).toBeLessThan(rows)
    }
    expect(linesOn(50, 20).some(isPicture)).toBe(false)
  })

  it('has the link where it stays in one piece', () => {
    expect(linesOn(url.length + 3, 20)).toContain(`  ${url}`)
    expect(linesOn(url.length + 2, 20).join('\n')).not.toContain(url)
  })
})
