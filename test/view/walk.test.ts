import { describe, expect, it } from 'vitest'
import { type AnyEventObject, type AnyMachineSnapshot, type AnyStateMachine, transition } from 'xstate'
import { fail } from '../../src/failure.ts'
import type { Standing, Summary } from '../../src/recall.ts'
import { seal } from '../../src/sealed.ts'
import { viewOf } from '../../src/view/index.ts'
import { breaks, changed, charts, done, knowing, responded, summary, token } from '../support/charts.ts'
import { seeded } from '../support/clocks.ts'
import { authorizationUrl, codes, device, faultsIn, NOW, redirect, wishes } from './sights.ts'

const standings: readonly Standing[] = [
  ...(['idle', 'starting', 'adopting', 'awaitingUser', 'polling', 'slowDown', 'authorized'] as const),
  ...(['refreshing', 'backingOff', 'revoking', 'revoked', 'expired', 'failed'] as const),
]

/** What may come next: a wish of a host, or an answer of the actor that works. */
function walker(chart: AnyStateMachine, random: () => number) {
  const one = <T>(things: readonly T[]): T => {
    const thing = things[Math.floor(random() * things.length)]
    if (thing === undefined) throw new Error('nothing to choose from')
    return thing
  }
  const known = (): Partial<Summary> => ({
    ...(random() < 0.5 && { failure: fail(one(codes), { about: 'a walk' }) }),
    ...(random() < 0.5 && { token: { ...token, expiresAt: NOW + 1_000 * Math.floor(random() * 9 - 4) } }),
    ...(random() < 0.5 && { nextPollAt: NOW + 7_000, pollIntervalSeconds: 5, retryAt: NOW - 1 }),
    ...(random() < 0.5 && { prompt: one([{ ...device }, { ...redirect, url: seal(authorizationUrl) }]) }),
  })
  return (snapshot: AnyMachineSnapshot): AnyEventObject => {
    const [invoked] = chart.root.states[String(snapshot.value)]?.invoke ?? []
    if (!invoked || random() < 0.4) return one([responded, changed, ...wishes.map((type) => ({ type }))])
    if (random() < 0.02) return breaks(invoked.id)
    return done(invoked.id, invoked.src === 'deadline' ? one(['due', 'over']) : summary(one(standings), known()))
  }
}

describe.each(charts)('a walk through $id', ({ chart }) => {
  it('meets no screen that says nonsense, and no button that does nothing', { timeout: 30_000 }, () => {
    const faults = new Set<string>()
    const visited = new Set<string>()
    for (let seed = 1; seed <= 5; seed++) {
      const next = walker(chart, seeded(seed))
      let snapshot: AnyMachineSnapshot = chart.resolveState({ value: 'recalling', context: knowing() })
      for (let step = 0; step < 150; step++) {
        const shown = viewOf(snapshot, NOW)
        const place = String(snapshot.value)
        visited.add(place)
        for (const fault of faultsIn(shown)) faults.add(`${place}: ${fault}`)
        if (shown.title === place) faults.add(`${place} has no title`)
        if (!shown.waiting) faults.add(`${place} is not explained`)
        for (const { event } of shown.buttons) {
          const [pressed] = transition(chart, snapshot, { type: event })
          // A wish is kept, or a weightier one was before.
          if (pressed.value === place && !pressed.context.wish) faults.add(`${event} does nothing in ${place}`)
        }
        const isAsked = shown.buttons.some(({ audience }) => audience === 'merchant')
        if (snapshot.hasTag('needsUser') && !isAsked) faults.add(`${place} needs a person, who can do nothing`)
        ;[snapshot] = transition(chart, snapshot, next(snapshot))
      }
    }
    expect([...faults]).toEqual([])
    expect([...visited].sort()).toEqual(Object.keys(chart.root.states).sort())
  })
})
