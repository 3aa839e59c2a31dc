import { presentOf, type RequestMade, type Story, type Visit } from '../../../inspect/story.ts'
import { answerOf, causeOf, requestOf } from './causes.ts'
import { span } from './durations.ts'
import { isOurs } from './machines.ts'

/** What a report is made of: the lives of each connection, in the order in which it is to name them. */
export interface Reported {
  readonly connections: readonly { readonly lives: readonly Story[] }[]
  /** The moment that is looked at, in Unix milliseconds. */
  readonly now: number
  readonly versions: Readonly<Record<string, string>>
}

/** How many states, and how many requests, are told of a connection: the latest ones are what a report is about. */
const TOLD = 50

/**
 * A report for a bug tracker, as Markdown. It holds what happened and no more: connections have numbers in place of names,
 * as have the host's own machines, and there is no prompt, no message and no date in it.
 */
export function report({ connections, now, versions }: Reported): string {
  const told = connections.map(({ lives }, index) => connection(`Connection ${index + 1}`, lives, now))
  const said = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [`_${said.join(', ')}_`, ...told.flat(), ''].join('\n')
}

function connection(title: string, lives: readonly Story[], now: number): string[] {
  const [first] = lives
  const present = lives.at(-1)
  if (!first || !present) return []
  const begun = first.visits[0]?.since ?? now
  const visits = lives.flatMap((life) =>
    life.visits.map((visit) => ({ visit, isNew: visit === life.visits[0] && life !== first })),
  )
  const requests = lives.flatMap((life) => life.requests)
  return [
    '',
    `### ${title}`,
    '',
    `- Chart: ${isOurs(first.machine) ? `\`${first.machine}\`` : 'a machine of the host’s own'}`,
    `- State: ${stateOf(present)}`,
    ...(present.failure ? [`- Failure: \`${present.failure}\``] : []),
    ...(present.last ? [`- Last arrow: ${present.last.arrows.map((arrow) => `\`${code(arrow)}\``).join(', ')}`] : []),
    ...section('States', visits, ({ visit, isNew }) => state(visit, isNew, begun, now)),
    ...section('Requests', requests, (request) => asked(request, begun)),
  ]
}

function stateOf(story: Story): string {
  const visit = presentOf(story)
  const stopped = story.stoppedAt === undefined ? '' : ', stopped'
  return `\`${code(visit?.state ?? '')}\`${stopped}`
}

function section<Item>(title: string, items: readonly Item[], line: (item: Item) => string): string[] {
  if (items.length === 0) return []
  const left = items.length - TOLD
  const earlier = left > 0 ? [`(${left} earlier ones are left out)`, ''] : []
  return ['', `**${title}**`, '', ...earlier, ...items.slice(-TOLD).map((item) => `- ${line(item)}`)]
}

function state({ state: name, since, until, event }: Visit, isNew: boolean, begun: number, now: number): string {
  const cause = isNew ? 'began anew' : causeOf(event)
  return `${after(since - begun)} \`${code(name)}\` for ${span((until ?? now) - since)} (${code(cause)})`
}

function asked(request: RequestMade, begun: number): string {
  const { at, since, state: name, failure } = request
  const came = failure ? `, \`${failure}\`` : ''
  return `${after(at - begun)} ${requestOf(request)}: ${answerOf(request)} after ${span(at - since)}, in \`${code(name)}\`${came}`
}

/** Since the beginning: what the clock said is nobody's business. */
function after(milliseconds: number): string {
  return `+${span(milliseconds)}`
}

/** A word of the host's own cannot end what it stands in. */
function code(word: string): string {
  return word.replaceAll(/[`\r\n]/g, ' ')
}
