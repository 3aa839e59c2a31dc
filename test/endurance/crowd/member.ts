import { waitFor } from 'xstate'
import { createClient, createEnvironment, OAuthError, type tyro, type Vault } from '../../../src/index.ts'

/** One of many who share a connection: what a test asks of it, be it here, in another process or in a tab. */
export type Member = ReturnType<typeof createMember>

/** How a member fared who asked for tokens again and again. */
export interface Persistence {
  /** When the last token came, in Unix milliseconds of the machine's clock; 0: none did. */
  readonly lastToken: number
  /** The refusals, each once. */
  readonly refusals: readonly string[]
  /** How many tokens came after a refusal. */
  readonly relapses: number
}

export interface MemberOptions {
  /** How many connections the client has. Default 1. */
  readonly connections?: number
  /** By how much the client's clock is ahead of the machine's, in milliseconds. Default 0. */
  readonly ahead?: number
}

/** How long a member waits for anything, in milliseconds. */
const PATIENCE = 20_000

/** A client whose clock can be moved ahead, with one or more connections of one name. */
export function createMembers(provider: typeof tyro, vault: Vault, options: MemberOptions = {}): Member[] {
  let { connections = 1, ahead = 0 } = options
  let sending = 0
  const counted: typeof fetch = (...request) => {
    sending++
    return fetch(...request).finally(() => sending--)
  }
  const environment = createEnvironment({ now: () => Date.now() + ahead, fetch: counted })
  const client = createClient(provider, { clientId: 'crowd' }, { vault, environment, allowLoopbackHttp: true })
  const setClock = (next: number) => {
    ahead = next
  }
  const members: Member[] = []
  while (connections-- > 0) members.push(createMember(client.connect('till'), setClock, () => sending > 0))
  return members
}

type Till = ReturnType<ReturnType<typeof createClient<typeof tyro>>['connect']>

function createMember(till: Till, setClock: (ahead: number) => void, isSending: () => boolean) {
  const reaching = (isReached: (snapshot: ReturnType<Till['actor']['getSnapshot']>) => boolean) =>
    waitFor(till.actor, isReached, { timeout: PATIENCE })

  return {
    /** Moves the clock, to so many milliseconds ahead of the machine's. */
    setClock: async (ahead: number) => setClock(ahead),

    /** Asks for a token once for each delay, in milliseconds. Each answer is a token or a refusal. */
    ask: (delays: readonly number[]) =>
      Promise.all(
        delays.map(async (delay) => {
          if (delay > 0) await pause(delay)
          return till.accessToken({ timeout: PATIENCE }).catch(refusalOf)
        }),
      ),

    /** Asks again and again for a span, in milliseconds. */
    persist: (span: number) => persist(till, span),

    start: async () => till.send({ type: 'authorization.start' })?.code,

    revoke: async () => till.send({ type: 'token.revoke' })?.code,

    /** The code on the screen, once there is one. */
    async userCode(): Promise<string> {
      const { context } = await reaching(({ context }) => context.prompt !== undefined)
      return context.prompt?.kind === 'device' ? context.prompt.userCode : ''
    },

    /** Resolves once it is at rest in a state; where one is given, with the token of this generation. */
    async rest(state: string, generation?: number): Promise<void> {
      await reaching(({ value, context }) => value === state && context.token?.generation === generation).catch(() => {
        const { value, context } = till.actor.getSnapshot()
        throw new Error(
          `still ${String(value)} with token ${context.token?.generation}, not ${state} with ${generation}`,
        )
      })
    },

    /** Whether a request of its client is in flight. */
    isSending: async () => isSending(),

    stop: () => till.stop(),
  }
}

async function persist(till: Till, span: number): Promise<Persistence> {
  const refusals = new Set<string>()
  let lastToken = 0
  let relapses = 0
  for (const end = Date.now() + span; Date.now() < end; await pause(5)) {
    const answer = await till.accessToken({ timeout: PATIENCE }).catch(refusalOf)
    if (isRefusal(answer)) refusals.add(answer)
    else lastToken = Date.now()
    if (!isRefusal(answer) && refusals.size > 0) relapses++
  }
  return { lastToken, refusals: [...refusals], relapses }
}

const REFUSED = 'refused: '

export const isRefusal = (answer: string) => answer.startsWith(REFUSED)

function refusalOf(error: unknown): string {
  return REFUSED + (error instanceof OAuthError ? error.code : String(error))
}

export function pause(span: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, span))
}

/** Waits until something is so, for so many milliseconds at the most. */
export async function until(isSo: () => boolean, patience: number): Promise<void> {
  for (const end = Date.now() + patience; !isSo() && Date.now() < end; ) await pause(1)
}
