import { presentOf, type RequestMade, type Story, type Visit } from '../../../inspect/story.ts'
import { answerOf, causeOf, requestOf } from './causes.ts'
import { span } from './durations.ts'
import { chartStates, isOurs } from './machines.ts'
import { plain } from './plain.ts'

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
 * as have the states of the host's own machines, and there is no prompt, no message and no date in it.
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
  const words = wordsFor(lives)
  const arrows = present.last?.arrows ?? []
  const visits = lives.flatMap((life) =>
    life.visits.map((visit) => ({ visit, isNew: visit === life.visits[0] && life !== first })),
  )
  const requests = lives.flatMap((life) => life.requests)
  return [
    '',
    `### ${title}`,
    '',
    `- Chart: ${words.isOurs ? code(first.machine) : 'a machine of the host’s own'}`,
    `- State: ${stateOf(present, words)}`,
    ...(present.failure ? [`- Failure: ${code(present.failure)}`] : []),
    ...(words.isOurs && arrows.length > 0 ? [`- Last arrow: ${arrows.map(code).join(', ')}`] : []),
    ...section('States', visits, ({ visit, isNew }) => visited(visit, { isNew, begun, now, words })),
    ...section('Requests', requests, (request) => asked(request, begun, words)),
  ]
}

/** How the states of a machine, and what led to them, are called. */
interface Words {
  readonly isOurs: boolean
  readonly state: (name: string) => string
  readonly cause: (event: string | undefined) => string
}

/** A machine of the host's own may have the name of ours, but not its states: they, and its events, may name anything. */
function wordsFor(lives: readonly Story[]): Words {
  const names = [...new Set(lives.flatMap(({ visits }) => visits.map(({ state }) => state)))]
  const ours = lives.every(({ machine }) => isOurs(machine)) && names.every((name) => chartStates.has(name))
  if (ours) return { isOurs: true, state: code, cause: (event) => causeOf(event, code) }
  const state = (name: string) => (names.includes(name) ? `state ${names.indexOf(name) + 1}` : 'an earlier state')
  const cause = (event: string | undefined) => (event === undefined ? causeOf(event) : 'an event')
  return { isOurs: false, state, cause }
}

function stateOf(story: Story, words: Words): string {
  const stopped = story.stoppedAt === undefined ? '' : ', stopped'
  return `${words.state(presentOf(story)?.state ?? '')}${stopped}`
}

function section<Item>(title: string, items: readonly Item[], line: (item: Item) => string): string[] {
  if (items.length === 0) return []
  const left = items.length - TOLD
  const earlier = left > 0 ? [`(${left} earlier ones are left out)`, ''] : []
  return ['', `**${title}**`, '', ...earlier, ...items.slice(-TOLD).map((item) => `- ${line(item)}`)]
}

interface Around {
  readonly isNew: boolean
  readonly begun: number
  readonly now: number
  readonly words: Words
}

function visited({ state, since, until, event }: Visit, { isNew, begun, now, words }: Around): string {
  const cause = isNew ? 'began anew' : words.cause(event)
  return `${after(since - begun)} ${words.state(state)} for ${span((until ?? now) - since)} (${cause})`
}

function asked(request: RequestMade, begun: number, words: Words): string {
  const { at, since, state, failure } = request
  const came = failure ? `, ${code(failure)}` : ''
  return `${after(at - begun)} ${requestOf(request)}: ${answerOf(request)} after ${span(at - since)}, in ${words.state(state)}${came}`
}

/** Since the beginning: what the clock said is nobody's business. */
function after(milliseconds: number): string {
  return `+${span(milliseconds)}`
}

/** A word from outside cannot end what it stands in, nor be empty, which would be no code at all. */
function code(word: string): string {
  return `\`${
    plain(word)
      .replaceAll(/[`\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
      .trim() || '?'
  }\``
}
