import type { Errand } from '../dialogue.ts'
import type { Summary } from '../recall.ts'
import { adoptToken } from './adopt-token.ts'
import type { Drain } from './drain.ts'
import { carryOut, type Duty, type Means, type Verb } from './errand.ts'
import { exchangeCode } from './exchange-code.ts'
import { forget } from './forget.ts'
import { pollToken } from './poll-token.ts'
import { prepareAuthorization } from './prepare-authorization.ts'
import { recall } from './recall.ts'
import { refreshToken } from './refresh-token.ts'
import { requestCode } from './request-code.ts'
import { requestToken } from './request-token.ts'
import { revokeToken } from './revoke-token.ts'

/** All that can be asked of an application's means; each answers with where the connection stands. */
export const verbs = {
  recall,
  requestCode,
  pollToken,
  prepareAuthorization,
  exchangeCode,
  requestToken,
  adoptToken,
  refreshToken,
  revokeToken,
  forget,
} as const satisfies Record<string, Verb>

export type VerbName = keyof typeof verbs

/** Carries out what a machine asks for, wherever that machine runs; the drain knows of it until it is done. */
export function runErrand(
  verb: VerbName,
  { connection: name, wish, generation }: Errand,
  signal: AbortSignal,
  { closing, track, lose }: Drain,
  means: Means,
): Promise<Summary> {
  const duty: Duty = {
    name,
    wish,
    generation,
    isHeld: async () => true,
    signal,
    closing: closing.signal,
    also: track,
    lose,
  }
  return track(carryOut(verbs[verb], duty, means))
}

/**
 * A disconnect is asked for: in memory at once, in the vault as soon as it takes it. Where it rejects, the next change
 * carries the wish along, as long as the connection is known of.
 */
export function recordRevoke(name: string, { custody }: Means): Promise<unknown> {
  custody.wishRevoke(name)
  return custody.update(name, (current) => current)
}
