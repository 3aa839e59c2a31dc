import type { ViewerDeed } from 'oauth-machines/inspect'
import { groups, type Means } from './means.ts'
import type { Program } from './program.ts'

const HOUR = 3_600_000
/** How long a program waits for a token, in milliseconds. */
const PATIENCE = 10_000

/** The clock of the machine that the programs run on is wrong from now on. */
export function jump(clock: Means['clock'], programs: readonly Program[]): ViewerDeed {
  return {
    id: 'clock jump',
    label: 'Set the clock an hour ahead',
    description: 'The servers’ clocks stay. Watch: tokens are renewed at once, and a code has run out.',
    group: groups.all,
    async run(say) {
      clock.jump(HOUR)
      const connected = programs.map((program) => program.connection()).filter(isConnected)
      // A program that gets none now says so in its state; the clock has jumped all the same.
      await Promise.allSettled(connected.map((connection) => connection.accessToken({ timeout: PATIENCE })))
      say('The programs’ clock is an hour ahead of the servers’.')
    },
  }
}

function isConnected({ actor }: ReturnType<Program['connection']>): boolean {
  return actor.getSnapshot().hasTag('connected')
}

/** What a service begins with. */
export function ask(service: Program): ViewerDeed {
  return {
    id: `${service.name} ask`,
    label: 'Ask for a token',
    description: 'As before each call of an API. Watch: the first one connects, later ones come from memory.',
    group: groups.one,
    connection: service.name,
    async run() {
      await service.connection().accessToken({ timeout: PATIENCE })
    },
  }
}

/** As after a power cut. */
export function restart(program: Program): ViewerDeed {
  return {
    id: `${program.name} restart`,
    label: 'Restart the program',
    description: 'It starts anew on the same vault. Watch: it reads where it was, and goes on.',
    group: groups.one,
    connection: program.name,
    run: () => program.restart(),
  }
}
