import { type Failure, OAuthError } from '../failure.ts'
import { VaultError } from '../vault/vault-error.ts'
import { WrongUse } from './command.ts'
import { Interruption } from './exit-codes.ts'
import type { ToldFailure } from './json.ts'
import { spanOf } from './spans.ts'

/** A failure as a program is told it. */
export function toldFailure({ code, message, retryable, retryAt, error }: Failure): ToldFailure {
  return { code, message, retryable, ...(retryAt !== undefined && { retryAt }), ...(error !== undefined && { error }) }
}

/** What is true as long as somebody runs. */
const PROMISE = /(?: It|; it) is tried again(?: later)?\.$/

/** A message of which nothing is left but what has happened: when a process has ended, nothing is tried again. */
export function withoutPromise(message: string): string {
  return message.replace(PROMISE, (promise) => (promise.startsWith(';') ? '.' : ''))
}

/** What there is to do instead, and when it helps. */
export function runAgain(retryAt = 0): string {
  const left = retryAt - Date.now()
  return left >= 500 ? `Run it again in ${spanOf(left)}` : 'Run it again'
}

function lastWord({ message, retryAt }: { message: string; retryAt?: number }): string {
  const cause = withoutPromise(message)
  return cause === message ? message : `${cause} ${runAgain(retryAt)}.`
}

/** What a command was ended by, in one line; of a defect no more than its kind, since its text may hold anything. */
export function troubleOf(trouble: unknown): ToldFailure {
  if (trouble instanceof OAuthError) return toldFailure({ ...trouble.failure, message: lastWord(trouble.failure) })
  if (trouble instanceof VaultError) return { ...codeOf(trouble), message: lastWord(trouble) }
  if (trouble instanceof WrongUse) return { code: 'wrong_use', message: trouble.message }
  if (trouble instanceof Interruption) return { code: 'interrupted', message: saidOf(trouble) }
  const kind = trouble instanceof Error ? trouble.constructor.name : typeof trouble
  const message = `Unexpected error in oauth-machines (${kind}). Please report it, with what --verbose adds; nothing stored is lost.`
  return { code: 'defect', message }
}

function codeOf({ mismatch }: VaultError) {
  return { code: mismatch ? 'vault_mismatch' : 'vault_unavailable', retryable: !mismatch } as const
}

function saidOf({ by }: Interruption): string {
  return by === 'SIGINT' ? 'Cancelled.' : 'Interrupted; what was begun can be gone on with.'
}
