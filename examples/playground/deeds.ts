import type { ViewerDeed } from 'oauth-machines/inspect'
import { ask, jump, restart } from './machine-deeds.ts'
import type { Means } from './means.ts'
import { loseAnswer, outages, revoke, slowDown } from './server-deeds.ts'

/**
 * What the playground lets the viewer ask for: what a server, a network and a machine do to a program. What makes no sense
 * now is refused, by an error that says why. What works from the beginning stands first, then what needs a code on the
 * screen, a session or an outage.
 */
export function deedsOf(means: Means): readonly ViewerDeed[] {
  const { till, office, service } = means.programs
  const all = [till, office, service]
  return [
    ask(service),
    ...all.flatMap((program) => {
      const { begin, end } = outages(program, means)
      const always = [begin, loseAnswer(program, means), restart(program)]
      const login = program === till ? [slowDown(till, means)] : []
      return [...always, ...login, revoke(program, means), end]
    }),
    jump(means.clock, all),
  ]
}
