import type { Emulator } from 'oauth-machines/emulator'
import type { ViewerDeed } from 'oauth-machines/inspect'
import type { Clock } from './clock.ts'
import type { Programs } from './programs.ts'
import type { Script } from './script.ts'

/** What deeds are done with. */
export interface Means {
  readonly emulator: Emulator
  readonly script: Script
  readonly clock: Clock
  readonly programs: Programs
  /** How long an outage lasts, in milliseconds. */
  readonly outage: number
}

/** The headings of what happens to one connection, and of what happens to all. */
export const groups = { one: 'Make something happen', all: 'On this machine' } as const

/** Shows what was done where nothing is to be seen yet. */
export type Say = Parameters<ViewerDeed['run']>[0]
