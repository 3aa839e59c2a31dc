import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPlace, type Place } from './support/processes.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

const isBuilt = existsSync(fileURLToPath(new URL('../../dist/viewer/', import.meta.url)))

describe('oauth-machines inspect', { timeout: 30_000 }, () => {
  it('has an example', async () => {
    expect((await place.run(['inspect', '--help'])).out).toMatch(
      /\nExample:\n {2}oauth-machines inspect --port 0 .*\n$/,
    )
  })

  it.skipIf(!isBuilt)('tells programs its links, and no more (needs the page)', async () => {
    const viewer = place.start(['inspect', '--port', '0', '--json'])
    const first = JSON.parse(await viewer.says(/^(.*)\n/))
    const origin = `http://127.0.0.1:${first.port}/#`
    expect(first).toMatchObject({ version: 1, type: 'viewer', port: expect.any(Number) })
    for (const link of [first.link, first.hostLink]) expect(link.startsWith(origin)).toBe(true)
    viewer.child.stdin.write('\n')
    const second = JSON.parse(await viewer.says(/^.*\n(.*)\n/))
    expect(second).toEqual({ ...first, link: expect.stringContaining(origin) })
    expect(second.link).not.toBe(first.link)
    expect(await viewer.kill('SIGTERM')).toMatchObject({ code: 0, err: '' })
    expect(viewer.out().trim().split('\n')).toHaveLength(2)
  })
})
