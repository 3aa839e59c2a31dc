import type { ToPage } from '../../../inspect/messages.ts'
import type { Observation } from '../../../inspect/observation.ts'
import { type Collected, collect, nothing, recorded, type Told, unheard } from './collected.ts'
import { type Connection, connectionsOf } from './connections.ts'
import { KEPT, MOST, withoutOldest } from './forgetting.ts'

/** How the page stands with the viewer's server. */
export type Link =
  | { readonly is: 'connecting' }
  | { readonly is: 'open' }
  /** It is tried again at this instant, in Unix milliseconds. */
  | { readonly is: 'lost'; readonly retryAt: number }
  /** The server does not know this page: its link was used before, or belongs to an earlier viewer; or there is none. */
  | { readonly is: 'refused'; readonly because: 'token' | 'session' | 'none' }
  /** Page and server are of different versions. */
  | { readonly is: 'misunderstood' }

/** A file that was opened. */
export interface Recording {
  readonly name: string
  readonly collected: Collected
  readonly problems: readonly Problem[]
}

export interface Problem {
  readonly line: number
  readonly reason: string
}

/** Something said in passing. */
export interface Notice {
  readonly id: number
  readonly text: string
  readonly kind: 'done' | 'trouble'
}

export interface State {
  readonly link: Link
  /** Since when no host is heard, in Unix milliseconds; `undefined` while they are. */
  readonly unheardSince: number | undefined
  readonly live: Collected
  /** The server tells everything from the beginning: what is on the screen stays until it does. */
  readonly isAnew: boolean
  readonly recording: Recording | undefined
  /** The last observation that counts, by index; `undefined` is the present, whatever comes. */
  readonly position: number | undefined
  /** Whether the past goes on by itself. */
  readonly isPlaying: boolean
  /** The connections that are shown, by key. */
  readonly chosen: readonly string[]
  readonly notices: readonly Notice[]
}

export type Action =
  /** `at` is now, in Unix milliseconds. */
  | { readonly type: 'link'; readonly link: Link; readonly at: number }
  | { readonly type: 'welcome' }
  | { readonly type: 'told'; readonly told: readonly Told[] }
  | {
      readonly type: 'open'
      readonly name: string
      readonly observations: readonly Observation[]
      readonly problems: readonly Problem[]
    }
  | { readonly type: 'close' }
  /** Shows a connection alone; with `beside`, adds it to those that are shown, or takes it away. */
  | { readonly type: 'choose'; readonly key: string; readonly beside: boolean }
  /** The same for one by its place in the list, from 0. */
  | { readonly type: 'number'; readonly place: number; readonly beside: boolean }
  | { readonly type: 'move'; readonly by: Move }
  | { readonly type: 'go'; readonly to: number }
  | { readonly type: 'pause' | 'play' | 'live' }
  /** Pauses, or plays on where the page stands still. */
  | { readonly type: 'toggle' }
  | { readonly type: 'note'; readonly text: string; readonly kind: Notice['kind'] }
  | { readonly type: 'dismiss'; readonly id: number }

export type Move = 'first' | 'back' | 'forward' | 'last'

export function begin(chosen: readonly string[] = []): State {
  return {
    link: { is: 'connecting' },
    unheardSince: undefined,
    live: nothing,
    isAnew: false,
    recording: undefined,
    position: undefined,
    isPlaying: false,
    chosen,
    notices: [],
  }
}

/** The page after something has happened. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'link':
      return linked(state, action.link, action.at)
    case 'welcome':
      return { ...state, link: { is: 'open' }, unheardSince: undefined, isAnew: true }
    case 'told':
      return told(state, action.told)
    case 'open':
      return opened(state, action)
    case 'close':
      return { ...state, recording: undefined, position: undefined, isPlaying: false }
    case 'choose':
      return { ...state, chosen: choose(state, action.key, action.beside) }
    case 'number':
      return numbered(state, action.place, action.beside)
    case 'move':
      return moved(state, action.by)
    case 'go':
      return { ...state, position: action.to, isPlaying: false }
    case 'pause':
      return paused(state)
    case 'play':
      return played(state)
    case 'toggle':
      return state.position !== undefined && !state.isPlaying ? played(state) : paused(state)
    case 'live':
      return live(state)
    case 'note':
      return { ...state, notices: noted(state.notices, action.text, action.kind) }
    case 'dismiss':
      return { ...state, notices: state.notices.filter(({ id }) => id !== action.id) }
  }
}

/** What the page is about: the recording, while one is open. */
export function collectedIn({ recording, live }: State): Collected {
  return recording?.collected ?? live
}

/** Whether the screen shows something other than the present. */
export function isPast({ recording, position }: State): boolean {
  return recording !== undefined || position !== undefined
}

