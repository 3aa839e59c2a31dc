/** What led to a state, in words: an event of the chart as it is called there, or what an actor of the machine did. */
export function causeOf(event: string): string {
  const [, answer, actor] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(event) ?? []
  if (actor) return answer === 'error' ? `${actor} broke` : (due.get(actor) ?? `${actor} answered`)
  const [, delay] = /^xstate\.after\.([^.]+)\./.exec(event) ?? []
  return delay ? `after ${delay}` : (others.get(event) ?? event)
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
