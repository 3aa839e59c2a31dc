import { type AnyStateMachine, fromPromise } from 'xstate'
import { summary, token } from '../../support/charts.ts'

/** A device code that waits for its merchant, as the token endpoint has just said. */
export const waiting = summary('awaitingUser', {
  prompt: {
    kind: 'device',
    userCode: 'marker-user-code',
    verificationUri: 'https://marker.example',
    verificationUriComplete: undefined,
    expiresAt: 900_000,
  },
  nextPollAt: 5_000,
  pollIntervalSeconds: 5,
  request: { endpoint: 'token', status: 400 },
})

export const authorized = summary('authorized', { token, request: { endpoint: 'token', status: 200 } })

const never = new Promise<never>(() => {})

/** What an actor answers: always the same, or what a function says; `never` is no answer. */
type Answers = Readonly<Record<string, unknown>>

/**
 * A chart whose actors answer at once, so that nothing but the machine takes time. By default a connection is not
 * there, and a person is awaited once it is asked for.
 */
export function answering<Machine extends AnyStateMachine>(chart: Machine, answers: Answers = {}): Machine {
  const all: Answers = { recall: summary('idle'), requestCode: waiting, ...answers }
  const actors = Object.fromEntries(
    Object.entries(all).map(([name, answer]) => [
      name,
      fromPromise(() =>
        answer === 'never' ? never : Promise.resolve(typeof answer === 'function' ? answer() : answer),
      ),
    ]),
  )
  const deadline = fromPromise(({ input }: { input: { watched: boolean } }) =>
    input.watched ? Promise.resolve('due') : never,
  )
  return chart.provide({ actors: { deadline, ...actors } }) as Machine
}
