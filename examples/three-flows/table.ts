import type { JournalEntry } from 'oauth-machines/emulator'
import { indented } from './text.ts'
import type { Shown } from './view.ts'

export interface Row extends Shown {
  /** The provider's id. */
  readonly provider: string
  readonly run: () => Promise<void>
  /** The states that were entered. */
  readonly states: string[]
}

/** Where the columns begin. */
const [second, third] = [16, 27]

/** What happened, flow by flow. */
export function printTable(rows: readonly Row[], journal: readonly JournalEntry[]): void {
  console.log(
    `\n${'provider'.padEnd(second)}${'ended in'.padEnd(third - second)}requests and states\n${'─'.repeat(78)}`,
  )
  for (const { title, provider, connection, states } of rows) {
    const { value, context } = connection.actor.getSnapshot()
    const requests = journal.filter((entry) => entry.provider === provider && entry.endpoint !== 'page')
    console.log(`${title.padEnd(second)}${String(value).padEnd(third - second)}${requests.length} requests`)
    console.log(indented(folded(states).join(' → '), third))
    if (context.failure) console.log(indented(`${context.failure.code}: ${context.failure.message}`, third))
  }
}

/** Says a pair that repeats, such as awaiting and polling, once with its count. */
function folded(states: readonly string[]): string[] {
  const said: string[] = []
  for (let i = 0; i < states.length; i++) {
    const [one = '', other = ''] = states.slice(i, i + 2)
    let times = 1
    while (other !== '' && states[i + 2 * times] === one && states[i + 2 * times + 1] === other) times++
    said.push(times > 1 ? `(${one} → ${other}) × ${times}` : one)
    if (times > 1) i += 2 * times - 1
  }
  return said
}
