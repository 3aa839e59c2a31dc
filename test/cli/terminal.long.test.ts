import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated, secret } from './support/emulated.ts'
import type { Settings } from './support/processes.ts'
import { hasTerminals, onTerminal } from './support/pty.ts'
import { createScreen } from './support/screen.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

const login = (name: string) => ['login', world.tyro, '--client-id', 'till', '--connection', name] as const

/** Types a command on a terminal, and looks at it. */
function typed(words: readonly string[], size = { columns: 80, rows: 24 }, env: Settings['env'] = {}) {
  const running = world.start(words, { env, within: (all) => onTerminal(all, size) })
  const read = () => {
    const screen = createScreen(size.columns, size.rows)
    screen.feed(running.out())
    return screen
  }
  const shows = async (pattern: RegExp): Promise<string> => {
    for (let tries = 0; tries < 1_500; tries++) {
      const found = pattern.exec(read().text())
      if (found) return found[1] ?? ''
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`it does not show ${pattern}: ${read().text()}`)
  }
  return { ...running, read, shows }
}

describe.skipIf(!hasTerminals)('on a terminal (needs Python for one)', { timeout: 60_000 }, () => {
  it('a login fits 80 columns and 24 rows: code, QR code in black on white, link, time; and leaves a line', async () => {
    const till = typed(login('wide'))
    const code = await till.shows(/│ {3}(\S+) {3}│/)
    await till.shows(/Nobody has allowed/)
    const screen = till.read()
    const lines = screen.text().split('\n')
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(screen.text()).toContain(`?user_code=${code}`)
    expect(screen.text()).toMatch(/\d+:\d\d left/)
    const [, , third = []] = screen.cells()
    const white = third.filter(({ styles }) => styles.includes('30') && styles.includes('107'))
    expect(white.length).toBeGreaterThan(36)

    world.emulator.approve(code)
    expect((await till.ended()).code).toBe(0)
    expect(till.read().text()).toMatch(/^✔ Connected: Our Tyro Connect, wide\n {2}Scopes {2}offline_access\n/)
    expect(till.read().text()).not.toContain(code)
  })

  it('Ctrl-C gives it up, and the screen is as before', async () => {
    const till = typed(login('cancelled'))
    await till.shows(/│ {3}(\S+) {3}│/)
    till.child.stdin.write('\u0003')
    expect((await till.ended()).code).toBe(130)
    expect(till.read().text()).toBe('Cancelled.')
    // The cursor is back.
    expect(till.out().lastIndexOf('\u001b[?25h')).toBeGreaterThan(till.out().lastIndexOf('\u001b[?25l'))
  })

  it('a small one has all but the picture', async () => {
    const till = typed(login('small'), { columns: 50, rows: 20 })
    const code = await till.shows(/│ {3}(\S+) {3}│/)
    expect(till.read().text()).not.toMatch(/[█▀▄]/)
    expect(
      Math.max(
        ...till
          .read()
          .text()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(50)
    // The link does not fit: it stands above, in one piece for whoever copies it.
    expect(till.out()).toMatch(new RegExp(`\nhttp\\S+user_code=${code}\r?\n`))
    world.emulator.deny(code)
    expect((await till.ended()).code).toBe(1)
  })

  it('a narrow but high one has the picture below', async () => {
    const till = typed(login('high'), { columns: 50, rows: 60 })
    await till.shows(/(left[\s\S]*Ctrl-C cancels\.[\s\S]*[█▀▄]{8})/)
    till.child.stdin.write('\u0003')
    expect((await till.ended()).code).toBe(130)
  })

  it('the narrowest one has the words, and hears Ctrl-C', async () => {
    const till = typed(login('narrow'), { columns: 20, rows: 30 })
    await till.shows(/(Ctrl-C cancels\.)/)
    till.child.stdin.write('\u0003')
    expect((await till.ended()).code).toBe(130)
  })

  it('NO_COLOR sets no colour, and the picture is there', async () => {
    const till = typed(login('plain'), undefined, { NO_COLOR: '1' })
    const code = await till.shows(/│ {3}(\S+) {3}│/)
    expect(till.read().text()).toMatch(/█{8}/)
    world.emulator.approve(code)
    await till.ended()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
    expect(till.out()).not.toMatch(/\u001b\[[\d;]*m/)
  })

  it('a secret is asked for, and not shown', async () => {
    const office = typed(['token', world.mypos, '--client-id', 'office'])
    await office.shows(/(Client secret of Our myPOS \(not shown\))/)
    office.child.stdin.write(`${secret}\r`)
    const { code, out } = await office.ended()
    expect(code).toBe(0)
    expect(out).toMatch(/emulated\w{34}/)
    expect(out).not.toContain(secret)
    expect(out).not.toContain('*')
  })
})
