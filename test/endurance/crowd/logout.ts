import type { Emulator } from '../../../src/emulator/index.ts'
import { type Member, pause } from './member.ts'
import { logIn } from './server.ts'

export interface Logouts {
  readonly callers: number
  readonly logouts: number
  /** The longest time from a logout to the last token that another still gave out, in milliseconds. */
  readonly longest: number
  /** How often somebody gave out a token again after having refused. */
  readonly relapses: number
  /** All refusals, each once. */
  readonly refusals: readonly string[]
  /** How many never gave a token before the logout, or gave one until the end. */
  readonly unmoved: number
}

/** How long the others go on asking, in milliseconds; the logout comes in between. */
const SPAN = 6_000
const HEADSTART = 300

/** One after the other logs out, while all others ask for tokens all the time. */
export async function logOut(members: readonly Member[], emulator: Emulator, logouts: number): Promise<Logouts> {
  const refusals = new Set<string>()
  let longest = 0
  let relapses = 0
  let unmoved = 0
  for (let logout = 0; logout < logouts; logout++) {
    await logIn(members, emulator, logout + 1)
    const leaver = members[logout % members.length]
    const asking = members.filter((member) => member !== leaver).map((member) => member.persist(SPAN))
    await pause(HEADSTART)
    const left = Date.now()
    await leaver?.revoke()
    for (const seen of await Promise.all(asking)) {
      longest = Math.max(longest, seen.lastToken - left)
      relapses += seen.relapses
      if (seen.lastToken === 0 || seen.refusals.length === 0) unmoved++
      for (const refusal of seen.refusals) refusals.add(refusal)
    }
    await Promise.all(members.map((member) => member.rest('revoked')))
  }
  return { callers: members.length, logouts, longest, relapses, refusals: [...refusals], unmoved }
}
