import { plain } from '../plain-text.ts'
import type { TokenSummary } from '../recall.ts'
import type { Engaged } from './engage.ts'
import { presets } from './presets.ts'
import type { Prepared } from './session.ts'
import { spanOf } from './spans.ts'
import type { Terminal } from './terminal.ts'

const words = { login: 'Connected', import: 'Connected', refresh: 'Renewed' } as const

/** Says that there is a session, and what is known of it. */
export function tellConnected(
  command: keyof typeof words,
  argument: string,
  prepared: Prepared,
  { already, snapshot }: Engaged,
  terminal: Terminal,
): void {
  const { provider, name } = prepared
  const { token, failure } = snapshot.context
  if (!token) return
  const { scope, expiresAt, refreshAt, renewable } = token
  const ends = { ...(expiresAt !== undefined && { expiresAt }), ...(refreshAt !== undefined && { refreshAt }) }
  terminal.tell({ type: 'connected', provider: provider.id, connection: name, already, scope, ...ends, renewable })
  const sign = terminal.style('green', '✔')
  terminal.print(`${sign} ${already ? 'Connected already' : words[command]}: ${nameOf(prepared)}`)
  const next = already || command === 'refresh' ? [] : [['Token', commandFor('token', argument, prepared)] as const]
  for (const [word, text] of [...detailsOf(token), ...next])
    terminal.print(`  ${terminal.style('dim', word.padEnd(6))}  ${text}`)
  if (failure) terminal.note(failure.message)
}

/** What else is said of a token, word by word. */
export function detailsOf({ scope, expiresAt, renewable }: TokenSummary): (readonly [string, string])[] {
  const left = expiresAt === undefined ? undefined : spanOf(expiresAt - Date.now())
  const end = left === undefined ? 'not said by the provider' : `in ${left}${renewable ? ', renewed before that' : ''}`
  return [...(scope === '' ? [] : [['Scopes', plain(scope)] as const]), ['Ends', end]]
}

/** `Tyro Connect`, and the connection where it has a name of its own. */
export function nameOf({ provider, name }: Pick<Prepared, 'provider' | 'name'>): string {
  return name === 'default' ? plain(provider.name) : `${plain(provider.name)}, ${plain(name)}`
}

/** How the same connection is asked for something. What is remembered needs no path, unless a preset has its id. */
export function commandFor(command: string, argument: string, { provider, name }: Pick<Prepared, 'provider' | 'name'>) {
  const isPreset = presets.some(({ id }) => id === provider.id)
  const parts = [command, isPreset ? argument : provider.id, ...(name === 'default' ? [] : ['--connection', name])]
  return ['oauth-machines', ...parts].map(quoted).join(' ')
}

/** As a shell takes it. */
function quoted(word: string): string {
  const text = plain(word)
  return /^[\w./@:~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
