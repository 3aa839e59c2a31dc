import type { ViewerDeed } from 'oauth-machines/inspect'
import { ask, machineDeeds } from './machine-deeds.ts'
import type { Means } from './means.ts'
import { serverDeeds } from './server-deeds.ts'

/**
 * What the playground lets the viewer ask for: what a server, a network and a machine do to a program. What makes no sense
 * now is refused, by an error that says why.
 */
export function deedsOf(means: Means): readonly ViewerDeed[] {
  return [ask(means.programs.service), ...serverDeeds(means), ...machineDeeds(means)]
}
