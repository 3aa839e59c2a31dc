import { PROTOCOL } from '../../inspect/messages.ts'
import type { Look } from './state/look.ts'
import { report } from './words/report.ts'

/** The version of this package: put here when the page is built. */
declare const VERSION: string

/** A report of the connections that are shown, up to the moment that is looked at. */
export function reportOf(looks: readonly Look[], now: number): string {
  const connections = looks.filter(({ isAhead }) => !isAhead).map(({ lives }) => ({ lives }))
  return report({ connections, now, versions: { 'oauth-machines': VERSION, protocol: String(PROTOCOL) } })
}
