import { readFileSync } from 'node:fs'
import { authorizationCode } from '../../machines/authorization-code.ts'
import { clientCredentials } from '../../machines/client-credentials.ts'
import { deviceCode } from '../../machines/device-code.ts'
import type { FlowTag } from '../../machines/flow.ts'
import { type Arrow, type Chart, chartOf, type State } from '../../visualizations/model.ts'
import { commentsOf } from './comments.ts'
import { code, codes, page, table } from './markdown.ts'

/** Each chart, and how it is called where a picture and a heading want it. */
const flows = [
  { title: 'Device code', picture: 'device-code', chart: chartOf(deviceCode) },
  { title: 'Authorization code', picture: 'authorization-code', chart: chartOf(authorizationCode) },
  { title: 'Client credentials', picture: 'client-credentials', chart: chartOf(clientCredentials) },
] as const

/** What a screen may conclude from a tag. */
const tags: Readonly<Record<FlowTag, string>> = {
  connected:
    'A token is at hand, or is being renewed. Mostly the session lives; where `context.failure.code` is `session_expired`, ' +
    'the provider has ended it, and [the token works until its own end](../screens.md#a-session-that-has-ended-while-its-token-lives).',
  pending: 'A request is in flight or due by itself; nobody needs to do anything.',
  needsUser: 'Only a person can move this on.',
}

/** What a guard of an event asks, in words. */
const conditions: Readonly<Record<string, string>> = {
  isCurrent: 'of the token at hand',
  mayConnect: 'while no token is there, and no disconnect is under way',
  mayHoldToken: 'where a token is, or may be',
  mayDisconnect: 'where a token is, or may be, or a disconnect is not done',
}

/** All states and events, as the charts have them. */
export function statesPage(): string {
  return page(
    '# States and events',
    'Look up what a state means, what is accepted in it, and where it leads. Generated from the charts.',
    'Screens ask [tags](#tags), not states; logs and metrics get both from `transition`, see [observability](../observability.md). ' +
      'The types are in the [API reference](api/oauth-machines.md).',
    '## Tags',
    table(
      ['tag', 'meaning'],
      Object.entries(tags).map(([tag, text]) => [code(tag), text]),
    ),
    '## Events',
    'What a host sends with `connection.send`; it returns why an event was refused, or nothing. `record.changed` is sent by the ' +
      'connection itself.',
    table(
      ['event', 'meaning'],
      [...eventMeanings()].map(([event, text]) => [code(event), text]),
    ),
    'An actor does the work of a state, and its answer leads on: in a `transition` that is `xstate.done.actor.` and its id. An ' +
      'actor that throws, by a defect of this package, is `xstate.error.actor.` and its id, and leads to `failed`.',
    ...flows.flatMap(flowPart),
  )
}

function flowPart({ title, picture, chart }: (typeof flows)[number]): string[] {
  checkDefects(chart)
  return [
    `## ${title}`,
    `${chart.description}. [Its picture](../../visualizations/${picture}.svg). It begins in ${code(chart.initial)}.`,
    table(
      ['state', 'meaning', 'tags', 'actor', 'leads to'],
      chart.states.map((state) => stateRow(state, chart)),
    ),
    table(
      ['event', 'accepted in, and leads to'],
      hostEvents(chart).map((event) => [code(event), acceptance(event, chart)]),
    ),
  ]
}

function stateRow({ name, description, tags, actors }: State, chart: Chart): string[] {
  const ids = actors.map(({ id }) => id)
  return [code(name), description, codes(tags), codes(ids), outcomes(chart.arrows.filter(({ from }) => from === name))]
}

/** What is said of defects once must hold for each. */
function checkDefects({ arrows }: Chart): void {
  const stray = arrows.find(({ cause, to }) => cause === 'defect' && to !== 'failed')
  if (stray) throw new Error(`${stray.from}: a defect leads to ${stray.to}`)
}

const causes = [
  ['answer', 'answered'],
  ['time', 'when it is time'],
] as const

/** Where a state leads without anybody asking. */
function outcomes(arrows: readonly Arrow[]): string {
  const parts = causes.flatMap(([cause, words]) => {
    const targets = new Set(arrows.filter((arrow) => arrow.cause === cause).map(({ to }) => to))
    return targets.size === 0 ? [] : `${words}: ${codes(targets)}`
  })
  return parts.join('; ')
}

/** In the order of the events' declaration. */
function hostEvents({ arrows }: Chart): string[] {
  const heard = new Set(arrows.filter(({ cause }) => cause === 'event').map(({ event }) => event))
  const known = [...eventMeanings().keys()]
  const unknown = [...heard].find((event) => !known.includes(event))
  if (unknown !== undefined) throw new Error(`${unknown} has no comment in src/dialogue.ts`)
  return known.filter((event) => heard.has(event))
}

function acceptance(event: string, { arrows }: Chart): string {
  const accepted = arrows.filter((arrow) => arrow.cause === 'event' && arrow.event === event)
  const groups = Map.groupBy(accepted, (arrow) => `${outcomeOf(arrow)}${conditionOf(arrow)}`)
  return [...groups].map(([outcome, same]) => `${codes(same.map(({ from }) => from))}: ${outcome}`).join('<br>')
}

function outcomeOf({ to, stays }: Arrow): string {
  return stays ? 'queued until the answer' : `leads to ${code(to)}`
}

function conditionOf({ guard }: Arrow): string {
  if (!guard) return ''
  const words = conditions[guard.type]
  if (words === undefined) throw new Error(`${guard.type} has no words`)
  return `, ${words}`
}

function eventMeanings(): ReadonlyMap<string, string> {
  return commentsOf(readFileSync(new URL('../../src/dialogue.ts', import.meta.url), 'utf8'), 'FlowEvent')
}
