import { defaultEnvironment } from '../environment.ts'
import { type Backlog, createBacklog } from '../inspect/backlog.ts'
import type { Deed, FromHost, Screen, ToHost, ToPage } from '../inspect/messages.ts'
import type { Observation } from '../inspect/observation.ts'
import type { HostMessage, PageMessage } from '../inspect/parse-message.ts'
import { createShelf, type Shelf } from '../inspect/shelf.ts'
import type { Outbox } from './outbox.ts'

/** What is known of a host from its greeting; `now` is its clock. */
type HostGreeting = Pick<Extract<FromHost, { type: 'hello' }>, 'name' | 'deeds' | 'now'>

/** Where hosts and pages meet: hosts tell, pages are told. It keeps what pages that come later need to know. */
export interface Room {
  enterHost(greeting: HostGreeting, outbox: Outbox<ToHost>): Seat<HostMessage>
  /** @param open gets everything known so far, to be said first */
  enterPage(open: (known: readonly ToPage[]) => Outbox<ToPage>): Seat<PageMessage>
}

/** The place of somebody who has greeted. */
export interface Seat<Message> {
  hear(message: Message): void
  leave(): void
}

interface Host {
  readonly id: string
  readonly name: string
  readonly deeds: readonly Deed[]
  readonly entered: Coming
  left: Turn | undefined
  readonly backlog: Backlog
  /** How observations came, as far as they are kept word for word. */
  readonly comings: WeakMap<Observation, Coming>
  /** The latest screen of each actor. */
  readonly screens: Shelf<Screen>
  /** By how many milliseconds its clock is ahead of this one, as pages know it. */
  ahead: number
  /** `undefined` once it has left. */
  outbox: Outbox<ToHost> | undefined
}

/** When something came, counted over all hosts: pages that come later see who did what first. */
type Turn = number

/** When something came, and by how much its host's clock was ahead then, as pages know it. */
interface Coming extends Pick<Host, 'ahead'> {
  readonly turn: Turn
}

/** How many observations of a host are kept, about; and how many screens. */
const OBSERVATIONS = 10_000
const SCREENS = 1_000
/** How large its screens may be altogether, in characters. */
const SCREENS_SIZE = 4_000_000
/** How many hosts are remembered that have left. */
const GONE = 20
/** By how much a host's clock may seem to change before pages are told, in milliseconds: messages take their time. */
const UNSTEADY = 1_000

/** @param now the clock, in Unix milliseconds */
export function createRoom(now: () => number = defaultEnvironment().now): Room {
  const hosts = new Map<string, Host>()
  const pages = new Set<Outbox<ToPage>>()
  let count = 0
  let turn: Turn = 0

  function tellPages(message: ToPage): void {
    for (const page of pages) page.send(message)
  }

  function enterHost(greeting: HostGreeting, outbox: Outbox<ToHost>): Seat<HostMessage> {
    const id = String(++count)
    const { name, deeds } = greeting
    const ahead = greeting.now - now()
    const host: Host = {
      id,
      name,
      deeds,
      ahead,
      entered: { turn: ++turn, ahead },
      left: undefined,
      backlog: createBacklog(OBSERVATIONS),
      comings: new WeakMap(),
      screens: createShelf(SCREENS, SCREENS_SIZE),
      outbox,
    }
    hosts.set(id, host)
    tellPages({ type: 'host', host: id, name, deeds, ahead })
    outbox.send({ type: 'welcome' })
    return {
      hear(message) {
        if (message.type === 'screen') compareClocks(host, message.now)
        // An observation may have waited to be told, but it is not of the future.
        else if (message.type === 'observed' && message.observation.at > now() + host.ahead)
          compareClocks(host, message.observation.at)
        keep(host, message, ++turn)
        tellPages(toldOf(id, message))
      },
      leave() {
        host.outbox = undefined
        host.left = ++turn
        host.screens.clear()
        tellPages({ type: 'left', host: id })
        forgetOldest()
      },
    }
  }

  function compareClocks(host: Host, itsNow: number): void {
    const ahead = itsNow - now()
    if (Math.abs(ahead - host.ahead) <= UNSTEADY) return
    host.ahead = ahead
    tellPages({ type: 'clock', host: host.id, ahead })
  }

  function forgetOldest(): void {
    const gone = [...hosts.values()].filter(({ outbox }) => !outbox)
    for (const { id } of gone.slice(0, -GONE)) hosts.delete(id)
  }

  function enterPage(open: (known: readonly ToPage[]) => Outbox<ToPage>): Seat<PageMessage> {
    const page = open(known([...hosts.values()]))
    pages.add(page)
    return {
      hear({ host, ...message }) {
        const outbox = hosts.get(host)?.outbox
        if (outbox) outbox.send(message)
        else page.send({ type: 'refused', host, reason: 'This program has left.' })
      },
      leave() {
        pages.delete(page)
      },
    }
  }

  return { enterHost, enterPage }
}

/** What pages are told of a host's message: all but its clock. */
function toldOf(host: string, message: HostMessage): ToPage {
  if (message.type !== 'screen') return { ...message, host }
  const { type, actor, screen } = message
  return { type, host, actor, screen }
}

function keep({ backlog, comings, screens, ahead }: Host, message: HostMessage, turn: Turn): void {
  if (message.type === 'observed') {
    backlog.add(message.observation)
    comings.set(message.observation, { turn, ahead })
    if (message.observation.type === 'stopped') screens.delete(message.observation.actor)
  }
  if (message.type === 'screen') screens.put(message.actor, message.screen, JSON.stringify(message.screen).length)
}

/** All that there is to tell of hosts: what happened, in the order in which it did, and then what is so now. */
function known(hosts: readonly Host[]): ToPage[] {
  const happened = hosts.flatMap(past).toSorted(byTurn)
  return [...happened.map(({ message }) => message), ...hosts.flatMap(present)]
}

function past({ id: host, name, deeds, ahead, entered, left, backlog, comings }: Host) {
  let coming = entered
  const observed = backlog.all().map((observation) => {
    // A beginning that was put together later did not come itself; it stands where it belongs.
    coming = comings.get(observation) ?? coming
    return { ...coming, message: { type: 'observed', host, observation } as const }
  })
  const now = { ahead, turn: observed.at(-1)?.turn ?? entered.turn }
  return [
    { turn: entered.turn, message: { type: 'host', host, name, deeds, ahead: entered.ahead } as const },
    ...clocked(host, entered, [...observed, now]),
    ...(left === undefined ? [] : [{ turn: left, message: { type: 'left', host } as const }]),
  ]
}

/** Each with its clock before it, where that had changed. */
function clocked(host: string, before: Coming, told: readonly (Coming & { readonly message?: ToPage })[]) {
  return told.flatMap(({ turn, ahead, message }, index) => {
    const isNews = ahead !== (told[index - 1] ?? before).ahead
    const messages = [isNews && ({ type: 'clock', host, ahead } as const), message]
    return messages.flatMap((each) => (each ? [{ turn, message: each }] : []))
  })
}

function byTurn(one: { readonly turn: Turn }, other: { readonly turn: Turn }): number {
  return one.turn - other.turn
}

function present({ id: host, screens }: Host) {
  return screens.entries().map(([actor, screen]) => ({ type: 'screen', host, actor, screen }) as const)
}
