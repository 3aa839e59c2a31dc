import type { Deed, Screen, ToPage } from '../../../inspect/messages.ts'
import type { Observation } from '../../../inspect/observation.ts'
import { retellAll, type Story } from '../../../inspect/story.ts'

/** A program that is connected to the viewer, or was. */
export interface Host {
  readonly id: string
  readonly name: string
  readonly deeds: readonly Deed[]
  readonly isGone: boolean
}

/** All that was told so far. Actors are named `host/actor` here, since each host counts its own from 1. */
export interface Collected {
  readonly observations: readonly Observation[]
  readonly stories: ReadonlyMap<string, Story>
  readonly hosts: ReadonlyMap<string, Host>
  /** What only the person in front of the viewer may see, by actor; it is of this moment, and of no other. */
  readonly screens: ReadonlyMap<string, Screen>
  /** Which actor of which host. */
  readonly owners: ReadonlyMap<string, Owner>
  /** How far an actor's clock is ahead of this page's, in milliseconds; absent where it is not. */
  readonly ahead: ReadonlyMap<string, number>
}

export interface Owner {
  readonly host: string
  readonly actor: string
}

/** A message of the server, and when it came, in Unix milliseconds of this page. */
export interface Told {
  readonly message: ToPage
  readonly at: number
}

export const nothing: Collected = {
  observations: [],
  stories: new Map(),
  hosts: new Map(),
  screens: new Map(),
  owners: new Map(),
  ahead: new Map(),
}

/** A recording as if one host had told it. */
export function recorded(observations: readonly Observation[], name: string): Collected {
  const host: ToPage = { type: 'host', host: name, name, deeds: [] }
  const observed = observations.map((observation): ToPage => ({ type: 'observed', host: name, observation }))
  const collected = collect(
    nothing,
    [host, ...observed].map((message) => ({ message, at: Number.POSITIVE_INFINITY })),
  )
  return { ...collected, hosts: new Map([[name, { id: name, name, deeds: [], isGone: true }]]) }
}

/** What is known after some more messages, taken together so that ten thousand of them are no more than one copy. */
export function collect(before: Collected, told: readonly Told[]): Collected {
  const next = {
    observations: [...before.observations],
    hosts: new Map(before.hosts),
    screens: new Map(before.screens),
    owners: new Map(before.owners),
    ahead: new Map(before.ahead),
  }
  for (const each of told) take(next, each)
  const from = before.observations.length
  const stories = retellAll(before.stories, next.observations.slice(from), from)
  return { ...next, stories }
}

interface Growing {
  readonly observations: Observation[]
  readonly hosts: Map<string, Host>
  readonly screens: Map<string, Screen>
  readonly owners: Map<string, Owner>
  readonly ahead: Map<string, number>
}

function take(next: Growing, { message, at }: Told): void {
  if (message.type === 'host') {
    next.hosts.set(message.host, { id: message.host, name: message.name, deeds: message.deeds, isGone: false })
  } else if (message.type === 'observed') {
    observe(next, message.host, message.observation, at)
  } else if (message.type === 'screen') {
    next.screens.set(idOf(message.host, message.actor), message.screen)
  } else if (message.type === 'left') {
    leave(next, message.host)
  }
}

function observe(next: Growing, host: string, observation: Observation, at: number): void {
  const actor = idOf(host, observation.actor)
  if (observation.type === 'stopped') next.screens.delete(actor)
  next.owners.set(actor, { host, actor: observation.actor })
  // An observation is never of the future, so such a clock is ahead. Of one that is old nothing can be said.
  const ahead = observation.at - at
  if (ahead > 1_000) next.ahead.set(actor, ahead)
  else next.ahead.delete(actor)
  next.observations.push({ ...observation, actor })
}

function leave(next: Growing, id: string): void {
  const host = next.hosts.get(id)
  if (host) next.hosts.set(id, { ...host, isGone: true })
  for (const [actor, owner] of next.owners) if (owner.host === id) next.screens.delete(actor)
}

function idOf(host: string, actor: string): string {
  return `${host}/${actor}`
}
