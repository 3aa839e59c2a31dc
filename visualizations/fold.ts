import type { Arrow, Chart } from './model.ts'

/** What many states share, in a sentence instead of a hairball of arrows. */
export interface Note {
  readonly about: string
  readonly text: string
  /** The arrows that the sentence stands for; none where it tells of arrows that are drawn. */
  readonly arrows: readonly Arrow[]
  /** Where they come from, if one arrow is drawn for all of them. */
  readonly drawnFrom?: string
}

export interface Folded {
  readonly notes: readonly Note[]
  /** What is left to draw. */
  readonly arrows: readonly Arrow[]
}

type Rule = (chart: Chart) => Note

const changed = 'record.changed'

/** Folds what every state shares. Each rule checks that its sentence is true of the chart, and throws where it is not. */
export function fold(chart: Chart): Folded {
  const rules = [recalls, backsOff, looksAgain, forgets, comesBack, adopts, isTold, breaks]
  const notes = rules.map((rule) => rule(chart)).filter(({ arrows }) => arrows.length > 0)
  const folded = new Set(notes.flatMap(({ arrows }) => arrows))
  const arrows = chart.arrows.filter((arrow) => !folded.has(arrow))
  return { notes: [...notes, isGuarded(arrows)], arrows }
}

/** What would stand beside every second arrow. */
function isGuarded(drawn: readonly Arrow[]): Note {
  const guarded = drawn.filter(({ guard, cause }) => guard && cause !== 'event')
  check(guarded.length > 0 && guarded.every(isUsual), 'an answer leads to where the record stands')
  return {
    about: 'guards of answers',
    text: '[standingIs]: the record stands where the arrow leads; [isWished]: that was asked; of a deadline [answersWith]: it is due',
    arrows: [],
  }
}

function isUsual({ guard, cause, to }: Arrow): boolean {
  const { standing, expected } = guard?.params ?? {}
  if (cause === 'time') return guard?.type === 'answersWith' && expected === 'due'
  return guard?.type === 'isWished' || (guard?.type === 'standingIs' && standing === to)
}

/** The first state leads everywhere. One arrow is drawn, the one of a connection that nobody has made yet. */
const recalls: Rule = ({ arrows, states, initial }) => {
  const own = arrows.filter(({ from, cause }) => from === initial && cause !== 'defect')
  const reached = new Set(own.map(({ to }) => to))
  const asked = new Set(
    arrows.filter(({ cause, event }) => cause === 'event' && event !== changed).map(({ event }) => event),
  )
  const kept = new Set(own.filter(({ stays }) => stays).map(({ event }) => event))
  check(states.every(({ name }) => reached.has(name)) && kept.size === asked.size, `${initial} leads everywhere`)
  return {
    about: initial,
    text: 'leads to every state, wherever the record says; what is asked meanwhile is kept, and honoured then',
    arrows: own.filter(({ to, guard }) => !(to === 'idle' && guard?.type === 'standingIs')),
  }
}

/** Server, network and vault can fail whoever asks them. One arrow is drawn for all who ask. */
const backsOff: Rule = ({ arrows, states, initial }) => {
  const own = arrows.filter(({ cause, from, to }) => cause === 'answer' && from !== initial && to === 'backingOff')
  const asking = states.filter(
    ({ name, actors }) => name !== initial && actors.some(({ source }) => source !== 'deadline'),
  )
  check(own.length === asking.length, 'every request may be in trouble')
  return {
    about: 'every request',
    text: `${own.map(({ label }) => label).join(', ')}: server, network or vault in trouble → backingOff`,
    arrows: own,
    drawnFrom: 'every request',
  }
}

/** What an actor says beyond what is drawn: the last of several answers. */
const looksAgain: Rule = ({ arrows, initial }) => {
  const answers = arrows.filter(({ cause, from }) => (cause === 'answer' || cause === 'time') && from !== initial)
  const several = new Set(answers.filter(({ guard }) => guard !== undefined).map(({ from }) => from))
  const rest = answers.filter(({ guard, from }) => guard === undefined && several.has(from))
  check(rest.length === several.size && rest.every(({ to }) => to === initial), `the rest → ${initial}`)
  return { about: 'any other answer, a deadline missed', text: `→ ${initial}, to look again`, arrows: rest }
}

const forgets: Rule = ({ arrows, states }) => {
  const own = arrows.filter(({ event, to }) => event === 'token.forget' && to === 'forgetting')
  const without = states.map(({ name }) => name).filter((name) => !own.some(({ from }) => from === name))
  check(own.length > without.length, 'most states can be told to forget')
  return { about: 'token.forget', text: `→ forgetting, from every state but ${listed(without)}`, arrows: own }
}

/** A callback may find a process that sent nobody away: where the grant has callbacks at all. */
const comesBack: Rule = ({ arrows, initial }) => {
  const own = arrows.filter(
    ({ event, to, from }) =>
      event === 'authorization.responded' && to === initial && from !== initial && from !== 'backingOff',
  )
  check(
    own.every(({ guard }) => guard === undefined),
    'a callback is looked at wherever it comes',
  )
  return {
    about: 'authorization.responded',
    text: `→ ${initial}, from ${listed(own.map(({ from }) => from))}: the request may be another process's`,
    arrows: own,
  }
}

/** A session from elsewhere ends like any other that is being made. The arrow that succeeds is drawn. */
const adopts: Rule = ({ arrows }) => {
  const leaving = arrows.filter(
    ({ from, cause, guard, label }) =>
      from === 'adopting' && cause !== 'defect' && (guard || label === 'authorization.cancel'),
  )
  const own = leaving.filter(({ to }) => to !== 'authorized' && to !== 'backingOff')
  const ends = own.map(({ to }) => to).toSorted()
  check(own.length === 0 || ends.join() === 'expired,failed,forgetting', 'an adoption may be refused, or given up')
  return {
    about: 'adopting',
    text: 'adoptToken → expired where the session has ended, or failed; authorization.cancel → forgetting',
    arrows: own,
  }
}

/** Whoever has nothing in flight is told when somebody else has changed the record. */
const isTold: Rule = ({ arrows, initial }) => {
  const own = arrows.filter(({ event }) => event === changed)
  const living = own.filter(({ to }) => to !== initial)
  check(
    living.every(({ from, to }) => from === 'authorized' && to === 'refreshing'),
    'a session that lives stays connected',
  )
  return {
    about: `${changed}, by somebody else`,
    text: `→ ${initial} where nothing is in flight; authorized → refreshing, which takes the new token over`,
    arrows: own,
  }
}

const breaks: Rule = ({ arrows, states }) => {
  const own = arrows.filter(({ cause }) => cause === 'defect')
  const asking = states.filter(({ actors }) => actors.length > 0)
  check(own.length === asking.length && new Set(own.map(({ to }) => to)).size === 1, 'every defect leads to one state')
  return {
    about: 'an actor that throws, a defect',
    text: `→ ${own[0]?.to}, from every state with an actor`,
    arrows: own,
  }
}

function check(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(`the note would lie: ${sentence}`)
}

function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names)
}
