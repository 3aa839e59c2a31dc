import type { EmulatorOptions } from '../../../src/emulator/index.ts'
import { assemble, type Loss, type Player } from './answers.ts'
import type { Application, Counted } from './stage.ts'

/** One request in one process, whose answers are lost or cannot be stored. */
export interface Ordeal {
  readonly what: string
  readonly application: Application
  readonly emulator?: EmulatorOptions
  readonly counted: Counted
  /** What was there before. */
  readonly before?: (player: Player) => Promise<unknown>
  readonly provoke: (player: Player) => unknown
  /** How it ends where the server had acted, and after how many requests where so many answers were lost. */
  readonly acted: readonly [requests: (lost: number) => number, ends: string]
  /** The same where it had not. */
  readonly unheard: readonly [requests: (lost: number) => number, ends: string]
  /** The least pause after so many lost answers, in milliseconds. */
  readonly pause: (lost: number) => number
  /** How many are lost in a row. Default 1 and 5. */
  readonly times?: readonly number[]
  /** Default: all. */
  readonly losses?: readonly Loss[]
  /** How it ends where no answer was lost but one could not be stored; false: as another ordeal. Default `authorized`. */
  readonly stored?: string | false
}

/** A flow that has come to where its request is about to go out. */
export async function prepare({ application, emulator, before }: Ordeal): Promise<Player> {
  const player = assemble(application, emulator)
  await before?.(player)
  player.begin()
  return player
}
