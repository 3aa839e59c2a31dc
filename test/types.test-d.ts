import {
  type authorizationCode,
  type Client,
  type Connection,
  type ConnectionEvent,
  type clientCredentials,
  createClient,
  createEnvironment,
  defineProvider,
  type deviceCode,
  type FailureCode,
  type FlowContext,
  type FlowTag,
  mypos,
  OAuthError,
  type Provider,
  type Registration,
  type Sealed,
  type Summary,
  seal,
  standing,
  sumupPosPro,
  type TokenSummary,
  tyro,
} from 'oauth-machines'
import { describe, expectTypeOf, it } from 'vitest'
import { type AnyActorRef, createActor, type SnapshotFrom, waitFor } from 'xstate'

/**
 * What must compile, and what must not. `tsc -p .` is the judge: an `@ts-expect-error` above a line that compiles is an
 * error itself. Nothing here runs.
 */

declare const failed: OAuthError
declare const maybe: string | undefined
declare const provider: Provider
const clientId = 'a client'
const clientSecret = 'a secret'
const redirectUri = 'https://shop.example/callback'

describe('a registration', () => {
  it('is what the provider needs', () => {
    createClient(tyro, { clientId })
    createClient(tyro, { clientId, scopes: ['offline_access'] })
    createClient(mypos, { clientId, clientSecret, sandbox: true, deviations: ['basic_semicolon'] })
    createClient(sumupPosPro, { clientId, clientSecret, redirectUri, deviations: ['unsafe_missing_state'] })
    expectTypeOf<Registration['sandbox']>().toEqualTypeOf<boolean | undefined>()
    expectTypeOf<Registration<typeof tyro | typeof mypos>['sandbox']>().toEqualTypeOf<boolean | undefined>()
    expectTypeOf<Registration<typeof mypos>['clientSecret']>().toEqualTypeOf<string>()
    expectTypeOf<Registration<typeof tyro>['clientSecret']>().toEqualTypeOf<undefined>()
    expectTypeOf<Registration<typeof sumupPosPro>['redirectUri']>().toEqualTypeOf<string>()
  })

  it('may leave what it need not say undefined', () => {
    createClient(tyro, {
      clientId,
      clientSecret: undefined,
      redirectUri: undefined,
      scopes: undefined,
      sandbox: undefined,
    })
    createClient(mypos, { clientId, clientSecret, sandbox: undefined, deviations: undefined })
    createClient(provider, { clientId, clientSecret: maybe, redirectUri: maybe })
    const options = {
      vault: undefined,
      environment: undefined,
      requestTimeout: undefined,
      allowLoopbackHttp: undefined,
    }
    createClient(tyro, { clientId }, { ...options, resourceOrigins: undefined, inspect: undefined })
    // @ts-expect-error myPOS' clients are confidential
    createClient(mypos, { clientId, clientSecret: maybe })
  })

  it('is nothing else', () => {
    // @ts-expect-error every client has an id
    createClient(tyro, {})
    // @ts-expect-error Tyro's clients are public: a secret would be sent to nobody
    createClient(tyro, { clientId, clientSecret })
    // @ts-expect-error the device grant has no redirect
    createClient(tyro, { clientId, redirectUri })
    // @ts-expect-error Tyro has no test servers of its own
    createClient(tyro, { clientId, sandbox: true })
    // @ts-expect-error Tyro documents no deviation
    createClient(tyro, { clientId, deviations: ['basic_semicolon'] })
    // @ts-expect-error myPOS' clients are confidential
    createClient(mypos, { clientId })
    // @ts-expect-error client credentials have no redirect
    createClient(mypos, { clientId, clientSecret, redirectUri })
    // @ts-expect-error a deviation of another provider
    createClient(mypos, { clientId, clientSecret, deviations: ['unsafe_missing_state'] })
    // @ts-expect-error the browser must come back somewhere
    createClient(sumupPosPro, { clientId, clientSecret })
    // @ts-expect-error SumUp POS Pro's clients are confidential
    createClient(sumupPosPro, { clientId, redirectUri })
    // @ts-expect-error a deviation that nobody has heard of
    createClient(sumupPosPro, { clientId, clientSecret, redirectUri, deviations: ['unsafe_everything'] })
    // @ts-expect-error scopes are a list
    createClient(tyro, { clientId, scopes: 'offline_access' })
    // @ts-expect-error a misspelt option
    createClient(tyro, { clientID: clientId })
    // @ts-expect-error a timeout is a number of milliseconds
    createClient(tyro, { clientId }, { requestTimeout: '30s' })
    // @ts-expect-error an environment's alarms are its own, so that they keep to its clock
    createEnvironment({ alarm: () => () => {} })
  })
})

