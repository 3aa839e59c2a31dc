/** How a telling writes what the words are not of this package. */
interface Writing {
  /** A word of the chart's. */
  readonly mark: (word: string) => string
  /** So many milliseconds. */
  readonly span: (milliseconds: number) => string
}

/** What led to a state, in words: an event of the chart as it is called there, or what an actor of the machine did. */
export function causeOf(event: string): string {
  return (
    others.get(event) ?? causeIn(event, { mark: (word) => word, span: (milliseconds) => `${milliseconds / 1_000} s` })
  )
}

/** The same, as somebody else writes it. */
export function causeIn(event: string, { mark, span }: Writing): string {
  const [, answer, actor] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(event) ?? []
  // One that a chart of a host gives no id is called by XState after its place, as `0.machine.state`.
  const who = actor && /^\d+\./.test(actor) ? 'the invoked actor' : mark(actor ?? '')
  if (actor) return answer === 'error' ? `${who} broke` : (due.get(actor) ?? `${who} answered`)
  const [, delay] = /^xstate\.after\.([^.]+)\./.exec(event) ?? []
  // By its name, or in milliseconds.
  if (delay) return `after ${/^\d+$/.test(delay) ? span(Number(delay)) : mark(delay)}`
  return mark(event)
}

/** The actors of this package's charts that wait for an instant. */
const due = new Map([
  ['nextPoll', 'the next poll was due'],
  ['slowPoll', 'the next poll was due'],
  ['nextTry', 'the next try was due'],
  ['freshness', 'the renewal was due'],
])

/** What the charts of a host may have besides. */
const others = new Map([
  ['', 'at once'],
  ['*', 'any event'],
])
