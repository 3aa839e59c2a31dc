import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBackendClient } from '../../src/backend/client/index.ts'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { createEnvironment, type Grant, memoryVault, mypos, type Provider, sumupPosPro, tyro } from '../../src/index.ts'
import { indiscreetVault, inspectInto, noteError, vaultSteps } from '../support/careless-host.ts'
import { createEvidence, type Evidence, overhear } from '../support/evidence.ts'
import { type Sabotage, sabotaged, sabotages, type Target } from '../support/saboteur.ts'
import { callBack, clientSecret, myposClient, origin, serverOf, sumupClient, tyroClient } from './support/pair.ts'
import { type Anyone, comeBack, contextOf, fakeTime, loginUrl, pass } from './support/story.ts'

beforeEach(fakeTime)
afterEach(() => vi.useRealTimers())

interface Trouble {
  readonly target?: Target
  readonly how?: Sabotage
  readonly breaks?: { readonly step: (typeof vaultSteps)[number]; readonly at: number }
  readonly tokens?: boolean
}

const makers = { 'sumup-pos-pro': sumupClient, tyro: tyroClient, mypos: myposClient }

/** Lives a whole life on a device, before a careless host that keeps all it can see. */
async function live(
  provider: Provider & { id: keyof typeof makers },
  { target, how, breaks, tokens = false }: Trouble = {},
) {
  const evidence = createEvidence()
  const endHearing = overhear(evidence)
  const { vault, records } = indiscreetVault(memoryVault(), breaks)
  // Another one than the server's own, so that its answers can be spoiled.
  const provided = createEmulator()
  const network = sabotaged(provided.fetch, target, how, 1)
  const environment = createEnvironment({ fetch: network.fetch, random: () => 0 })
  const server = await serverOf<Grant>(makers[provider.id], {
    client: { environment },
    vault,
    backend: {
      tokens,
      page({ failure }) {
        evidence.noteStrings('failure', failure)
        return '/'
      },
    },
  })
  const around = createEnvironment({ fetch: server.fetchIn('browser-1'), random: () => 0 })
  const client = createBackendClient(`${origin}/oauth`, provider, {
    environment: around,
    inspect: inspectInto(evidence),
  })
  const connection = client.connect('store-17')
  const seen = new Set<unknown>()
  const look = () => {
    const snapshot = connection.actor.getSnapshot()
    evidence.noteStrings('snapshot', snapshot)
    evidence.noteStrings('context', snapshot.context)
    if (seen.has(snapshot.value)) return
    seen.add(snapshot.value)
    evidence.note('context', snapshot.context)
    evidence.note('cloned context', structuredClone(snapshot.context))
    evidence.note('connection', connection, 4)
    evidence.note('client', client, 4)
  }
  connection.actor.subscribe({ next: look })
  for (const type of ['prompt.changed', 'token.changed', 'ended', 'transition'] as const)
    connection.on(type, (event) => evidence.note(type, event))
  const states: unknown[] = []
  connection.on('transition', ({ to }) => states.push(to))
  try {
    await act(connection, provided, evidence, (url) => callBack(server, url, 'browser-1'), tokens)
  } finally {
    await connection.stop().catch(() => {})
    await provided.close()
    endHearing()
  }
  return { ...server, evidence, records, states, played: network.played(), ...secretsOf(provided, records) }
}

/** Everything that a person and a program can do, whatever comes of it. */
async function act(
  connection: Anyone & { accessToken(): Promise<string> },
  emulator: Emulator,
  evidence: Evidence,
  back: (url: string) => Promise<Response>,
  tokens: boolean,
): Promise<void> {
  const ask = (question: Promise<unknown>) => question.catch((error: unknown) => noteError(evidence, error))
  await pass(2, 1, connection)
  connection.send({ type: 'authorization.start', binding: 'marker-of-the-host' })
  await pass(3, 1, connection)
  const { prompt } = contextOf(connection)
  if (prompt?.kind === 'device') emulator.approve(prompt.userCode)
  if (prompt?.kind === 'redirect') {
    const response = await back(await comeBack(emulator, connection))
    evidence.note('redirect of the callback', [...response.headers])
  }
  await pass(12, 3, connection)
  const asked = ask(tokens ? connection.accessToken().then(() => {}) : connection.accessToken())
  await pass(3, 1, connection)
  await asked
  connection.send({ type: 'token.refresh' })
  await pass(6, 2, connection)
  connection.send({ type: 'token.revoke' })
  await pass(8, 2, connection)
  connection.send({ type: 'authorization.start' })
  await pass(3, 1, connection)
  if (contextOf(connection).prompt?.kind === 'redirect')
    await ask(Promise.race([connection.respond(loginUrl(connection)), pass(2)]))
  connection.send({ type: 'authorization.cancel' })
  await pass(4, 2, connection)
}

