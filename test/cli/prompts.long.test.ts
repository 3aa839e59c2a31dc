import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated, secret } from './support/emulated.ts'
import { hasTerminals, onTerminal } from './support/pty.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

const typed = (words: readonly string[]) => world.start(words, { within: (all) => onTerminal(all) })
/** The last words of a prompt: it has read keys since before it said them. */
const ready = /(\(not shown\))/
const asked = (name: string) => typed(['token', world.mypos, '--client-id', 'office', '--vault', name])

describe.skipIf(!hasTerminals)('on a terminal (needs Python for one)', { timeout: 60_000 }, () => {
  it('a secret is shown by no key', async () => {
    const office = asked('shown')
    await office.says(ready)
    office.child.stdin.write(`${secret.slice(0, 10)}\u0014${secret.slice(10)}\r`)
    const { code, out } = await office.ended()
    expect(code).toBe(0)
    expect(out).not.toContain(secret.slice(0, 10))
    expect(out).not.toMatch(/ctrl|toggle/i)
  })

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s at the prompt of a secret cancels, and says no more', async (name, key) => {
    const office = asked(name)
    await office.says(ready)
    office.child.stdin.write(key)
    const { code, out } = await office.ended()
    expect(code).toBe(130)
    expect(out).toMatch(/Cancelled\.\r\n$/)
    expect(out).not.toMatch(/Warning|await|main\.[jt]s/)
  })

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s where a URL is to be pasted gives the login up', async (name, key) => {
    const registration = ['--client-id', 'till', '--client-secret-file', world.secretFile, '--connection', name]
    const login = typed(['login', world.sumup, ...registration, '--redirect-uri', 'https://pos.example.com/callback'])
    await login.says(ready)
    login.child.stdin.write(key)
    const { code, out } = await login.ended()
    expect(code).toBe(130)
    expect(out).toMatch(/Cancelled\.\r\n$/)
    expect(out).not.toContain('could not be read')
  })

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s where a probe asks whether to go on cancels it', async (_, key) => {
    const probing = typed(['probe', world.tyro, '--client-id', 'till'])
    await probing.says(/(Go on\?)/)
    probing.child.stdin.write(key)
    const { code, out } = await probing.ended()
    expect(code).toBe(130)
    expect(out).toMatch(/Cancelled\.\r\n$/)
  })
})
