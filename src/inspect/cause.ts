/** What led to a state, in words: an event of the chart as it is called there, or what an actor of the machine did. */
export function causeOf(event: string): string {
  const [, answer, actor] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(event) ?? []
  if (actor) return answer === 'error' ? `${named(actor)} broke` : (due.get(actor) ?? `${named(actor)} answered`)
  const [, delay] = /^xstate\.after\.([^.]+)\./.exec(event) ?? []
  return delay ? `after ${spanOf(delay)}` : (others.get(event) ?? event)
}

/** One that a chart of a host gives no id is called by XState after its place, as `0.machine.state`. */
function named(actor: string): string {
  return /^\d+\./.test(actor) ? 'the invoked actor' : actor
}

/** A delay by its name, or in milliseconds. */
function spanOf(delay: string): string {
  return /^\d+$/.test(delay) ? `${Number(delay) / 1_000} s` : delay
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
