import { createActor } from 'xstate'
import { client, name } from './client.ts'

/** A connection for a server that only renders: its machine is not started, so nothing is read, sent or timed. */
export function unstarted() {
  return { name, actor: createActor(client.machine, { input: { connection: name } }), send: () => undefined }
}
