import type { EndpointName } from 'oauth-machines/emulator'
import type { ViewerDeed } from 'oauth-machines/inspect'
import { groups, type Means, type Say } from './means.ts'
import type { Program, ProviderId } from './program.ts'

const setAlready = 'It is set already.'
/** A fault is seen only in a request. */
const atOnce = 'A session is renewed at once; where there is none, press Connect.'

/** Where a token is at hand and nothing else is under way, a fault is met at once; else `later` is said of it. */
function meet(program: Program, say: Say, later: string): void {
  const { value, context } = stateOf(program)
  if (value === 'authorized' && context.token?.renewable) program.connection().send({ type: 'token.refresh' })
  else say(later)
}

/** A server that wants to be asked less often. */
export function slowDown(till: Program, { script }: Means): ViewerDeed {
  const id = `${till.name} slow down`
  return {
    id,
    label: 'Slow down',
    description:
      'While a code is on the screen: the next poll is answered slow_down. Watch: five seconds more between polls.',
    group: groups.one,
    connection: till.name,
    run(say) {
      if (stateOf(till).context.prompt === undefined) throw new Error('No code is on the screen: start a login first.')
      if (script.holds(id)) throw new Error(setAlready)
      const body = { error: 'slow_down', error_description: 'You are polling too fast.' }
      const place = { provider: till.provider, endpoint: 'token' } as const
      script.add(id, [{ place, fault: { kind: 'status', status: 429, body } }])
      say(`${till.name}: its next poll is answered slow_down.`)
    },
  }
}

/** What becomes of a lost answer is another thing at each provider. */
const lost: Readonly<Record<ProviderId, string>> = {
  tyro: 'a poll is repeated. So is a refresh, which ends the session.',
  'sumup-pos-pro': 'a refresh is repeated. A login fails, its code is used up.',
  mypos: 'it is asked again.',
}

/** A network that breaks after the server has acted. */
export function loseAnswer(program: Program, { script }: Means): ViewerDeed {
  const { name, provider } = program
  const id = `${name} lose answer`
  return {
    id,
    label: 'Lose the next answer',
    description: `The server acts, its answer is lost. ${atOnce} Watch: ${lost[provider]}`,
    group: groups.one,
    connection: name,
    run(say) {
      if (script.holds(id)) throw new Error(setAlready)
      script.add(id, [{ place: { provider, endpoint: 'token' }, fault: { kind: 'reset', when: 'after' } }])
      meet(program, say, `${name}: the next answer to a request for a token is lost.`)
    },
  }
}

/** Its pages stay, so that a merchant who is at the door is not turned away by another fault than the one to be seen. */
const doors = ['deviceAuthorization', 'token', 'revocation'] as const satisfies readonly EndpointName[]

/** A server that is in trouble, and the end of that. */
export function outages(program: Program, { script, outage: span }: Means): Record<'begin' | 'end', ViewerDeed> {
  const { name, provider } = program
  const id = `${name} outage`
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = () => {
    clearTimeout(timer)
    script.takeBack(id)
  }
  return {
    begin: {
      id,
      label: 'Outage',
      description: `The server answers 503 for ${span / 1000} seconds. ${atOnce} Watch: pauses that double, while the token at hand serves on.`,
      group: groups.one,
      connection: name,
      run(say) {
        if (script.holds(id)) throw new Error('It lasts already.')
        const fault = { kind: 'status', status: 503 } as const
        script.add(
          id,
          doors.map((endpoint) => ({ place: { provider, endpoint, times: Infinity }, fault })),
        )
        timer = setTimeout(end, span).unref()
        meet(program, say, `${name}: its server answers 503 for ${span / 1000} seconds from now.`)
      },
    },
    end: {
      id: `${id} ends`,
      label: 'End the outage',
      description: 'During an outage. Watch: the next try succeeds, when it is due.',
      group: groups.one,
      connection: name,
      run(say) {
        if (!script.holds(id)) throw new Error('There is no outage.')
        end()
        say(`${name}: the outage is over.`)
      },
    },
  }
}

const refused = 'one refresh, which is refused.'
const revoked: Readonly<Record<ProviderId, string>> = {
  tyro: refused,
  'sumup-pos-pro': refused,
  mypos: 'another token, and nobody is needed.',
}

/** A session that is ended in the provider's back office. */
export function revoke(program: Program, { emulator }: Means): ViewerDeed {
  const { name, provider } = program
  return {
    id: `${name} revoke`,
    label: 'Revoke at the server',
    description: `Once connected: the session ends there, an API answers 401. Watch: ${revoked[provider]}`,
    group: groups.one,
    connection: name,
    run() {
      const { token } = stateOf(program).context
      if (!token) throw new Error('There is no session to revoke: connect first.')
      emulator.revokeAll(provider)
      // What a program says that calls the API with another client than connection.fetch. Where a refresh is under way, that
      // one finds out.
      program.connection().send({ type: 'token.rejected', generation: token.generation })
    },
  }
}

function stateOf(program: Program) {
  return program.connection().actor.getSnapshot()
}
