import type { Appearance, Observation, TransitionTaken } from '../../../src/inspect/observation.ts'

export const appeared = (actor: string, more: Partial<Appearance> = {}): Observation => ({
  type: 'actor',
  at: 1_000,
  actor,
  name: `till-${actor}`,
  machine: 'deviceCode',
  state: 'recalling',
  tags: ['pending'],
  ...more,
})

export const moved = (actor: string, from: string, to: string, more: Partial<TransitionTaken> = {}): Observation => ({
  type: 'transition',
  at: 2_000,
  actor,
  name: `till-${actor}`,
  from,
  to,
  event: 'authorization.start',
  arrows: [`${from}|authorization.start|${to}`],
  tags: ['needsUser'],
  deadlines: { poll: 7_000 },
  ...more,
})

export const stopped = (actor: string, at = 3_000): Observation => ({
  type: 'stopped',
  at,
  actor,
  name: `till-${actor}`,
})

export const observed = (observation: Observation) => ({ type: 'observed', observation })
