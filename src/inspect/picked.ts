import type { AnyTransitionDefinition } from 'xstate'
import type { FlowSnapshot } from '../flow-actor.ts'
import { type Deadlines, LONGEST_WORD, MOST_WORDS } from './observation.ts'

/** What is picked, and all that is, from what XState tells: words of a chart, and the instants of a flow. */

/** Adds to a list, which gets no longer than whoever reads observations takes. */
export function add<Item>(items: Item[], item: Item): void {
  if (items.length < MOST_WORDS) items.push(item)
}

/** No longer than whoever reads observations takes for one. */
export function word(text: unknown): string {
  return typeof text === 'string' && text.length <= LONGEST_WORD ? text : String(text).slice(0, LONGEST_WORD)
}

/** The names of the states that a snapshot is in; each stands in the chart. Sorted, since XState keeps no order. */
export function stateOf(snapshot: object): string {
  const value = 'value' in snapshot ? snapshot.value : undefined
  return word(typeof value === 'string' ? value : placesOf(value).sort().join(', '))
}

/** The way to each innermost state, as `outer.inner`. */
function placesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const below = placesOf(child)
    return below.length === 0 ? [key] : below.map((place) => `${key}.${place}`)
  })
}

/** The tags of the states that a snapshot is in; each stands in the chart. */
export function tagsOf(snapshot: object): string[] {
  const tags: string[] = []
  if ('tags' in snapshot && snapshot.tags instanceof Set) for (const tag of snapshot.tags) add(tags, word(tag))
  return tags
}

/** The names of arrows that were taken before: there are few, and they are taken again and again. */
const names = new WeakMap<AnyTransitionDefinition, string>()

export function arrowOf(arrow: AnyTransitionDefinition): string {
  return names.get(arrow) ?? named(arrow)
}

function named(arrow: AnyTransitionDefinition): string {
  const { source, eventType, target } = arrow
  const name = word(`${source.path.join('.')}|${eventType}|${(target?.[0] ?? source).path.join('.')}`)
  names.set(arrow, name)
  return name
}

/** Actors may be a host's own, and answer as they like. */
export function deadlinesOf({ nextPollAt, retryAt, prompt, token }: FlowSnapshot['context']): Deadlines {
  const deadlines: { -readonly [Name in keyof Deadlines]: Deadlines[Name] } = {}
  if (isInstant(nextPollAt)) deadlines.poll = nextPollAt
  if (isInstant(retryAt)) deadlines.retry = retryAt
  if (isInstant(prompt?.expiresAt)) deadlines.prompt = prompt.expiresAt
  if (token?.renewable && isInstant(token.refreshAt)) deadlines.refresh = token.refreshAt
  if (isInstant(token?.expiresAt)) deadlines.token = token.expiresAt
  return deadlines
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
