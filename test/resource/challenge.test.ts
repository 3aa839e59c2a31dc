import { describe, expect, it } from 'vitest'
import { createEnvironment } from '../../src/environment.ts'
import { challenges, saysInvalidToken } from '../../src/resource/challenge.ts'

const plain = (header: string) =>
  challenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])

describe('a WWW-Authenticate header', () => {
  it.each([
    ['', []],
    [' , ,', []],
    ['Bearer', [['bearer', {}]]],
    ['Bearer error="invalid_token"', [['bearer', { error: 'invalid_token' }]]],
    ['Bearer error=invalid_token', [['bearer', { error: 'invalid_token' }]]],
    ['bEARER Error="invalid_token"', [['bearer', { error: 'invalid_token' }]]],
    ['Bearer error = "invalid_token"', [['bearer', { error: 'invalid_token' }]]],
    ['Bearer realm="a, b=c", error="invalid_token"', [['bearer', { realm: 'a, b=c', error: 'invalid_token' }]]],
    ['Bearer realm="say \\"x\\", error=\\"y\\""', [['bearer', { realm: 'say "x", error="y"' }]]],
    ['Bearer realm="", error="x"', [['bearer', { realm: '', error: 'x' }]]],
    ['Bearer realm=, scope=, error="x"', [['bearer', { scope: '', error: 'x' }]]],
    ['Bearer realm="x" error="y"', [['bearer', { realm: 'x', error: 'y' }]]],
    ['Bearer error="first", error="second"', [['bearer', { error: 'first' }]]],
    [
      'Bearer error_uri=https://a.example/b?c=d, error="x"',
      [['bearer', { error_uri: 'https://a.example/b?c=d', error: 'x' }]],
    ],
    [
      'Basic realm="x", Bearer error="invalid_token"',
      [
        ['basic', { realm: 'x' }],
        ['bearer', { error: 'invalid_token' }],
      ],
    ],
    [
      'Negotiate, Bearer realm=y, error=z,Digest nonce="n"',
      [
        ['negotiate', {}],
        ['bearer', { realm: 'y', error: 'z' }],
        ['digest', { nonce: 'n' }],
      ],
    ],
    [
      'NTLM TlRMTVNTUAAB==, Bearer error="z"',
      [
        ['ntlm', {}],
        ['bearer', { error: 'z' }],
      ],
    ],
    ['Basic realm="Bearer error=invalid_token"', [['basic', { realm: 'Bearer error=invalid_token' }]]],
    ['Bearer realm="broken, error=invalid_token', [['bearer', { realm: '' }]]],
    ['error="invalid_token"', []],
  ])('is read: %s', (header, expected) => {
    expect(plain(header)).toEqual(expected)
  })

  it.each([
    ['of quotes', `Bearer ${'a="'.repeat(40_000)}`],
    ['of backslashes', `Bearer a="${'\\'.repeat(100_001)}`],
    ['of blanks', `Bearer ${'a '.repeat(50_000)}`],
    ['of equal signs', `Bearer a${'='.repeat(100_000)}b`],
  ])('is read in no time, even a long row %s', (_, header) => {
    const start = performance.now()
    challenges(header)
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})

describe('an answer', () => {
  const environment = createEnvironment()
  const quiet = new AbortController().signal
  const json = { 'content-type': 'application/json; charset=utf-8' }
  const judged = (status: number, headers: [string, string][] | Record<string, string>, body?: string) =>
    saysInvalidToken(new Response(body ?? null, { status, headers }), quiet, environment)

  it.each([
    ['a challenge', 401, { 'www-authenticate': 'Bearer error="invalid_token"' }, undefined, true],
    ['a challenge with status 403', 403, { 'www-authenticate': 'Bearer error="invalid_token"' }, undefined, false],
    ['another error', 401, { 'www-authenticate': 'Bearer error="insufficient_scope"' }, undefined, false],
    ['the word in other case', 401, { 'www-authenticate': 'Bearer error="Invalid_Token"' }, undefined, false],
    ['another scheme', 401, { 'www-authenticate': 'DPoP error="invalid_token"' }, undefined, false],
    ['no error', 401, { 'www-authenticate': 'Bearer realm="x"' }, undefined, false],
    ['no challenge', 401, {}, undefined, false],
    ['a JSON body', 401, json, '{"error":"invalid_token"}', true],
    ['a problem document', 401, { 'content-type': 'application/problem+json' }, '{"error":"invalid_token"}', true],
    ['a JSON body with status 400', 400, json, '{"error":"invalid_token"}', false],
    ['a JSON body of another error', 401, json, '{"error":"expired"}', false],
    ['a JSON body in a body', 401, json, '{"inner":{"error":"invalid_token"}}', false],
    ['a JSON word', 401, json, '"invalid_token"', false],
    ['JSON null', 401, json, 'null', false],
    ['broken JSON', 401, json, '{"error":"invalid_token"', false],
    ['text', 401, { 'content-type': 'text/plain' }, '{"error":"invalid_token"}', false],
    [
      'a body beside a bare challenge',
      401,
      { ...json, 'www-authenticate': 'Bearer' },
      '{"error":"invalid_token"}',
      true,
    ],
    [
      'a body that the challenge contradicts',
      401,
      { ...json, 'www-authenticate': 'Bearer error="invalid_request"' },
      '{"error":"invalid_token"}',
      false,
    ],
    ['a body that is too large', 401, json, `{"error":"invalid_token","x":"${'x'.repeat(20_000)}"}`, false],
  ] as const)('is judged by %s', async (_, status, headers, body, expected) => {
    expect(await judged(status, headers, body)).toBe(expected)
  })

  it('may have several headers', async () => {
    const headers: [string, string][] = [
      ['www-authenticate', 'Basic realm="a"'],
      ['www-authenticate', 'Bearer error="invalid_token"'],
    ]
    expect(await judged(401, headers)).toBe(true)
  })

  it('stays readable', async () => {
    const response = new Response('{"error":"other"}', { status: 401, headers: json })
    await saysInvalidToken(response, quiet, environment)
    expect(await response.text()).toBe('{"error":"other"}')
  })

  it('that never ends is not waited for', async () => {
    const rings: (() => void)[] = []
    const after = (_: number, ring: () => void) => {
      rings.push(ring)
      return () => {}
    }
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"err')) })
    const verdict = saysInvalidToken(new Response(endless, { status: 401, headers: json }), quiet, { after })
    expect(rings).toHaveLength(1)
    rings[0]?.()
    expect(await verdict).toBe(false)
  })

  it('that breaks off rejects where the caller has given up, and says nothing otherwise', async () => {
    const broken = () =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) }), {
        status: 401,
        headers: json,
      })
    expect(await saysInvalidToken(broken(), quiet, environment)).toBe(false)
    const gone = AbortSignal.abort(new Error('enough'))
    await expect(saysInvalidToken(broken(), gone, environment)).rejects.toThrow('enough')
  })
})
