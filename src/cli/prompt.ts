import { stderr, stdin } from 'node:process'
import { createInterface } from 'node:readline/promises'
import { plain } from '../plain-text.ts'
import { Interruption } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/** Asks a person for a secret, and shows nothing of it. Rejects with an {@link Interruption} at Ctrl-C and Ctrl-D. */
export async function askSecretly(question: string, { signal }: Terminal): Promise<string> {
  const { default: password } = await import('@inquirer/password')
  const message = `${plain(question)} (not shown)`
  const ended = new AbortController()
  // Where the input ends, the prompt stops reading without a word.
  const end = () => ended.abort()
  stdin.once('pause', end)
  try {
    const answer = await password(
      { message, mask: false, toggleMask: false, validate: isText },
      // Standard output is for results.
      { input: stdin, output: stderr, signal: AbortSignal.any([signal, ended.signal]) },
    )
    return answer.trim()
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (!ended.signal.aborted && !(error instanceof Error && error.name === 'ExitPromptError')) throw error
    // While a prompt reads keys, no signal comes of them; others than it wait for that too.
    process.emit('SIGINT')
    throw new Interruption('SIGINT')
  } finally {
    stdin.off('pause', end)
  }
}

/** Asks a person whether to go on. Rejects with an {@link Interruption} at Ctrl-C and Ctrl-D. */
export async function confirmed(question: string, { signal }: Terminal): Promise<boolean> {
  const asking = createInterface({ input: stdin, output: stderr })
  try {
    return /^y(es)?$/i.test((await asking.question(`${plain(question)} (y/N) `, { signal })).trim())
  } catch {
    // Nothing but an interruption ends a question without an answer.
    throw signal.aborted ? signal.reason : new Interruption('SIGINT')
  } finally {
    asking.close()
  }
}

function isText(answer: string): boolean | string {
  return answer.trim() === '' ? 'Nothing was typed.' : true
}