describe('a provider', () => {
  it('keeps its literals, and is checked', () => {
    expectTypeOf(tyro.grant).toEqualTypeOf<'device_code'>()
    expectTypeOf(tyro).toExtend<Provider>()
    const endpoints = { token: 'https://provider.example/token' }
    const rest = { id: 'x', name: 'X', endpoints, scopes: { default: [] } }
    const lists = {
      scopes: { default: ['a'], optional: ['b'], onRequest: ['c'] },
      deviations: ['basic_semicolon'],
      resource: { origins: ['https://api.example'] },
    } as const
    defineProvider({ ...rest, ...lists, grant: 'device_code', clientAuthentication: 'none' })
    defineProvider({ ...tyro, issuer: undefined })
    // @ts-expect-error the password grant is not supported
    defineProvider({ ...rest, grant: 'password', clientAuthentication: 'none' })
    // @ts-expect-error a way to authenticate that is not supported
    defineProvider({ ...rest, grant: 'device_code', clientAuthentication: 'private_key_jwt' })
    // @ts-expect-error the token endpoint is missing
    defineProvider({ ...rest, endpoints: {}, grant: 'device_code', clientAuthentication: 'none' })
  })
})

const device = createClient(tyro, { clientId }).connect('till-3')
const code = createClient(sumupPosPro, { clientId, clientSecret, redirectUri }).connect('till-3')
const credentials = createClient(mypos, { clientId, clientSecret }).connect('till-3')

describe('a client', () => {
  it('has the machine of its grant', () => {
    expectTypeOf(createClient(tyro, { clientId })).toEqualTypeOf<Client<'device_code'>>()
    expectTypeOf<Client<'device_code'>['machine']>().toEqualTypeOf<typeof deviceCode>()
    expectTypeOf<Client<'authorization_code'>['machine']>().toEqualTypeOf<typeof authorizationCode>()
    expectTypeOf<Client<'client_credentials'>['machine']>().toEqualTypeOf<typeof clientCredentials>()
  })

  it('connects names, and needs one', () => {
    const client = createClient(tyro, { clientId })
    createActor(client.machine, { input: { connection: 'till-3' } })
    // @ts-expect-error two connections without names would share a record
    client.connect()
    // @ts-expect-error a machine begins with its name
    createActor(client.machine)
    // @ts-expect-error a token is no input: it lives in the vault
    createActor(client.machine, { input: { connection: 'till-3', accessToken: 'a token' } })
  })
})

type Shared =
  | 'recalling'
  | 'idle'
  | 'authorized'
  | 'refreshing'
  | 'backingOff'
  | 'revoking'
  | 'forgetting'
  | 'revoked'
  | 'expired'
  | 'failed'

describe('a snapshot', () => {
  const snapshot = device.actor.getSnapshot()

  it('has the states of its chart, and no other', () => {
    expectTypeOf<SnapshotFrom<typeof deviceCode>['value']>().toEqualTypeOf<
      Shared | 'requestingCode' | 'awaitingUser' | 'polling' | 'slowDown' | 'adopting'
    >()
    expectTypeOf<SnapshotFrom<typeof authorizationCode>['value']>().toEqualTypeOf<
      Shared | 'preparing' | 'awaitingUser' | 'exchangingCode' | 'adopting'
    >()
    expectTypeOf<SnapshotFrom<typeof clientCredentials>['value']>().toEqualTypeOf<Shared | 'requestingToken'>()
    expectTypeOf(snapshot.hasTag).parameter(0).toEqualTypeOf<FlowTag>()
    expectTypeOf<FlowTag>().toEqualTypeOf<'connected' | 'pending' | 'needsUser'>()
    snapshot.matches('slowDown')
    // @ts-expect-error no state is called so
    snapshot.matches('connected')
    // @ts-expect-error only the code grant exchanges codes
    snapshot.matches('exchangingCode')
    // @ts-expect-error only the device grant polls
    credentials.actor.getSnapshot().matches('polling')
    // @ts-expect-error `authorized` is a state, not a tag
    snapshot.hasTag('authorized')
    // @ts-expect-error one asks with an event, not with its name
    snapshot.can('token.refresh')
  })

  it('knows no secret', () => {
    expectTypeOf(snapshot.context).toEqualTypeOf<FlowContext>()
    expectTypeOf(snapshot.context.token).toEqualTypeOf<TokenSummary | undefined>()
    expectTypeOf<Extract<FlowContext['prompt'], { kind: 'redirect' }>['url']>().toEqualTypeOf<Sealed>()
    // @ts-expect-error the token is in the vault
    snapshot.context.accessToken
    // @ts-expect-error and not in its summary either
    snapshot.context.token?.refreshToken
    // @ts-expect-error what a machine knows is not written to
    snapshot.context.failure = undefined
    // @ts-expect-error a prompt is of one kind: a redirect has no user code
    if (snapshot.context.prompt?.kind === 'redirect') snapshot.context.prompt.userCode
    // @ts-expect-error an instant may be unknown
    snapshot.context.token?.expiresAt.toFixed()
  })
})

