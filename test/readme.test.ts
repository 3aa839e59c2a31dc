import { describe, expect, it, vi } from 'vitest'
import { outputIn } from './docs/pages.ts'
import {
  connectionIn,
  functionIn,
  isConnected,
  patience,
  printed,
  programOf,
  run,
  surroundings,
} from './docs/program.ts'

// That its code compiles, and that its links and commands lead somewhere, is tested in test/docs.
describe('README.md', { timeout: 30_000 }, () => {
  it('prints what it says, to whoever tries it', async () => {
    surroundings()
    const lines = printed()
    await run(programOf('README'))
    expect(lines.join('\n')).toBe(outputIn('README.md'))
  })

  it('connects a till, and calls an API', async () => {
    const { emulator, programIn } = surroundings()
    const lines = printed()
    const { till, orders, token } = await run(programIn('README', 1))
    const connection = connectionIn(till)
    const shown = await vi.waitUntil(() => lines.find((line) => line.startsWith('Approve')), patience)
    emulator.approve(/\w{4}-\w{4}/.exec(shown)?.[0] ?? '')
    await isConnected(connection)
    expect(await functionIn(orders)()).toMatchObject({ status: 200 })
    expect(await functionIn(token)()).toBe(await connection.accessToken())
  })

  it('says what is missing where there is no key', async () => {
    const { programIn } = surroundings()
    vi.stubEnv('TILL_KEY', undefined)
    const lines = printed()
    connectionIn((await run(`${programIn('README', 1)}\n`)).till)
    await vi.waitFor(() => expect(lines.join()).toMatch(/vault.* TILL_KEY/), patience)
  })
})
