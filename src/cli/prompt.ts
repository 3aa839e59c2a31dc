import { stderr, stdin } from 'node:process'
import { createInterface } from 'node:readline/promises'
import { plain } from '../plain-text.ts'
import { Interruption } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/** Asks a person for a secret, and shows nothing of it. Rejects with an {@link Interruption} at Ctrl-C. */
export async function askSecretly(question: string, { signal }: Terminal): Promise<string> {
  const { default: password } = await import('@inquirer/password')
  const message = `${plain(question)} (not shown)`
  try {
    // Standard output is for results.
    const answer = await password({ message, mask: false, validate: isText }, { input: stdin, output: stderr, signal })
    return answer.trim()
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof Error && error.name === 'ExitPromptError') throw new Interruption('SIGINT')
    throw error
  }
}

/** Asks a person whether to go on. Rejects with an {@link Interruption} at Ctrl-C. */
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
