import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Answer } from './memory.ts'

export interface Listening {
  /** For instance `http://127.0.0.1:40123`. */
  readonly origin: string
  /** Ends open connections too. */
  close(): Promise<void>
}

/** Answers on a port of 127.0.0.1; port 0 is any free one. Rejects when the port is taken. */
export async function listenOn(port: number, answer: Answer): Promise<Listening> {
  const listener = getRequestListener(
    (request, { incoming }) =>
      answer(request, request.signal).catch((error: unknown) => {
        if (!isReset(error)) throw error
        incoming.socket.resetAndDestroy()
        return RESPONSE_ALREADY_SENT
      }),
    { overrideGlobalObjects: false },
  )
  const server = createServer(listener)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The emulator got no port.')

  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function isReset(error: unknown): boolean {
  return error instanceof TypeError && error.cause instanceof Error && 'code' in error.cause
}
