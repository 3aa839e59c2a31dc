import { type Fault, faultyAnswer } from './faulty-answer.ts'
import type { EndpointName, JournalEntry } from './journal.ts'

/** Which requests a fault is for. */
export interface FaultPlace {
  /** The provider's id; `mypos-sandbox` for the sandbox of myPOS. */
  provider: string
  endpoint: EndpointName
  /** Only requests with this `grant_type`, in a form or in the query. */
  grantType?: string
  /** How many requests. @default 1 */
  times?: number
}

/** The error of a connection that broke, as Node's fetch words it. */
export function connectionError(code: string, message: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) })
}

/** The scripted faults of one emulator. */
export function createFaults() {
  let script: { place: FaultPlace; fault: Fault; left: number }[] = []
  const hanging = new Set<(reason: unknown) => void>()

  function add(place: FaultPlace, fault: Fault): void {
    const { times = 1 } = place
    if (!(times >= 1)) throw new Error('A fault needs `times` of at least 1.')
    // Built once for nothing, so that a status that cannot be sent fails here and not at some later request.
    if (fault.kind !== 'hang' && fault.kind !== 'reset') faultyAnswer(fault)
    script.push({ place: { ...place }, fault, left: times })
  }

  /** The first fault that is for this request, if any; it counts as played. */
  function take(entry: JournalEntry): Fault | undefined {
    const found = script.find(({ place, left }) => left > 0 && isFor(place, entry))
    if (found) found.left -= 1
    return found?.fault
  }

  /** The answer of a fault; rejects where none is to arrive. */
  async function play(fault: Fault, signal: AbortSignal): Promise<Response> {
    if (fault.kind === 'reset') throw connectionError('ECONNRESET', 'read ECONNRESET')
    return fault.kind === 'hang' ? hang(signal) : faultyAnswer(fault)
  }

  /** What hangs is kept here, or the garbage collector could take the request and the signal that is to end it. */
  function hang(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      const giveUp = () => {
        hanging.delete(reject)
        reject(signal.reason)
      }
      hanging.add(reject)
      if (signal.aborted) giveUp()
      else signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  function release(): void {
    for (const reject of hanging) reject(connectionError('ECONNRESET', 'read ECONNRESET'))
    hanging.clear()
  }

  function clear(): void {
    script = []
  }

  return { add, clear, take, play, release }
}

function isFor({ provider, endpoint, grantType }: FaultPlace, entry: JournalEntry): boolean {
  const asked = entry.form.get('grant_type') ?? entry.query.get('grant_type')
  return entry.provider === provider && entry.endpoint === endpoint && (grantType ?? asked) === asked
}
