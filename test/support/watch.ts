import type { Connection, FlowActor } from '../../src/index.ts'

/** Resolves when a connection enters a state, or is in it after it has left it. Fails after `patience` ms of real time. */
export function arrival(connection: Connection<FlowActor>, state: string, patience = 10_000): Promise<void> {
  return new Promise((resolve, reject) => {
    let moved = connection.actor.getSnapshot().value !== state
    const timer = setTimeout(() => {
      end()
      reject(new Error(`still ${String(connection.actor.getSnapshot().value)}, not ${state}`))
    }, patience)
    const { unsubscribe } = connection.actor.subscribe({
      next: ({ value }) => {
        if (value !== state) moved = true
        else if (moved) {
          end()
          resolve()
        }
      },
    })
    const end = () => {
      clearTimeout(timer)
      unsubscribe()
    }
  })
}

/** Collects the states that a connection enters from now on. */
export function visited(connection: Connection<FlowActor>): string[] {
  const states: string[] = []
  connection.on('transition', ({ to }) => states.push(to))
  return states
}
