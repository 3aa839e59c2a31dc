import { describe, expect, it } from 'vitest'
import { createClient, defineProvider, mypos, type Provider, tyro } from '../../src/index.ts'
import { resourceOf } from '../../src/resource/resource-origins.ts'
import { settingsOf } from '../support/scripted-fetch.ts'

const clientId = 'client'
const provider = (resource: NonNullable<Provider['resource']>): Provider => ({ ...tyro, resource })
const resource = (from: Provider, added?: readonly string[], allowLoopbackHttp = false, id = clientId) => {
  const { origins, headers } = resourceOf(settingsOf(from, { clientId: id }), added, allowLoopbackHttp)
  return { origins: [...origins], headers }
}

describe('the origins of a resource', () => {
  it('are the provider’s and those that a host adds, as origins', () => {
    const from = provider({ origins: ['https://A.example/', 'https://b.example:443/path', 'https://c.example:8443'] })
    expect(resource(from, ['https://D.example/', 'https://a.example']).origins).toEqual([
      'https://a.example',
      'https://b.example',
      'https://c.example:8443',
      'https://d.example',
    ])
    expect(resource(tyro).origins).toEqual(['https://api.tyro.com'])
    const { resource: _, ...without } = tyro
    expect(resource(without)).toEqual({ origins: [], headers: {} })
  })

  it.each([
    ['no URL', 'api.example.com'],
    ['a path', 'https://api.example.com/v1'],
    ['a query', 'https://api.example.com?x'],
    ['a fragment', 'https://api.example.com#x'],
    ['credentials', 'https://user:word@api.example.com'],
    ['http', 'http://api.example.com'],
    ['another scheme', 'ftp://api.example.com'],
    ['an opaque origin', 'data:text/plain,x'],
    ['loopback http that is not allowed', 'http://127.0.0.1:8080'],
    ['nothing', ''],
    ['no text', 5],
  ])('are refused by the option’s name where they have %s', (_, origin) => {
    const added: unknown = ['https://fine.example', origin]
    const create = () => createClient(tyro, { clientId }, { resourceOrigins: added as string[] })
    expect(create).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
    expect(create).toThrow(/option resourceOrigins/)
  })

  it('are a list', () => {
    const added: unknown = 'https://api.example.com'
    const create = () => createClient(tyro, { clientId }, { resourceOrigins: added as string[] })
    expect(create).toThrow(/option resourceOrigins/)
  })

  it('may be loopback http where that is allowed, and nothing else that is not https', () => {
    for (const origin of ['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:3000']) {
      expect(resource(tyro, [origin], true).origins).toContain(origin)
      expect(resource(provider({ origins: [origin] }), [], true).origins).toEqual([origin])
    }
    for (const origin of ['http://127.0.0.1.evil.example', 'http://10.0.0.1', 'ws://127.0.0.1'])
      expect(() => resource(tyro, [origin], true)).toThrow(/option resourceOrigins/)
  })

  it('of provider data are https as well', () => {
    for (const origin of ['http://api.example.com', 'http://127.0.0.1:1']) {
      const create = () => createClient(defineProvider(provider({ origins: [origin] })), { clientId })
      expect(create).toThrow(expect.objectContaining({ code: 'insecure_endpoint' }))
      expect(create).toThrow(/resource.origins/)
    }
  })
})

describe('the headers of a resource', () => {
  it('are filled in with the client id, as it is', () => {
    const { headers } = resourceOf(settingsOf(mypos, { clientId: 'a$&b', clientSecret: 's' }), [], false)
    expect(headers).toEqual({ 'API-Key': 'a$&b', 'X-Request-ID': '{uuid}' })
  })

  it.each([
    ['a name', { 'not a name': 'x' }, 'client'],
    ['a value', { 'x-a': 'a\nb' }, 'client'],
    ['a client id', { 'x-a': '{client_id}' }, 'ключ'],
  ])('that HTTP cannot send are refused at once, by their place: %s', (_, headers, id) => {
    const create = () => createClient(provider({ origins: ['https://a.example'], headers }), { clientId: id })
    expect(create).toThrow(/resource.headers/)
    expect(create).not.toThrow(id)
  })
})
