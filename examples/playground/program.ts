import type { Connection, mypos, sumupPosPro, tyro } from 'oauth-machines'

export type ProviderId = (typeof tyro | typeof sumupPosPro | typeof mypos)['id']

/** A program that holds one connection. It can be started again: its vault outlives it. */
export interface Program<C extends Connection = Connection> {
  /** The connection's name. */
  readonly name: string
  readonly provider: ProviderId
  /** The connection of the present run. Throws before the first. */
  connection(): C
  start(): void
  /** Stops, and starts on what the vault holds. Rejects where a restart is under way. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** @param connect connects the same name on the same vault each time */
export function createProgram<C extends Connection>(
  { name, provider }: Pick<Program, 'name' | 'provider'>,
  connect: (name: string) => C,
): Program<C> {
  let running: C | undefined
  let isRestarting = false

  function start(): void {
    running = connect(name)
  }

  function connection(): C {
    if (running) return running
    throw new Error(`${name} has not been started.`)
  }

  async function restart(): Promise<void> {
    if (isRestarting) throw new Error('It is being restarted.')
    isRestarting = true
    try {
      await running?.stop()
    } finally {
      isRestarting = false
      // Also where the end was not a clean one: a program that is started again asks its vault, and nobody else.
      start()
    }
  }

  return { name, provider, connection, start, restart, stop: async () => running?.stop() }
}