describe('an event', () => {
  it('is one that the charts know, complete', () => {
    device.send({ type: 'token.rejected', generation: 3 })
    code.send({ type: 'authorization.responded', url: new URL(redirectUri) })
    code.send({ type: 'authorization.start', binding: 'a session' })
    code.send({ type: 'authorization.start', binding: maybe })
    code.send({ type: 'authorization.responded', url: redirectUri, binding: maybe })
    code.respond(redirectUri, { binding: maybe, signal: undefined, timeout: undefined })
    code.adopt({ refreshToken: 'a token', scope: maybe })
    code.actor.send({ type: 'authorization.responded', url: seal(redirectUri) })
    expectTypeOf<ConnectionEvent['type']>().toEqualTypeOf<
      | `authorization.${'start' | 'cancel' | 'responded'}`
      | `token.${'refresh' | 'rejected' | 'revoke' | 'forget'}`
      | 'record.changed'
    >()
    // @ts-expect-error an event that no chart knows
    device.send({ type: 'token.steal' })
    // @ts-expect-error an event is an object
    device.send('token.refresh')
    // @ts-expect-error which token was rejected?
    device.send({ type: 'token.rejected' })
    // @ts-expect-error a generation is a number
    device.send({ type: 'token.rejected', generation: '3' })
    // @ts-expect-error the browser came back with a URL
    code.send({ type: 'authorization.responded' })
    // @ts-expect-error a URL is a string, a URL or sealed
    code.send({ type: 'authorization.responded', url: 42 })
    // @ts-expect-error XState's own actor takes sealed URLs only: a plain one would show in an inspector
    code.actor.send({ type: 'authorization.responded', url: redirectUri })
    // @ts-expect-error the same goes for a session binding
    code.actor.send({ type: 'authorization.start', binding: 'a session' })
    // @ts-expect-error nobody but an actor answers
    device.actor.send({ type: 'xstate.done.actor.recall', output: undefined })
  })
})

describe('a connection', () => {
  it('has an actor that is one for XState, also where its grant is not known', async () => {
    const unknown = (connection: Connection) => waitFor(connection.actor, (snapshot) => snapshot.hasTag('connected'))
    expectTypeOf(unknown(device)).resolves.toHaveProperty('context')
    expectTypeOf<Connection['actor']>().toExtend<AnyActorRef>()
  })

  it('promises strings, and tells what happened', () => {
    expectTypeOf(device.accessToken()).toEqualTypeOf<Promise<string>>()
    expectTypeOf(device.stop()).toEqualTypeOf<Promise<void>>()
    expectTypeOf(device.name).toEqualTypeOf<string>()
    device.on('token.changed', ({ token }) => expectTypeOf(token).toEqualTypeOf<TokenSummary | undefined>())
    device.on('transition', ({ duration }) => expectTypeOf(duration).toEqualTypeOf<number>())
    device.on('ended', ({ because }) => expectTypeOf<FailureCode>().toExtend<typeof because>())
    // @ts-expect-error nothing tells tokens
    device.on('token.received', () => {})
    // @ts-expect-error a summary of a token is not the token
    device.on('token.changed', ({ token }) => token?.accessToken)
    // @ts-expect-error a timeout is a number of milliseconds
    device.accessToken({ timeout: '5s' })
    // @ts-expect-error a connection keeps its name
    device.name = 'till-4'
    // @ts-expect-error what a connection is made of is its own affair
    device.held
  })
})

describe('words', () => {
  it('are closed lists', () => {
    expectTypeOf(failed.code).toEqualTypeOf<FailureCode>()
    expectTypeOf(standing(undefined, 0)).toEqualTypeOf<Summary['standing']>()
    // @ts-expect-error no failure is called so
    failed.code === 'oops'
    // @ts-expect-error the server's word may be missing
    failed.failure.error.length
    // @ts-expect-error a failure is not changed after the fact
    failed.failure.retryable = true
    // @ts-expect-error where a connection stands depends on the time
    standing(undefined)
    // @ts-expect-error a sealed string is opened, not read
    seal(redirectUri).length
    // @ts-expect-error an error is made of a failure, not of a message
    new OAuthError('it went wrong')
  })
})