/** The connections that are shown, in the order of all; the first one where none of the chosen is there. */
export function shownOf({ chosen }: Pick<State, 'chosen'>, connections: readonly Connection[]): readonly Connection[] {
  const shown = connections.filter(({ key }) => chosen.includes(key))
  return shown.length > 0 ? shown : connections.slice(0, 1)
}

/** The observations of the connections that are shown, by index: what one steps through. */
export function stepsOf({ observations }: Collected, shown: readonly Connection[]): readonly number[] {
  const actors = new Set(shown.flatMap(({ lives }) => lives.map(({ actor }) => actor)))
  return observations.flatMap(({ actor }, index) => (actors.has(actor) ? [index] : []))
}

/** Where among the steps the page stands, from 0; -1 before the first. */
export function stepAt(steps: readonly number[], position: number | undefined): number {
  if (position === undefined) return steps.length - 1
  return steps.findLastIndex((index) => index <= position)
}

function told(state: State, messages: readonly Told[]): State {
  const begins = state.isAnew && messages.some(({ message }) => message.type === 'host')
  const all = collect(begins ? nothing : state.live, messages)
  const notices = messages.reduce((before, { message }) => heard(before, message), state.notices)
  return forgetting({ ...state, live: all, isAnew: state.isAnew && !begins, notices })
}

/** Whoever looks at a moment that is forgotten is moved to the earliest one that is kept. */
function forgetting(state: State): State {
  const all = state.live.observations.length
  if (all <= MOST) return state
  const live = withoutOldest(state.live)
  const kept = live.observations.length - KEPT
  const { position, recording, notices } = state
  if (recording || position === undefined) return { ...state, live }
  if (position >= all - KEPT) return { ...state, live, position: position - all + live.observations.length }
  return { ...state, live, position: kept, notices: noted(notices, FORGOTTEN, 'trouble') }
}

const FORGOTTEN = 'The moment that you looked at is not kept any longer: this is the earliest one that is.'

/** Without the server no host is heard, and none hears. */
function linked(state: State, link: Link, at: number): State {
  if (isHeard(link)) return { ...state, link, unheardSince: undefined }
  return { ...state, link, unheardSince: state.unheardSince ?? at, live: unheard(state.live) }
}

/** Whether hosts are heard, or nothing is known to the contrary. */
export function isHeard({ is }: Link): boolean {
  return is === 'open' || is === 'connecting'
}

function opened(state: State, { name, observations, problems }: Extract<Action, { type: 'open' }>): State {
  const collected = recorded(observations, name)
  return { ...state, recording: { name, collected, problems }, position: lastOf(collected), isPlaying: false }
}

function choose(state: State, key: string, beside: boolean): readonly string[] {
  if (!beside) return [key]
  const shown = shownOf(state, connectionsOf(collectedIn(state))).map((connection) => connection.key)
  if (!shown.includes(key)) return [...shown, key]
  return shown.length > 1 ? shown.filter((each) => each !== key) : shown
}

function numbered(state: State, place: number, beside: boolean): State {
  const connection = connectionsOf(collectedIn(state))[place]
  return connection ? { ...state, chosen: choose(state, connection.key, beside) } : state
}

function moved(state: State, by: Move): State {
  const collected = collectedIn(state)
  const steps = stepsOf(collected, shownOf(state, connectionsOf(collected)))
  const at = stepAt(steps, state.position)
  const target = { first: 0, back: Math.max(0, at - 1), forward: at + 1, last: steps.length - 1 }[by]
  const to = steps[target]
  if (by === 'last' || to === undefined) return live(state)
  return { ...state, position: to, isPlaying: state.isPlaying && by === 'forward' }
}

function paused(state: State): State {
  return { ...state, position: state.position ?? lastOf(collectedIn(state)), isPlaying: false }
}

/** Plays on from here; from the end of a recording, from its beginning. */
function played(state: State): State {
  if (state.position === undefined) return state
  const isAtEnd = state.position >= lastOf(collectedIn(state))
  if (!isAtEnd) return { ...state, isPlaying: true }
  return state.recording ? { ...moved(state, 'first'), isPlaying: true } : live(state)
}

/** The present; of a recording, its end. */
function live(state: State): State {
  const position = state.recording && lastOf(state.recording.collected)
  return { ...state, position, isPlaying: false }
}

function lastOf({ observations }: Collected): number {
  return observations.length - 1
}

function heard(notices: readonly Notice[], message: ToPage): readonly Notice[] {
  if (message.type === 'refused') return noted(notices, message.reason, 'trouble')
  if (message.type === 'done') return noted(notices, message.words, 'done')
  return notices
}

/** The latest four: more would cover the page. */
function noted(notices: readonly Notice[], text: string, kind: Notice['kind']): readonly Notice[] {
  const id = (notices.at(-1)?.id ?? 0) + 1
  return [...notices, { id, text, kind }].slice(-4)
}
