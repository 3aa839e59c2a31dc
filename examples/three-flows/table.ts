import type { Connection } from 'oauth-machines'
import type { JournalEntry } from 'oauth-machines/emulator'
import type { Shown } from './view.ts'

export interface Row extends Shown {
  readonly connection: Connection
  readonly run: () => Promise<void>
  /** The states that were entered. */
  readonly states: string[]
}

/** What happened, flow by flow. */
export function printTable(rows: readonly Row[], journal: readonly JournalEntry[]): void {
  console.log()
  for (const { title, connection, states } of rows) {
    const { value, context } = connection.actor.getSnapshot()
    const provider = title.toLowerCase().split(' ')[0] ?? ''
    const requests = journal.filter((entry) => entry.provider.startsWith(provider) && entry.endpoint !== 'page')
    console.log(`${title.padEnd(16)}${String(value).padEnd(10)}${String(requests.length).padStart(3)} requests`)
    console.log(`${' '.repeat(16)}${folded(states).join(' → ')}`)
    if (context.failure) console.log(`${' '.repeat(16)}${context.failure.code}: ${context.failure.message}`)
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
