import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConnectionRecord, Vault } from '../src/index.ts'
import { parseRecord } from '../src/vault/parse-record.ts'
import {
  adopted,
  blank,
  cases,
  device,
  ended,
  failure,
  inFlight,
  redirect,
  renewable,
  retry,
} from './support/records.ts'
import { pass, settle, stateOf, tillOnStage } from './support/stage.ts'

const client = 'device_code pos https://auth.connect.tyro.com/oauth/token'

/** A record as it is stored, by whichever version. */
const stored = (members: object) => JSON.parse(JSON.stringify({ ...blank, ...members }))

/** Puts something into a vault that no version of this package has written. */
async function put(vault: Vault, record: unknown) {
  await vault.write('till', record as ConnectionRecord, undefined)
}

describe('a record of this version', () => {
  it.each(cases)('is read as it is: %s', (_, parts) => {
    const record = stored(parts)
    expect(parseRecord(record)).toEqual({ record })
  })

  it('is not changed by reading', () => {
    const record = stored({ tokens: renewable, retry: { ...retry, failure: { ...failure, code: 'of_the_future' } } })
    const before = structuredClone(record)
    parseRecord(record)
    expect(record).toEqual(before)
  })

  it.each<[string, object]>([
    ['provider', { provider: 7 }],
    ['client', { client: null }],
    ['generation', { generation: -1 }],
    ['generation', { generation: 1.5 }],
    ['pending.nextPollAt', { pending: { ...device, nextPollAt: 'MARKER' } }],
    ['pending.state', { pending: { ...redirect, state: 7 } }],
    ['pending.kind', { pending: { ...device, kind: 'MARKER' } }],
    ['tokens.accessToken', { tokens: { ...renewable, accessToken: 7 } }],
    ['tokens.since', { tokens: { ...renewable, since: undefined } }],
    ['tokens.since', { tokens: { ...renewable, since: 'MARKER' } }],
    ['tokens.extra', { tokens: { ...renewable, extra: 'MARKER' } }],
    ['adopted.refreshToken', { adopted: { ...adopted, refreshToken: undefined } }],
    ['adopted.scope', { adopted: { ...adopted, scope: 7 } }],
    ['asked.1', { asked: [1, 'MARKER'] }],
    ['inFlight.step', { inFlight: { ...inFlight('pollToken'), step: 'MARKER' } }],
    ['retry.failure.message', { retry: { ...retry, failure: { ...failure, message: 7 } } }],
    ['retry.failure.code', { retry: { ...retry, failure: { ...failure, code: 7 } } }],
    ['ended.standing', { ended: { ...ended('expired'), standing: 'MARKER' } }],
    ['ended.because', { ended: { ...ended('expired'), because: 7 } }],
    ['wantsRevoke', { wantsRevoke: false }],
  ])('that is wrong at %s is malformed there, and no content is told', (place, members) => {
    const parsed = parseRecord({ ...stored({}), ...members })
    expect(parsed).toEqual({ wrong: place })
  })

  it.each([null, undefined, 'a record', 7, true])('is none: %j', (data) => {
    expect(parseRecord(data)).toEqual({ wrong: 'the record itself' })
  })
})

describe('a version', () => {
  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', '', null, undefined, true, [2], {}])(
    'that is none makes a record malformed: %j',
    (version) => {
      expect(parseRecord({ ...stored({}), version })).toEqual({ wrong: 'version' })
    },
  )

  it('that is missing makes a record malformed', () => {
    const { version: _, ...record } = stored({})
    expect(parseRecord(record)).toEqual({ wrong: 'version' })
    expect(parseRecord([])).toEqual({ wrong: 'version' })
  })

  it.each([4, 5, 1000, Number.MAX_SAFE_INTEGER])('%d is too new, whatever else the record holds', (version) => {
    expect(parseRecord({ ...stored({}), version })).toEqual({ newer: version })
    expect(parseRecord({ version, all: 'new' })).toEqual({ newer: version })
  })
})

describe('a record of version 1', () => {
  const { since: _, ...undated } = renewable

  it('has tokens of which nobody knows when they came: no clock is too early for them', () => {
    const record = stored({ tokens: undated })
    expect(parseRecord({ ...record, version: 1 })).toEqual({
      record: { ...record, tokens: { ...undated, since: 0 } },
    })
  })

  it('without tokens becomes one of this version', () => {
    const record = stored({ pending: device, retry })
    expect(parseRecord({ ...record, version: 1 })).toEqual({ record })
  })

  it('that is malformed stays so', () => {
    expect(parseRecord({ ...stored({ tokens: 'none' }), version: 1 })).toEqual({ wrong: 'tokens' })
    expect(parseRecord({ ...stored({ tokens: { ...undated, type: 7 } }), version: 1 })).toEqual({
      wrong: 'tokens.type',
    })
  })
})

