import { describe, expect, it } from 'vitest'
import * as say from './support/charts.ts'
import { answers, charts, failure, named, step, summary, token } from './support/charts.ts'
import { blind, isHonoured, lifecycle, standings } from './support/lifecycle.ts'

const wishes = [say.start, say.cancel, say.responded, say.refresh, say.rejected, say.revoke, say.forget]
const lived = { token }
const isEmit = (action: string) => action === 'xstate.emit'

describe.each(charts)('$id keeps the shared lifecycle', ({ chart, start, awaiting }) => {
  const stateOf = (standing: string) => (standing === 'starting' ? start : standing)

  it.each(lifecycle(start).map(named))('$name', ({ row: [from, event, to, given, leaves] }) => {
    const taken = step(chart, from, event, given)
    expect(taken.to).toBe(to)
    if (leaves && 'wish' in leaves) expect(taken.context.wish?.type).toBe(leaves.wish)
    if (leaves?.runs) expect(taken.actions).toContain(leaves.runs)
    if (from === to) expect(taken.actions).not.toContain('xstate.stopChild')
  })

  it.each(wishes)('drops $type, once read, where the record does not allow it', (wish) => {
    for (const standing of standings.filter((at) => !isHonoured(start, wish, at))) {
      const { to, context } = step(chart, 'recalling', answers('recall', standing), { wish })
      expect([to, context.wish], standing).toEqual([stateOf(standing), undefined])
    }
  })

  const lesser = wishes.filter(({ type }) => type !== 'token.forget')
  it.each(lesser)('keeps $type while the vault cannot be read, and does nothing', (wish) => {
    const { to, context } = step(chart, 'recalling', answers('recall', 'backingOff', blind), { wish })
    expect([to, context.wish]).toEqual(['backingOff', wish])
  })

  it('forgets even a record that cannot be read', () => {
    const { to, context } = step(chart, 'recalling', answers('recall', 'backingOff', blind), { wish: say.forget })
    expect([to, context.wish]).toEqual(['forgetting', say.forget])
  })

  it.each([...awaiting])('gives up %s when that was asked while the vault was read', (standing) => {
    for (const wish of [say.cancel, say.revoke, say.forget])
      expect(step(chart, 'recalling', answers('recall', standing), { wish }).to, wish.type).toBe('forgetting')
    expect(step(chart, 'recalling', answers('recall', standing), { wish: say.start }).to).toBe(standing)
  })

  it('takes a summary over as it is, and nothing of the actor that said it', () => {
    const told = summary('backingOff', { token, failure, retryAt: 9_000, request: { endpoint: 'token', status: 503 } })
    const { context } = step(chart, 'refreshing', { type: 'xstate.done.actor.refreshToken', output: told }, lived)
    const { standing: _, request: __, ...known } = told
    expect(context).toEqual({ ...say.knowing(), ...known })
  })

  it('announces a token of a new generation, and no other change of it', () => {
    const renewed = { token: { ...token, generation: 2 } }
    const postponed = { token: { ...token, refreshAt: 1_500 } }
    const emitted = (more: typeof lived) =>
      step(chart, 'refreshing', answers('refreshToken', 'authorized', more), lived)
    expect(emitted(renewed).actions.filter(isEmit)).toHaveLength(1)
    expect(emitted(postponed).actions).not.toContain('xstate.emit')
  })

  it('announces an ending once, and again after a new start', () => {
    const expired = answers('recall', 'expired', { failure, endedBecause: 'session_expired' })
    const announced = (given: Parameters<typeof step>[3]) =>
      step(chart, 'recalling', expired, given).actions.filter(isEmit)
    expect(announced({})).toEqual(['xstate.emit'])
    expect(announced({ endedBecause: 'session_expired' })).toEqual([])
    expect(step(chart, 'expired', say.start, { endedBecause: 'session_expired', failure }).context).toMatchObject({
      endedBecause: undefined,
      failure: undefined,
    })
  })

  it('names the defect, and keeps what the actor threw to itself', () => {
    const thrown = { type: 'xstate.error.actor.refreshToken', error: new Error('refresh_token=a-marker') } as const
    const { context } = step(chart, 'refreshing', thrown, lived)
    expect(context).toMatchObject({ failure: { code: 'authorization_failed' }, endedBecause: 'authorization_failed' })
    expect(JSON.stringify(context)).not.toContain('a-marker')
  })

  it('announces the ending that a defect is', () => {
    expect(step(chart, 'recalling', say.breaks('recall')).actions).toContain('xstate.emit')
  })

  it('takes no prompt along into an ending', () => {
    const prompt = { kind: 'redirect', url: say.responded.url, expiresAt: 9_000 } as const
    expect(step(chart, 'recalling', say.breaks('recall'), { prompt }).context.prompt).toBeUndefined()
  })

  it.each([say.refresh, say.rejected])('does not let $type replace a forget that waits for the vault', (event) => {
    const { context } = step(chart, 'backingOff', event, { token, ...blind, wish: say.forget })
    expect(context.wish).toBe(say.forget)
  })

  it('does not forget a record that it could not read, when connecting is given up', () => {
    const first = step(chart, 'recalling', answers('recall', 'backingOff', blind))
    const asked = step(chart, first.to, say.cancel, first.context)
    const again = step(chart, asked.to, answers('recall', 'backingOff', blind), asked.context)
    expect([again.to, again.context.wish]).toEqual(['backingOff', say.cancel])
    const read = step(chart, 'recalling', answers('recall', 'authorized', lived), again.context)
    expect(read.to).toBe('authorized')
  })

  it('knows of a disconnect until it is done', () => {
    const leaving = step(chart, 'revoking', answers('revokeToken', 'backingOff', { failure, wantsRevoke: true }), lived)
    expect(leaving.context).toMatchObject({ wantsRevoke: true, token: undefined })
    expect(leaving.actions).toContain('xstate.emit')
    const over = step(chart, 'revoking', answers('revokeToken', 'revoked'), leaving.context)
    expect(over.context.wantsRevoke).toBeUndefined()
  })

  it('keeps a disconnect that is asked for before the vault could be read', () => {
    const first = step(chart, 'recalling', answers('recall', 'backingOff', blind))
    const asked = step(chart, first.to, say.revoke, first.context)
    expect(asked.context.wish).toBe(say.revoke)
    expect(step(chart, asked.to, answers('recall', 'authorized', lived), asked.context).to).toBe('revoking')
  })
})
