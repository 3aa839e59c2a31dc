import { stdin } from 'node:process'
import { createInterface } from 'node:readline'
import { OAuthError } from '../failure.ts'
import { askSecretly } from './prompt.ts'
import { type Session, until } from './session.ts'
import type { Terminal } from './terminal.ts'

/** Takes the URL that the browser came to from whoever pastes it, until the signal. Rejects never. */
export async function pastedInto(
  { connection }: Session,
  binding: string | undefined,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<void> {
  try {
    await until(connection, ({ context }) => context.prompt, signal)
    for await (const url of linesFrom({ ...terminal, signal })) {
      const problem = await connection.respond(url, { signal, ...(binding !== undefined && { binding }) }).catch(told)
      if (problem === undefined) return
      terminal.note(problem)
    }
  } catch (error) {
    // The login is over, and its states tell how; anything else that may happen here is of the terminal.
    if (!signal.aborted) terminal.note(told(error))
  }
}

/** URLs that somebody pastes, or a program writes. They hold a code: what a person pastes is not shown. */
export async function* linesFrom(terminal: Terminal): AsyncGenerator<string> {
  while (stdin.isTTY && !terminal.isJson) yield await askSecretly('The URL that the browser came to', terminal)
  const lines = createInterface({ input: stdin, signal: terminal.signal })
  try {
    for await (const line of lines) if (line.trim() !== '') yield line.trim()
  } finally {
    // Or an input that stays open would keep this process alive.
    lines.close()
  }
}

function told(error: unknown): string {
  return error instanceof OAuthError ? error.message : 'That could not be read.'
}
