import { type Failure, OAuthError } from '../failure.ts'
import { whoCanAct } from '../view/failures.ts'
import { WrongUse } from './command.ts'

/** What a process ends with. */
export const exitCodes = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  /** Only a person can move this on: `login` does. */
  personNeeded: 3,
  /** 128 and the number of the signal, as shells have it. */
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
} as const

export type Signal = 'SIGHUP' | 'SIGINT' | 'SIGTERM'

/** Somebody wants the command to end: by a signal, or by reading its output no longer. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  readonly by: Signal | 'pipe'

  constructor(by: Signal | 'pipe') {
    super('Interrupted.')
    this.by = by
  }
}

/** A command has failed in a way that it has an exit code of its own for. */
export class CommandFailed extends OAuthError {
  readonly exitCode: number

  constructor(failure: Failure, exitCode: number = exitCodes.failed) {
    super(failure)
    this.exitCode = exitCode
  }
}

const wrongly = ['invalid_configuration', 'insecure_endpoint']

/** The exit code for what a command was ended by. */
export function exitCodeOf(trouble: unknown): number {
  if (trouble instanceof CommandFailed) return trouble.exitCode
  if (trouble instanceof WrongUse) return exitCodes.wrongUse
  if (trouble instanceof Interruption) return trouble.by === 'pipe' ? exitCodes.failed : exitCodes[trouble.by]
  if (!(trouble instanceof OAuthError)) return exitCodes.failed
  // A port that is taken may be free later; all else was typed in a wrong way.
  if (wrongly.includes(trouble.code) && !trouble.retryable) return exitCodes.wrongUse
  return whoCanAct[trouble.code] === 'merchant' ? exitCodes.personNeeded : exitCodes.failed
}

/** Where a person was asked, and that is over, not another one is needed: it has failed. */
export function afterAsking(error: unknown): unknown {
  const isOver = error instanceof OAuthError && exitCodeOf(error) === exitCodes.personNeeded
  return isOver ? new CommandFailed(error.failure) : error
}
