import type { Deed, Screen, ToPage } from '../../../inspect/messages.ts'
import type { Observation } from '../../../inspect/observation.ts'
import { retellAll, type Story } from '../../../inspect/story.ts'

/** A program that is connected to the viewer, or was. */
export interface Host {
  readonly id: string
  readonly name: string
  readonly deeds: readonly Deed[]
  readonly isGone: boolean
  /** How many observations there were when it left; `undefined` where it has not, and in a recording, which does not tell. */
  readonly leftAfter: number | undefined
  /** How its clock went, the latest last. */
  readonly clocks: readonly Clock[]
}

/** How far a host's clock is ahead of this page's, in milliseconds, from an observation on; negative where it is behind. */
export interface Clock {
  readonly from: number
  readonly ahead: number
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
  /** Which observation is the stop of an actor, by index. */
  readonly stops: ReadonlyMap<string, number>
  /** The actors whose first states were forgotten by this page. */
  readonly forgotten: ReadonlySet<string>
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
  stops: new Map(),
  forgotten: new Set(),
}

/** A recording as if one host had told it. */
export function recorded(observations: readonly Observation[], name: string): Collected {
  const collected = collect(
    nothing,
    observations.map((observation) => ({ message: { type: 'observed', host: name, observation }, at: observation.at })),
  )
  const host: Host = { id: name, name, deeds: [], isGone: true, leftAfter: undefined, clocks: [{ from: 0, ahead: 0 }] }
  return { ...collected, hosts: new Map([[name, host]]) }
}

/** What is known after some more messages, taken together so that ten thousand of them are no more than one copy. */
export function collect(before: Collected, told: readonly Told[]): Collected {
  const next = {
    observations: [...before.observations],
    hosts: new Map(before.hosts),
    screens: new Map(before.screens),
    owners: new Map(before.owners),
    stops: new Map(before.stops),
    forgotten: before.forgotten,
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
  readonly stops: Map<string, number>
}

function take(next: Growing, { message }: Told): void {
  if (message.type === 'host') {
    const { host: id, name, deeds, ahead } = message
    next.hosts.set(id, { id, name, deeds, isGone: false, leftAfter: undefined, clocks: [{ from: 0, ahead }] })
  } else if (message.type === 'clock') {
    const host = next.hosts.get(message.host)
    const from = next.observations.length
    const clocks = host?.clocks.filter((clock) => clock.from < from) ?? []
    if (host) next.hosts.set(host.id, { ...host, clocks: [...clocks, { from, ahead: message.ahead }] })
  } else if (message.type === 'observed') {
    observe(next, message.host, message.observation)
  } else if (message.type === 'screen') {
    next.screens.set(idOf(message.host, message.actor), message.screen)
  } else if (message.type === 'left') {
    leave(next, message.host)
  }
}

function observe(next: Growing, host: string, observation: Observation): void {
  const actor = idOf(host, observation.actor)
  if (observation.type === 'stopped') {
    next.screens.delete(actor)
    next.stops.set(actor, next.observations.length)
  }
  next.owners.set(actor, { host, actor: observation.actor })
  next.observations.push({ ...observation, actor })
}

function leave(next: Growing, id: string): void {
  const host = next.hosts.get(id)
  if (host) next.hosts.set(id, { ...host, isGone: true, leftAfter: next.observations.length })
  for (const [actor, owner] of next.owners) if (owner.host === id) next.screens.delete(actor)
}

/** What is left where nobody hears the hosts: what they may be asked for, and what they show, is of no moment then. */
export function unheard(collected: Collected): Collected {
  const hosts = [...collected.hosts].map(([id, host]) => [id, { ...host, deeds: [] }] as const)
  return { ...collected, hosts: new Map(hosts), screens: new Map() }
}

/** How far an actor's clock was ahead of this page's at an observation, by index, in milliseconds. Default: now. */
export function aheadOf(
  { hosts, owners }: Pick<Collected, 'hosts' | 'owners'>,
  actor: string,
  index = Number.POSITIVE_INFINITY,
): number {
  const clocks = hosts.get(owners.get(actor)?.host ?? '')?.clocks
  return clocks?.findLast(({ from }) => from <= index)?.ahead ?? 0
}

function idOf(host: string, actor: string): string {
  return `${host}/${actor}`
}
