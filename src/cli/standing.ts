import { plain } from '../plain-text.ts'
import type { Grant } from '../providers/provider.ts'
import { type Summary, summarize } from '../recall.ts'
import { VaultError } from '../vault/vault-error.ts'
import type { Seen } from '../view/seen.ts'
import { view } from '../view/view.ts'
import type { Home } from './home.ts'
import type { StatusLine } from './json.ts'
import { placeOf, type Remembered } from './remembered.ts'
import { spanOf } from './spans.ts'
import { toldFailure, troubleOf } from './told-failure.ts'

/** How a connection stands, for programs and in a few words. */
export interface Standing {
  readonly line: StatusLine
  readonly words: string
}

type Whose = Pick<StatusLine, 'type' | 'provider' | 'connection' | 'providerName' | 'clientId' | 'sandbox'>

const machines = {
  device_code: 'deviceCode',
  authorization_code: 'authorizationCode',
  client_credentials: 'clientCredentials',
} as const

/** Reads a record, and tells what it says now. */
export async function standingOf(known: Remembered, { look }: Home): Promise<Standing> {
  const { provider, connection, clientId, sandbox } = known
  const whose = {
    type: 'status',
    provider: provider.id,
    connection,
    providerName: provider.name,
    clientId,
    sandbox,
  } as const satisfies Whose
  try {
    const record = await look(placeOf(provider, connection))
    const summary = summarize(record, Date.now(), provider.name)
    const line = { ...whose, ...membersOf(summary, provider.grant) }
    const words = wordsOf(summary, machines[provider.grant])
    return summary.wantsRevoke ? leaving(line, words) : { line, words }
  } catch (error) {
    if (!(error instanceof VaultError)) throw error
    const failure = troubleOf(error)
    return { line: { ...whose, connected: false, needsPerson: false, failure }, words: plain(failure.message) }
  }
}

/** No token is handed out any more, and none can be had before somebody has logged out for good. */
function leaving(line: StatusLine, words: string): Standing {
  return {
    line: { ...line, needsPerson: true, logoutPending: true },
    words: `${words} · log out again to finish it`,
  }
}

const waiting = ['idle', 'awaitingUser', 'polling', 'slowDown', 'revoked', 'expired', 'failed']

function membersOf({ standing, token, retryAt, failure }: Summary, grant: Grant) {
  return {
    state: standing,
    connected: token !== undefined,
    needsPerson: grant !== 'client_credentials' && waiting.includes(standing),
    ...(token && { scope: token.scope }),
    ...(token?.expiresAt !== undefined && { expiresAt: token.expiresAt }),
    ...(token?.refreshAt !== undefined && { refreshAt: token.refreshAt }),
    ...(retryAt !== undefined && { retryAt }),
    ...(failure && { failure: toldFailure(failure) }),
  }
}

/** The title of a screen, and what there is to know beside it. */
function wordsOf(summary: Summary, machine: string): string {
  const { standing, token, prompt, failure } = summary
  const { title, failure: said } = view(seenIn(summary, machine), Date.now())
  const end = token?.expiresAt
  const left =
    end === undefined ? [] : [end > Date.now() ? `token ends in ${spanOf(end - Date.now())}` : 'token has ended']
  const scope = token?.scope ? [plain(token.scope)] : []
  const code = prompt ? [`good for ${spanOf(prompt.expiresAt - Date.now())}`] : []
  const why = said && failure && standing !== 'authorized' ? [said.text] : []
  return [title, ...left, ...scope, ...code, ...why].join(' · ')
}

function seenIn({ standing, prompt, token, wantsRevoke, failure }: Summary, machine: string): Seen {
  return {
    state: standing === 'starting' ? 'requestingCode' : standing,
    tags: [],
    machine,
    prompt: prompt?.kind === 'redirect' ? { ...prompt, url: '' } : prompt,
    token,
    wantsRevoke,
    failure,
    can: () => false,
  }
}
