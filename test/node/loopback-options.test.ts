import { describe, expect, it } from 'vitest'
import { type LoopbackOptions, loopbackRedirect } from '../../src/node/index.ts'

/** Options as a program without types gives them. */
const listen = (json: string) => loopbackRedirect(JSON.parse(json))

describe('options of a loopback redirect', () => {
  it.each([
    ['null', 'option options (an object)'],
    ['{ "port": 8765 }', 'option port (unknown)'],
    ['{ "timout": 5 }', 'option timout (unknown)'],
    ['{ "timeout": "5" }', 'option timeout (milliseconds above zero)'],
    ['{ "uri": 8765 }', 'option uri (a text)'],
    ['{ "signal": {} }', 'option signal (an AbortSignal)'],
    ['{ "pages": null }', 'option pages (an object)'],
    ['{ "pages": { "recieved": { "title": "x", "text": "y" } } }', 'option pages, option recieved (unknown)'],
    ['{ "pages": { "received": { "title": "x" } } }', 'option pages, option received (an object with the texts'],
    ['{ "pages": { "refused": null } }', 'option pages, option refused (an object with the texts'],
    ['{ "pages": { "unrelated": "x" } }', 'option pages, option unrelated (an object with the texts'],
    ['{ "pages": { "language": 3 } }', 'option pages, option language (a text)'],
  ])('are not %s: the failure names which', async (options, told) => {
    await expect(listen(options)).rejects.toMatchObject({
      name: 'OAuthError',
      code: 'invalid_configuration',
      message: expect.stringContaining(`Loopback redirect, ${told}`),
    })
  })

  it('may all be given, or be given as undefined', async () => {
    const page = { title: 'a', text: 'b' }
    const pages = { language: 'de', received: page, refused: page, unrelated: page }
    const { signal } = new AbortController()
    await (await loopbackRedirect({ uri: 'http://127.0.0.1/a', timeout: 1_000, signal, pages })).close()
    await (await listen('{}')).close()
    const left: LoopbackOptions = {}
    Object.assign(left, { uri: undefined, timeout: undefined, signal: undefined, pages: undefined })
    await (await loopbackRedirect(left)).close()
  })
})
