import { type Backlog, createBacklog } from '../inspect/backlog.ts'
import type { Deed, Screen, ToHost, ToPage } from '../inspect/messages.ts'
import type { HostMessage, PageMessage } from '../inspect/parse-message.ts'
import type { Outbox } from './outbox.ts'

/** Where hosts and pages meet: hosts tell, pages are told. It keeps what pages that come later need to know. */
export interface Room {
  enterHost(name: string, deeds: readonly Deed[], outbox: Outbox<ToHost>): Seat<HostMessage>
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
  readonly backlog: Backlog
  /** The latest screen of each actor. */
  readonly screens: Map<string, Screen>
  /** `undefined` once it has left. */
  outbox: Outbox<ToHost> | undefined
}

/** How many observations of a host are kept, about; and how many screens. */
const OBSERVATIONS = 10_000
const SCREENS = 1_000
/** How many hosts are remembered that have left. */
const GONE = 20

export function createRoom(): Room {
  const hosts = new Map<string, Host>()
  const pages = new Set<Outbox<ToPage>>()
  let count = 0

  function tellPages(message: ToPage): void {
    for (const page of pages) page.send(message)
  }

  function enterHost(name: string, deeds: readonly Deed[], outbox: Outbox<ToHost>): Seat<HostMessage> {
    const id = String(++count)
    const host: Host = { id, name, deeds, backlog: createBacklog(OBSERVATIONS), screens: new Map(), outbox }
    hosts.set(id, host)
    tellPages({ type: 'host', host: id, name, deeds })
    outbox.send({ type: 'welcome' })
    return {
      hear(message) {
        keep(host, message)
        tellPages({ ...message, host: id })
      },
      leave() {
        host.outbox = undefined
        host.screens.clear()
        tellPages({ type: 'left', host: id })
        forgetOldest()
      },
    }
  }

  function forgetOldest(): void {
    const gone = [...hosts.values()].filter(({ outbox }) => !outbox)
    for (const { id } of gone.slice(0, -GONE)) hosts.delete(id)
  }

  function enterPage(open: (known: readonly ToPage[]) => Outbox<ToPage>): Seat<PageMessage> {
    const page = open([...hosts.values()].flatMap(known))
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

function keep({ backlog, screens }: Host, message: HostMessage): void {
  if (message.type === 'observed') {
    backlog.add(message.observation)
    if (message.observation.type === 'stopped') screens.delete(message.observation.actor)
  }
  if (message.type === 'screen') {
    screens.set(message.actor, message.screen)
    const [oldest] = screens.keys()
    if (oldest !== undefined && screens.size > SCREENS) screens.delete(oldest)
  }
}

/** All that there is to tell of a host, in the order in which it makes sense. */
function known({ id: host, name, deeds, backlog, screens, outbox }: Host): ToPage[] {
  return [
    { type: 'host', host, name, deeds },
    ...backlog.all().map((observation) => ({ type: 'observed', host, observation }) as const),
    ...[...screens].map(([actor, screen]) => ({ type: 'screen', host, actor, screen }) as const),
    ...(outbox ? [] : [{ type: 'left', host } as const]),
  ]
}
