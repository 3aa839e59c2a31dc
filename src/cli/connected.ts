import { plain } from '../plain-text.ts'
import type { TokenSummary } from '../recall.ts'
import type { Engaged } from './engage.ts'
import { invocation } from './invocation.ts'
import type { Named, SessionOptions } from './named.ts'
import { presets } from './presets.ts'
import type { Prepared } from './session.ts'
import { spanOf } from './spans.ts'
import type { Terminal } from './terminal.ts'
import { withoutPromise } from './told-failure.ts'

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
  if (failure) terminal.note(withoutPromise(failure.message))
}

/** What else is said of a token, word by word. */
export function detailsOf({ scope, expiresAt, renewable }: TokenSummary): (readonly [string, string])[] {
  const left = expiresAt === undefined ? undefined : spanOf(expiresAt - Date.now())
  const end = left === undefined ? 'not said by the provider' : `in ${left}${renewable ? ', renewed before that' : ''}`
  return [...(scope === '' ? [] : [['Scopes', plain(scope)] as const]), ['Ends', end]]
}

/** `Tyro Connect`, and the connection where it has a name of its own. */
export function nameOf({ provider, name }: Pick<Named, 'provider' | 'name'>): string {
  return name === 'default' ? plain(provider.name) : `${plain(provider.name)}, ${plain(name)}`
}

/**
 * How the same connection is asked for something, so that it can be pasted. What is remembered needs no path, unless a preset
 * has its id, and no registration.
 */
export function commandFor(command: string, argument: string, { provider, name, typed, isRemembered }: Named): string {
  const isShort = isRemembered() && !presets.some(({ id }) => id === provider.id)
  return [
    invocation,
    ...[command, isShort ? provider.id : argument, ...(name === 'default' ? [] : ['--connection', name])].map(quoted),
    ...flagsOf({ vault: typed.vault }),
    ...(isRemembered() ? [] : registrationFlags(typed)),
  ].join(' ')
}

function registrationFlags({ sandbox, ...typed }: SessionOptions): string[] {
  const { clientId, clientSecretFile, redirectUri, scope, deviation } = typed
  const test = sandbox === undefined ? [] : [sandbox ? '--sandbox' : '--no-sandbox']
  return [...flagsOf({ clientId, clientSecretFile, redirectUri, scope, deviation }), ...test]
}

/** Options as they are typed. */
function flagsOf(options: Readonly<Record<string, string | readonly string[] | undefined>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    return value === undefined ? [] : [flag, ...[value].flat().map(quoted)]
  })
}

/** As a shell takes it. */
function quoted(word: string): string {
  const text = plain(word)
  return /^[\w./@:~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