const parameters = ['client_secret', 'code', 'code_verifier', 'device_code', 'refresh_token', 'token']
const members = ['deviceCode', 'refreshToken', 'verifier', 'binding']

/** All that is the server's alone, from its records and from both directions of the wire; and the access tokens. */
function secretsOf({ journal }: Emulator, records: readonly unknown[]) {
  const answers = journal.map(
    ({ body = '' }): Record<string, unknown> => (body.startsWith('{') ? JSON.parse(body) : {}),
  )
  const sent = journal.flatMap(({ form, query, headers }) => [
    ...parameters.map((name) => form.get(name) ?? query.get(name)),
    headers.get('authorization')?.replace('Basic ', ''),
  ])
  const access = [...answers.map((answer) => answer.access_token), ...membersNamed(records, 'accessToken')]
  const isAccess = new Set(access.filter(isText))
  const stored = members.flatMap((name) => membersNamed(records, name))
  const all = [...sent, ...stored, ...answers.flatMap((answer) => [answer.refresh_token, answer.device_code])]
  const secrets = new Set([...all.filter(isText), clientSecret, 'marker-of-the-host'])
  return { secrets: [...secrets].filter((secret) => !isAccess.has(secret)), access: [...isAccess] }
}

function membersNamed(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === name ? [inner] : membersNamed(inner, name)))
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function expectDiscretion({ traffic, evidence, secrets, access }: Awaited<ReturnType<typeof live>>): void {
  const told = traffic.map((exchange) => exchange.told).join('\n')
  const asked = traffic.map((exchange) => exchange.asked).join('\n')
  expect(secrets.filter((secret) => told.includes(secret) || asked.includes(secret))).toEqual([])
  expect(access.filter((token) => told.includes(token) || asked.includes(token))).toEqual([])
  expect(evidence.leaks([...secrets, ...access])).toEqual([])
}

const targets = {
  'sumup-pos-pro': [
    { path: '/oauth2/token', grant: 'authorization_code' },
    { path: '/oauth2/token', grant: 'refresh_token' },
  ],
  tyro: [
    { path: '/oauth/device/code', grant: '' },
    { path: '/oauth/token', grant: 'device_code' },
    { path: '/oauth/token', grant: 'refresh_token' },
    { path: '/oauth/revoke', grant: '' },
  ],
  mypos: [
    { path: '/oauth/token', grant: '' },
    { path: '/oauth/revoke', grant: '' },
  ],
}

describe.each([sumupPosPro, tyro, mypos])(
  'a device at $name, before a careless host',
  { timeout: 20_000 },
  (provider) => {
    it('learns no secret, and its page receives none', async () => {
      const life = await live(provider)
      expectDiscretion(life)
      expect(life.states).toEqual(expect.arrayContaining(['authorized', 'refreshing', 'revoking', 'revoked']))
      expect(life.secrets.length).toBeGreaterThanOrEqual(provider.id === 'mypos' ? 3 : 5)
      expect(life.access.length).toBeGreaterThanOrEqual(2)
      expect(life.evidence.places()).toEqual(
        expect.arrayContaining([
          'snapshot',
          'context',
          'connection',
          'client',
          'inspection event',
          'transition',
          'error',
        ]),
      )
    })

    it('learns the access token where the host allows it: in that answer, and nowhere else', async () => {
      const { traffic, evidence, secrets, access } = await live(provider, { tokens: true })
      const lent = traffic.filter(({ told = '' }) => access.some((token) => told.includes(token)))
      expect(lent.map(({ path }) => path)).toEqual(['/oauth/accessToken'])
      expect(evidence.leaks([...secrets, ...access])).toEqual([])
      const told = traffic.map((exchange) => exchange.told).join('\n')
      expect(secrets.filter((secret) => told.includes(secret))).toEqual([])
    })

    const troubles = targets[provider.id].flatMap((target) => sabotages.map((how) => ({ target, how })))
    it.each(troubles)('learns none when $target.path $target.grant meets an indiscreet $how', async (trouble) => {
      const life = await live(provider, trouble)
      expect(life.played).toBe(1)
      expectDiscretion(life)
    })

    it.each(vaultSteps)('learns none when the server’s vault throws the record at %s', async (step) => {
      for (const at of [1, 4]) expectDiscretion(await live(provider, { breaks: { step, at } }))
    })
  },
)

describe('the state of a login', { timeout: 20_000 }, () => {
  it('is in the link, for the page to open, and in nothing that prints', async () => {
    const { traffic, evidence } = await live(sumupPosPro)
    const states = new Set(
      traffic.flatMap(({ told = '' }) => [...told.matchAll(/state=([\w-]+)/g)].map(([, state]) => state ?? '')),
    )
    expect(states.size).toBe(2)
    expect(evidence.leaks(states)).toEqual([])
    expect(
      traffic.filter(({ asked }) => [...states].some((state) => asked.includes(state))).map(({ path }) => path),
    ).toEqual(['/oauth/exchangeCode'])
  })
})
