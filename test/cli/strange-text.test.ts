import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonLine, printable } from '../../src/cli/printable.ts'
import { spanOf } from '../../src/cli/spans.ts'
import { plain } from '../../src/plain-text.ts'
import { createEmulated } from './support/emulated.ts'

/** What moves the cursor, rings, turns text around or hides it. */
const strange = '\u001b[2J\u001b]0;title\u0007\u009b31m\u007f\u202e\u2066\u200b\u2028\r\b'
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for
const dangerous = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

describe('text from elsewhere', () => {
  it('is plain, and passes for no colour', () => {
    expect(plain(`a${strange}b\n\u001b[31mc`)).toBe('a[2J]0;title31mb[31mc')
    expect(printable(`a\u001b[1mb\u001b[22m\nc${strange}`)).toBe('a\u001b[1mb\u001b[22m\nc[2J]0;title31m')
  })

  it('is the same in JSON, and harmless there', () => {
    const line = jsonLine({ text: `a${strange}😀é` })
    expect(line).not.toMatch(dangerous)
    expect(JSON.parse(line)).toEqual({ text: `a${strange}😀é` })
    expect(line).toContain('😀é')
  })

  it.each([
    [-5, '0 s'],
    [50_400, '50 s'],
    [119_400, '119 s'],
    [600_000, '10 min'],
    [86_100_000, '23 h 55 min'],
    [86_400_000, '24 h'],
    [5_184_000_000, '60 d'],
  ])('and a span of %d ms reads %s', (span, text) => {
    expect(spanOf(span)).toBe(text)
  })
})

describe('a server that says strange things', { timeout: 60_000 }, () => {
  let world: Awaited<ReturnType<typeof createEmulated>>
  beforeAll(async () => {
    world = await createEmulated()
  }, 30_000)
  afterAll(() => world[Symbol.asyncDispose]())

  const code = (user_code: string, verification_uri: string) =>
    world.emulator.fault(
      { provider: 'tyro', endpoint: 'deviceAuthorization' },
      {
        kind: 'status',
        status: 200,
        body: { device_code: 'd', user_code, verification_uri, expires_in: 60, interval: 0.1 },
      },
    )
  const refusal = (body: object) =>
    world.emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 400, body })

  it.each([[[]], [['--json']], [['--verbose']]])('reaches no terminal with it: login %j', async (words) => {
    code(`AB${strange}CD`, `https://tyro.example/a${strange}`)
    refusal({ error: `access_denied`, error_description: `no${strange}` })
    const name = `strange ${words.length}${words[0] ?? ''}`
    const { out, err } = await world.run(['login', world.tyro, '--client-id', 'till', '--connection', name, ...words])
    expect(out).toContain('AB')
    expect(out.replaceAll('\n', '')).not.toMatch(dangerous)
    expect(err.replaceAll('\n', '')).not.toMatch(dangerous)
  })

  it('shows no link but http(s)', async () => {
    code('ABCD', 'javascript:alert(1)')
    const {
      code: exit,
      out,
      err,
    } = await world.run(['login', world.tyro, '--client-id', 'till', '--connection', 'link'])
    expect(exit).toBe(1)
    expect(out + err).not.toContain('javascript')
  })

  it.each([
    ['not JSON', '{ "id": "x",\n oops', 'ours.json is not JSON (line 2 column 2).'],
    [
      'of wrong members',
      JSON.stringify({ id: 'x', grant: 'magic', endpoints: { token: 'no' }, scopes: { default: ['two words'] } }),
      'ours.json: provider data, name (missing), ' +
        'grant (expected ("device_code" | "authorization_code" | "client_credentials")), ' +
        'endpoints.token (expected an http(s) URL), clientAuthentication (missing), ' +
        'scopes.default.0 (expected a scope token of RFC 6749 §3.3): the configuration is wrong.',
    ],
    ['of an unknown member', JSON.stringify({ ...JSON.parse('{}'), id: 'UPPER' }), 'ours.json: provider data, id'],
    ['empty', '', 'ours.json is not JSON.'],
  ])('a file that is %s is refused by its name', async (_, text, reason) => {
    await writeFile(join(world.folder, 'ours.json'), text)
    const { code: exit, out, err } = await world.run(['providers', 'check', 'ours.json'])
    expect({ exit, out }).toEqual({ exit: 2, out: '' })
    expect(err).toContain(reason)
    expect(err).not.toContain('oops')
    expect(err.includes('See docs/adding-a-provider.md')).toBe(!reason.includes('JSON'))
  })
})
