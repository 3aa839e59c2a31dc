import { defaultEnvironment } from '../environment.ts'
import { fail } from '../failure.ts'
import type { FlowActor } from '../flow-actor.ts'
import { quietly } from '../quietly.ts'
import { createBacklog } from './backlog.ts'
import { readable } from './limits.ts'
import { closing, type Wish } from './messages.ts'
import { LONGEST_WORD, type Observation } from './observation.ts'
import { type Inspect, observing } from './observing.ts'
import { screenOf, takes } from './screen.ts'
import { createLine } from './viewer-line.ts'
import { addressOf, greetingOf, type ViewerLinkOptions, withDefaults } from './viewer-link-options.ts'

export interface ViewerLink {
  /** For `createClient(…, { inspect })`, or for `createActor` with any machine. */
  readonly inspect: Inspect
  /**
   * Ends it for good: no more is told. Resolves when the viewer has what was told before, or after about a second where it
   * does not listen; a Node process lives as long, also where nobody waits for it. It never rejects.
   */
  close(): Promise<void>
}

/** A flow that runs, as long as the host keeps it, and what the viewer was last shown of it, as JSON. */
interface Shown {
  readonly flow: WeakRef<FlowActor>
  screen: string
}

/** How many observations wait for a viewer; of what was before them, it is told the outcome. */
const WAITING = 1_000
/** After so many in one go, a viewer that listens is told of them before that is over: none of them is lost. */
const AT_ONCE = 500

/**
 * Connects this program to a viewer on the same machine: `startViewer` and `npx oauth-machines inspect` tell the link.
 *
 * The viewer is told {@link Observation}s, and, for the person in front of it, prompts: user codes and links to log in. No
 * token, secret or code is. It is called at the first observation, and again after pauses of 1 to 30 seconds whenever it is
 * not there; the host notices nothing of that, and in Node no process is kept alive by it. (A page's console shows each
 * call that failed; no script can prevent it.)
 *
 * @param link for instance `http://127.0.0.1:4455/#key`. Whoever listens at that port is sent the key and the prompts, so
 * use it on a machine whose users you trust
 * @throws OAuthError `invalid_configuration` for a link that leads off this machine or has no key, and for a wrong option
 */
export function connectViewer(link: string, options: ViewerLinkOptions = {}): ViewerLink {
  const { url, key } = addressOf(link)
  const { name, allowed, deeds, now, onProblem } = withDefaults(options)
  const backlog = createBacklog(WAITING)
  const flows = new Map<string, Shown>()
  const changed = new Set<string>()
  /** How many were seen since the last flush, which follows as soon as there is one. */
  let unflushed = 0
  let farewell: Promise<void> | undefined

  const greeting = greetingOf(key, { name, deeds })
  const line = createLine(url, () => ({ ...greeting, now: instantOf(now) }), {
    opened() {
      const known = backlog.all()
      backlog.take()
      for (const shown of flows.values()) shown.screen = ''
      send(known, flows.keys())
    },
    heard(message) {
      quietly(() => (message.type === 'send' ? obey(message.actor, message.event) : perform(message.deed)))
    },
    refused(code) {
      void close()
      quietly(() => onProblem(code === closing.unknown ? keyRefused : misunderstood))
    },
  })

  const see = observing(hear, now)

  function hear(observation: Observation, flow: FlowActor | undefined): void {
    const { actor } = observation
    backlog.add(observation)
    if (observation.type === 'stopped') flows.delete(actor)
    else if (flow && !flows.has(actor)) flows.set(actor, { flow: new WeakRef(flow), screen: '' })
    changed.add(actor)
    line.call()
    if (++unflushed === 1) queueMicrotask(flush)
    // Without the screens: a machine that is about to move on has none yet.
    if (unflushed % AT_ONCE === 0 && line.isOpen) send(backlog.take(), [])
  }

  /** Once for all that happens in one go: the machine moves on meanwhile. */
  function flush(): void {
    unflushed = 0
    if (line.isOpen) send(backlog.take(), changed)
    changed.clear()
  }

  function send(observations: readonly Observation[], actors: Iterable<string>): void {
    // What the viewer could not read, it would take as a reason to end: a clock that tells no time, for instance.
    for (const observation of observations.filter(isReadable)) line.send({ type: 'observed', observation })
    for (const actor of actors) quietly(() => show(actor))
  }

  function show(actor: string): void {
    const shown = flows.get(actor)
    const flow = shown?.flow.deref()
    if (!flow) flows.delete(actor)
    if (!shown || !flow) return
    const screen = readable(screenOf(flow, allowed))
    const text = JSON.stringify(screen)
    if (text === shown.screen) return
    shown.screen = text
    line.send({ type: 'screen', actor, screen, now: instantOf(now) })
  }

  function obey(actor: string, wish: Wish): void {
    const flow = flows.get(actor)?.flow.deref()
    if (!allowed.includes(wish)) refuse(`This program takes no ${wish} from a viewer: see the option accepts.`)
    else if (!flow) refuse('This connection has stopped.')
    else if (!takes(flow, wish)) refuse(`${stateOf(flow)} takes no ${wish}.`)
    else flow.send({ type: wish })
  }

  async function perform(id: string): Promise<void> {
    const deed = deeds.find((known) => known.id === id)
    if (!deed) return refuse('This program does no such thing.')
    try {
      await deed.run((words) => line.send({ type: 'done', words: inOneLine(words) }))
    } catch (error) {
      const message = error instanceof Error ? error.message : ''
      refuse(inOneLine(`${deed.label}: ${message || 'it did not work.'}`))
    }
  }

  function refuse(reason: string): void {
    line.send({ type: 'refused', reason })
  }

  function close(): Promise<void> {
    if (farewell) return farewell
    flush()
    farewell = line.close()
    // A viewer that is only now being called is told what happened, and shown no screen that would be gone at once.
    flows.clear()
    return farewell
  }

  return {
    inspect(event) {
      if (!farewell) quietly(() => see(event))
    },
    close,
  }
}

/** Of what is picked elsewhere, these are as the host has them. */
function isReadable(observation: Observation): boolean {
  const status = observation.type === 'transition' ? observation.request?.status : undefined
  return Number.isFinite(observation.at) && (status === undefined || Number.isInteger(status))
}

/** A clock that throws, or tells no time, is the host's affair: the viewer then takes this machine's. */
function instantOf(now: () => number): number {
  try {
    const instant = now()
    if (Number.isFinite(instant)) return instant
  } catch {
    // As above.
  }
  return defaultEnvironment().now()
}

const about = 'connectViewer'
const keyRefused = fail('invalid_configuration', {
  about: `${about}, link (the viewer refuses the key)`,
  remedy: 'Copy the link for programs from where the viewer was started; it is not tried again.',
})
const misunderstood = fail('invalid_configuration', {
  about: `${about} (the viewer does not understand this program)`,
  remedy: 'Use the same version of oauth-machines for both; it is not tried again.',
})

function stateOf(flow: FlowActor): string {
  const { value, context } = flow.getSnapshot()
  return `${context.connection}, which is in ${String(value)},`
}

function inOneLine(words: string): string {
  return words.replace(/\s+/g, ' ').slice(0, LONGEST_WORD)
}
