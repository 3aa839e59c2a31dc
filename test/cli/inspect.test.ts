import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPlace, type Place } from './support/processes.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

describe('oauth-machines inspect', { timeout: 30_000 }, () => {
  it('has an example', async () => {
    expect((await place.run(['inspect', '--help'])).out).toMatch(
      /\nExample:\n {2}oauth-machines inspect --port 0 .*\n$/,
    )
  })
})
