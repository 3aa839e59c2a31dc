import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated } from './support/emulated.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
  await world.connect()
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

describe('a connection that is not there', { timeout: 60_000 }, () => {
  it.each([
    ['status', '--connection', 'nope'],
    ['status', 'our-tyro', '--connection', 'nope'],
    ['watch', '--connection', 'nope'],
  ])('is what %s says: %s %s %s', async (...words) => {
    const { code, err } = await world.run(words)
    expect({ code, err }).toEqual({ code: 3, err: 'There is no connection nope.\n' })
    const { out } = await world.run([...words, '--json'])
    expect(JSON.parse(out)).toMatchObject({ type: 'failure', code: 'authorization_required', exitCode: 3 })
  })

  it('is no connection of a provider that was named', async () => {
    expect((await world.run(['status', 'tyro'])).code).toBe(3)
    expect((await world.run(['status', 'our-tyro'])).code).toBe(0)
    expect((await world.run(['status', '--vault', 'none'])).code).toBe(0)
  })
})

describe('logout', { timeout: 60_000 }, () => {
  it('may be repeated, as long as the provider is known', async () => {
    for (let time = 0; time < 2; time++) {
      const { code, out, err } = await world.run(['logout', world.tyro, '--connection', 'never'])
      expect({ code, out, err }).toEqual({
        code: 0,
        out: '✔ Was not connected, and is forgotten: Our Tyro Connect, never\n',
        err: '',
      })
    }
    expect(await world.run(['logout', 'tyro', '--json'])).toMatchObject({ code: 0, err: '' })
  })

  it('of a provider that came from a file, and is forgotten, tells how it can be repeated', async () => {
    expect((await world.run(['logout', 'our-tyro'])).code).toBe(0)
    const { code, err } = await world.run(['logout', 'our-tyro'])
    expect(code).toBe(2)
    expect(err).toContain('give the path of a JSON file, as for one that was forgotten with its last logout.')
    expect((await world.run(['logout', world.tyro])).code).toBe(0)
  })
})
