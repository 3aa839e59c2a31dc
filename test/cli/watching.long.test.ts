import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated, secret } from './support/emulated.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
  await world.connect()
  await world.connect('--connection', 'shop 2')
  const office = ['--client-id', 'office', '--client-secret-file', world.secretFile]
  await world.run(['login', world.mypos, ...office, '--no-save-secret'])
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

/** The connections that are shown to run. */
async function watched(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const watching = world.start(['watch', ...words], { env })
  await watching.says(/(begins in recalling)/)
  const outcome = await watching.kill('SIGINT')
  const names = [...(outcome?.out ?? '').matchAll(/(\S+\/.+?) +begins in/g)].map(([, name]) => name)
  return { ...outcome, names }
}

describe('watch', { timeout: 60_000 }, () => {
  it('runs all, with the secret of the environment where none is remembered', async () => {
    const { names, err } = await watched([], { OAUTH_MACHINES_CLIENT_SECRET: secret })
    expect(names).toEqual(['our-mypos/default', 'our-tyro/default', 'our-tyro/shop 2'])
    expect(err).toBe('')
  })

  it('passes over one that lacks something, and says so', async () => {
    const { code, names, err } = await watched([])
    expect({ code, names }).toEqual({ code: 0, names: ['our-tyro/default', 'our-tyro/shop 2'] })
    expect(err).toMatch(/^our-mypos\/default is passed over\. .*wants a client secret.*\n$/)
  })

  it('runs all of one provider, or one', async () => {
    expect((await watched(['our-tyro'])).names).toEqual(['our-tyro/default', 'our-tyro/shop 2'])
    expect((await watched([world.tyro])).names).toEqual(['our-tyro/default', 'our-tyro/shop 2'])
    expect((await watched(['our-tyro', '--connection', 'shop 2'])).names).toEqual(['our-tyro/shop 2'])
    expect((await watched(['--connection', 'shop 2'])).names).toEqual(['our-tyro/shop 2'])
    expect((await watched([world.tyro, '--client-id', 'x', '--vault', 'new'])).names).toEqual(['our-tyro/default'])
  })

  it('fails where nothing can be run', async () => {
    const { code, err } = await world.run(['watch', 'our-mypos'])
    expect(code).toBe(2)
    expect(err).toContain('wants a client secret')
  })
})
