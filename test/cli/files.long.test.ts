import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { platform } from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated, secret } from './support/emulated.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

const mark = Buffer.from([0xef, 0xbb, 0xbf])
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])

describe('the file of a client secret', { timeout: 30_000 }, () => {
  const token = (file: string) => ['refresh', world.mypos, '--client-id', 'office', '--client-secret-file', file]
  const use = async (content: string | Buffer) => {
    const file = join(world.folder, 'a-secret.txt')
    await writeFile(file, content, { mode: 0o600 })
    return await world.run(token(file))
  }
  const sent = () => {
    const authorization = world.emulator.journal.at(-1)?.headers.get('authorization') ?? ''
    return Buffer.from(authorization.slice('Basic '.length), 'base64').toString()
  }

  it.each([
    ['large', 'x'.repeat(3_000_000), 'is larger than 4096 bytes.'],
    ['of two lines', `${secret}\nmore\n`, 'holds more than one line'],
    ['with NUL', `${secret}\0`, 'is not UTF-8 but UTF-16'],
    ['in UTF-16', utf16(secret), 'is not UTF-8 but UTF-16'],
    ['not of text', Buffer.from([0xc3, 0x28]), 'is not UTF-8 but UTF-16'],
    ['with an accent', `${secret}é`, 'holds more than one line, or characters that no secret has'],
    ['empty', ' \n', 'is empty.'],
  ])('that is %s is refused by its name, and not quoted', async (_, content, reason) => {
    const { code, out, err } = await use(content)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(`a-secret.txt, ${reason}`)
    expect(err).not.toContain(secret)
  })

  it.each([
    ['as Windows saves it', Buffer.concat([mark, Buffer.from(`${secret}\r\n`)])],
    ['without an end of the line', Buffer.from(secret)],
  ])('is read %s', async (_, content) => {
    expect(await use(content)).toMatchObject({ code: 0, err: '' })
    expect(sent()).toBe(`office:${secret}`)
  })

  it.skipIf(platform === 'win32')('may be a pipe', async () => {
    const within = (words: readonly string[]): [string, string[]] => ['sh', ['-c', 'cat | "$@"', 'sh', ...words]]
    expect(await world.run(token('/dev/stdin'), { input: secret, within })).toMatchObject({ code: 0 })
    expect(sent()).toBe(`office:${secret}`)
  })
})

describe('the file of a provider', { timeout: 30_000 }, () => {
  const valid = {
    id: 'x',
    name: 'X',
    grant: 'device_code',
    endpoints: { token: 'https://x.example/t', deviceAuthorization: 'https://x.example/d' },
    clientAuthentication: 'none',
    scopes: { default: [] },
  } as const
  const check = async (content: string | Buffer) => {
    await writeFile(join(world.folder, 'x.json'), content)
    return await world.run(['providers', 'check', 'x.json'])
  }

  it('may begin with a byte order mark', async () => {
    expect(await check(Buffer.concat([mark, Buffer.from(JSON.stringify(valid))]))).toMatchObject({ code: 0, err: '' })
  })

  it('in UTF-16 is told from one that is not JSON', async () => {
    const { code, err } = await check(utf16(JSON.stringify(valid)))
    expect(code).toBe(2)
    expect(err).toContain('x.json is not UTF-8 but UTF-16, or no text: save it as UTF-8.')
  })

  it.each([
    ['http://127.0.0.1:1/t', {}],
    ['https://x.example/t', { sandbox: { token: 'https://y.example/t', deviceAuthorization: 'https://y.example/d' } }],
    ['https://x.example/t', { resource: { origins: ['https://a.example'], headers: { 'X-Client': '{client_id}' } } }],
    ['https://x.example/t', { id: 'x'.repeat(64) }],
    ['https://x.example/t', { clientAuthentication: 'client_secret_post' }],
  ])('that a client takes passes: %s %j', async (token, more) => {
    const { code, err } = await check(JSON.stringify({ ...valid, ...more, endpoints: { ...valid.endpoints, token } }))
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  it.each([
    [{ endpoints: { ...valid.endpoints, token: 'http://x.example/t' } }, 'endpoint token'],
    [{ sandbox: { ...valid.endpoints, token: 'http://x.example/t' } }, 'endpoint token'],
    [{ resource: { origins: ['http://a.example'] } }, 'resource.origins'],
    [{ resource: { origins: ['https://a.example/b'] } }, 'resource.origins (without a path'],
    [{ resource: { origins: ['https://a.example'], headers: { 'X Y': 'z' } } }, 'resource.headers'],
    [{ id: 'x'.repeat(65) }, 'provider data, id (expected up to 64'],
  ])('that a client refuses is refused: %j', async (more, reason) => {
    const { code, out, err } = await check(JSON.stringify({ ...valid, ...more }))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(reason)
  })
})
