import { describe, expect, it } from 'vitest'
import type { FlowContext } from '../../machines/flow.ts'
import { fail } from '../../src/failure.ts'
import { type View, viewOf } from '../../src/view/index.ts'
import { charts, knowing, token } from '../support/charts.ts'
import { device, NOW } from './sights.ts'

const failed = (code: Parameters<typeof fail>[0]) => ({ failure: fail(code, { about: 'a test' }) })
const prompt = { ...device }
const connect = 'primary authorization.start: Connect'
const cancel = 'secondary authorization.cancel: Cancel'
const disconnect = 'danger token.revoke: Disconnect'
const forget = '(operator) danger token.forget: Forget, without telling the provider'
const renew = '(operator) secondary token.refresh: Renew now'
const revokeNow = '(operator) secondary token.revoke: Try again now'
const tryNow = '(operator) secondary token.refresh: Try again now'
const lookAgain = '(operator) secondary token.refresh: Look again'

const written = ({ buttons }: View) =>
  buttons.map(
    ({ event, label, kind, audience }) => `${audience === 'operator' ? '(operator) ' : ''}${kind} ${event}: ${label}`,
  )

function chartOf(id: string) {
  const found = charts.find((chart) => chart.id === id)
  if (!found) throw new Error(`no chart ${id}`)
  return found.chart
}

/** What the chart itself accepts in a state, with what is known there. */
function buttonsIn(id: string, value: string, known: Partial<FlowContext>) {
  const chart = chartOf(id)
  return written(viewOf(chart.resolveState({ value, context: knowing(known) }), NOW))
}

describe('buttons', () => {
  it.each<[string, Partial<FlowContext>, ...string[]]>([
    ['idle', {}, connect],
    // While the vault is read all is accepted; what is known so far decides what is offered.
    ['recalling', {}],
    ['recalling', { prompt }, cancel],
    ['recalling', { token }, disconnect],
    ['requestingCode', {}, cancel, forget],
    ['awaitingUser', { prompt }, cancel, forget],
    ['polling', { prompt }, cancel, forget],
    ['slowDown', { prompt }, cancel, forget],
    ['adopting', {}, cancel, forget],
    ['authorized', { token }, renew, disconnect, forget],
    ['authorized', { token: { ...token, refreshAt: undefined } }, renew, disconnect, forget],
    ['authorized', { token: { ...token, renewable: false } }, disconnect, forget],
    ['authorized', { ...failed('outcome_unknown'), token: { ...token, renewable: false } }, disconnect, forget],
    ['refreshing', { token }, disconnect, forget],
    ['backingOff', { ...failed('network') }, cancel, forget],
    ['backingOff', { ...failed('network'), token }, tryNow, disconnect, forget],
    // A pause that was ordered is kept, whoever asks.
    ['backingOff', { ...failed('rate_limited'), token }, disconnect, forget],
    ['backingOff', { ...failed('budget_exhausted'), token }, disconnect, forget],
    ['backingOff', { ...failed('server_unavailable'), wantsRevoke: true }, revokeNow, forget],
    ['backingOff', { ...failed('rate_limited'), wantsRevoke: true }, forget],
    ['backingOff', { ...failed('vault_unavailable'), wantsRevoke: true }, revokeNow, forget],
    ['recalling', { wantsRevoke: true }],
    ['revoking', { wantsRevoke: true }, forget],
    ['backingOff', { ...failed('vault_unavailable') }, tryNow, forget],
    ['backingOff', { ...failed('vault_unavailable'), token }, tryNow, disconnect, forget],
    ['backingOff', { ...failed('vault_mismatch'), prompt }, cancel, tryNow, forget],
    ['revoking', { token }, forget],
    ['forgetting', { token }],
    ['revoked', {}, 'primary authorization.start: Connect again', forget],
    ['expired', failed('session_expired'), 'primary authorization.start: Connect again', forget],
    ['expired', failed('grant_expired'), 'primary authorization.start: Get a new code', forget],
    ['failed', failed('authorization_denied'), 'primary authorization.start: Try again', lookAgain, forget],
  ])('in %s, with %j, are those that are of use', (state, known, ...buttons) => {
    expect(buttonsIn('deviceCode', state, known)).toEqual(buttons)
  })

  it('speak of no code where there was none', () => {
    const known = failed('grant_expired')
    expect(buttonsIn('authorizationCode', 'expired', known)[0]).toBe('primary authorization.start: Try again')
  })

  it.each(charts)('of $id are none that the chart does not accept', ({ chart }) => {
    for (const value of Object.keys(chart.root.states)) {
      const snapshot = chart.resolveState({ value, context: knowing({ token }) })
      for (const { event } of viewOf(snapshot, NOW).buttons) expect(snapshot.can({ type: event })).toBe(true)
    }
  })

  it('are none once the actor has stopped', () => {
    const snapshot = chartOf('deviceCode').resolveState({ value: 'idle', context: knowing(), status: 'stopped' })
    expect(viewOf(snapshot, NOW)).toMatchObject({ title: 'Stopped', buttons: [] })
  })
})
