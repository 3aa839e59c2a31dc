import { describe, expectTypeOf, it } from 'vitest'
import { createActor } from 'xstate'
import { type BackendClient, type BackendConnection, createBackendClient } from '../../src/backend/client/index.ts'
import { type Backend, type BackendOptions, backend } from '../../src/backend/index.ts'
import {
  type Client,
  createClient,
  type FlowContext,
  type Grant,
  mypos,
  type Provider,
  sumupPosPro,
  tyro,
} from '../../src/index.ts'

/** What must compile, and what must not. Nothing here runs. */

const office = createClient(sumupPosPro, {
  clientId: 'a',
  clientSecret: 'b',
  redirectUri: 'https://shop.example/callback',
})
const right: BackendOptions = { origins: [], session: () => undefined, allows: () => false }
declare const someProvider: Provider

describe('a handler', () => {
  it('is a function of a request, for a client of any grant', () => {
    expectTypeOf(backend(office, right)).toEqualTypeOf<Backend>()
    expectTypeOf(backend(office, right)).toBeCallableWith(new Request('https://shop.example'))
    backend(createClient(tyro, { clientId: 'a' }), right)
    backend(createClient(mypos, { clientId: 'a', clientSecret: 'b' }), right)
    // @ts-expect-error who may use which connection must be said
    backend(office, { origins: [], session: () => undefined })
    // @ts-expect-error how sessions are known must be said
    backend(office, { origins: [], allows: () => true })
    // @ts-expect-error which pages may ask must be said
    backend(office, { session: () => undefined, allows: () => true })
    // @ts-expect-error a device has no client to serve
    backend(createBackendClient('/oauth', sumupPosPro), right)
  })
})

describe('a client without secrets', () => {
  it('has the machine of its grant, like one that has them', () => {
    const device = createBackendClient('/oauth', sumupPosPro)
    expectTypeOf(device).toEqualTypeOf<BackendClient<'authorization_code'>>()
    expectTypeOf(device.machine).toEqualTypeOf<Client<'authorization_code'>['machine']>()
    const connection = device.connect('store-17')
    expectTypeOf(connection.actor.getSnapshot().context).toEqualTypeOf<FlowContext>()
    createActor(device.machine, { input: { connection: 'store-17' } })
    connection.actor.getSnapshot().matches('exchangingCode')
    // @ts-expect-error only the device grant polls
    connection.actor.getSnapshot().matches('polling')
    expectTypeOf(createBackendClient('/oauth', someProvider)).toEqualTypeOf<BackendClient<Grant>>()
    expectTypeOf(createBackendClient('/oauth', { grant: 'device_code', name: 'Ours' })).toEqualTypeOf<
      BackendClient<'device_code'>
    >()
  })

  it('takes no registration, and adopts no session', () => {
    // @ts-expect-error a secret has no place on a device
    createBackendClient('/oauth', sumupPosPro, { clientSecret: 'b' })
    // @ts-expect-error what a server keeps is on the server
    createBackendClient('/oauth', sumupPosPro).connect('store-17').adopt
    // @ts-expect-error the API is called from the server, or with the token that it lends
    createBackendClient('/oauth', sumupPosPro).connect('store-17').fetch
    expectTypeOf<Awaited<ReturnType<BackendConnection['token']>>>().not.toHaveProperty('extra')
  })
})
