import { invocation } from './invocation.ts'

/** What `oauth-machines` can do, one module a command. */
export interface Command {
  /** What it does, in a few words. */
  readonly summary: string
  /** All that there is to say of how it is used. */
  readonly help: string
  /** Resolves when it is over. Rejects with {@link WrongUse} before anything has been done. */
  run(args: readonly string[]): Promise<void>
}

/** What was typed makes no sense; the message says why. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse'
  /** Where there is more to read. */
  readonly see: string

  constructor(message: string, see = `${invocation} --help`) {
    super(message)
    this.see = see
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