describe('a record of the next version', () => {
  const more = { ofTheFuture: { deep: [1, 2] } }
  const newer = stored({
    version: 3,
    ...more,
    pending: { ...device, ...more },
    tokens: { ...renewable, ...more },
    adopted: { ...adopted, ...more },
    inFlight: { ...inFlight('refreshToken'), ...more },
    retry: { ...retry, ...more, failure: { ...failure, ...more } },
    ended: { ...ended('expired'), ...more, failure: { ...failure, ...more } },
  })

  it('is read, with all members that are not known yet', () => {
    expect(parseRecord(newer)).toEqual({ record: { ...newer, version: 2 } })
  })

  it.each<[string, object, object]>([
    [
      'why it waits',
      { retry: { ...retry, failure: { ...failure, code: 'of_the_future' } } },
      { retry: { failure: { code: 'authorization_failed', message: failure.message, retryable: failure.retryable } } },
    ],
    [
      'why it ended',
      { ended: { ...ended('expired'), because: 'of_the_future', failure: { ...failure, code: 'of_the_future' } } },
      {
        ended: { because: 'authorization_failed', failure: { code: 'authorization_failed', message: failure.message } },
      },
    ],
  ])('may have new words for %s: they are read as the general one', (_, members, read) => {
    expect(parseRecord(stored({ version: 3, ...members }))).toMatchObject({ record: read })
  })

  it.each(['revoked', 'forgotten', 'session_expired', 'budget_exhausted'])(
    'keeps the words that are known: %s',
    (word) => {
      const record = stored({ ended: { ...ended('expired'), because: word } })
      expect(parseRecord({ ...record, version: 3 })).toEqual({ record })
    },
  )

  it.each(['toString', '__proto__', 'constructor', ''])('is not misled by the word %j', (word) => {
    const record = stored({ ended: { ...ended('expired'), because: word } })
    expect(parseRecord(record)).toMatchObject({ record: { ended: { because: 'authorization_failed' } } })
  })

  it('that is wrong elsewhere is malformed', () => {
    expect(parseRecord({ ...newer, generation: 'many' })).toEqual({ wrong: 'generation' })
  })
})

describe('a connection', () => {
  beforeEach(async () => {
    await import('ky')
    vi.useFakeTimers({ now: 1_800_000_000_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const tokens = () => ({
    accessToken: 'access',
    refreshToken: 'refresh',
    type: 'Bearer',
    scope: 'offline_access',
    expiresAt: Date.now() + 600_000,
    refreshAt: Date.now() + 540_000,
    renewable: true,
    extra: {},
  })
  const ours = (members: object) => stored({ client, ...members })
  const recordIn = async (vault: Vault) => (await vault.read('till'))?.record

  it('goes on with a record of version 1, with nothing sent, and writes this version', async () => {
    const { vault, emulator, newClient } = tillOnStage()
    await put(vault, ours({ version: 1, tokens: tokens() }))
    const till = newClient().connect('till')
    expect(await till.accessToken()).toBe('access')
    expect([stateOf(till), emulator.journal.length]).toEqual(['authorized', 0])
    expect(await recordIn(vault)).toMatchObject({ version: 1 })
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 503 })
    till.send({ type: 'token.refresh' })
    await settle()
    expect(await recordIn(vault)).toMatchObject({ version: 2, tokens: { since: 0, refreshToken: 'refresh' } })
  })

  it('goes on with a record of the next version, and keeps what it does not know while it waits', async () => {
    const { vault, emulator, newClient } = tillOnStage()
    const future = { ofTheFuture: 'kept' }
    await put(vault, ours({ version: 3, ...future, tokens: { ...tokens(), since: Date.now(), ...future } }))
    const till = newClient().connect('till')
    expect(await till.accessToken()).toBe('access')
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 503 })
    till.send({ type: 'token.refresh' })
    await settle()
    expect(stateOf(till)).toBe('backingOff')
    expect(await recordIn(vault)).toMatchObject({ ...future, retry: {}, tokens: { accessToken: 'access', ...future } })
    expect(parseRecord(await recordIn(vault))).toHaveProperty('record')
  })

  it('says that a record is too new, what to do, and neither uses nor overwrites it', async () => {
    const { vault, emulator, newClient } = tillOnStage()
    const record = ours({ version: 4, tokens: tokens() })
    await put(vault, record)
    const till = newClient().connect('till')
    await expect(till.accessToken()).rejects.toMatchObject({
      code: 'vault_mismatch',
      message: expect.stringMatching(/newer version of this package.*Update this one\./),
    })
    till.send({ type: 'authorization.start' })
    till.send({ type: 'token.refresh' })
    await pass(600)
    expect(stateOf(till)).toBe('backingOff')
    expect([await recordIn(vault), emulator.journal.length]).toEqual([record, 0])
    // But whoever wants to be rid of it is not stuck with it.
    await till.forget()
    expect(await recordIn(vault)).toBeUndefined()
  })

  it('goes on by itself where a record that was too new is replaced', async () => {
    const { vault, newClient } = tillOnStage()
    await put(vault, ours({ version: 4 }))
    const till = newClient().connect('till')
    await pass(5)
    expect(stateOf(till)).toBe('backingOff')
    const { revision = '' } = (await vault.read('till')) ?? {}
    await vault.write('till', ours({ tokens: { ...tokens(), since: Date.now() } }), revision)
    await pass(1)
    expect(await till.accessToken()).toBe('access')
    await pass(300)
    expect(stateOf(till)).toBe('authorized')
  })

  it.each([
    ['a malformed record', { generation: 'many', tokens: 'MARKER' }, 'malformed record at generation'],
    ['a record of another provider', { provider: 'mypos', tokens: 'MARKER' }, 'record of another provider'],
    ['a record of another client', { client: 'MARKER' }, 'record of another client or server'],
    ['a record without a version', { version: undefined, tokens: 'MARKER' }, 'malformed record at version'],
  ])('names %s, and not what it holds', async (_, members, what) => {
    const { vault, newClient } = tillOnStage()
    await put(vault, { ...ours({}), ...members })
    const till = newClient().connect('till')
    const refused = till.accessToken()
    await expect(refused).rejects.toMatchObject({ code: 'vault_mismatch', message: expect.stringContaining(what) })
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('MARKER') })
    expect(JSON.stringify(till.actor.getSnapshot().context)).not.toContain('MARKER')
  })
})
