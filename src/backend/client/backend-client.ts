import { createActor } from 'xstate'
import { authorizationCode } from '../../../machines/authorization-code.ts'
import { clientCredentials } from '../../../machines/client-credentials.ts'
import { deviceCode } from '../../../machines/device-code.ts'
import { stoppedFailure } from '../../base-connection.ts'
import { misconfigured } from '../../failure.ts'
import type { ActorOf, FlowActor, Machines } from '../../flow-actor.ts'
import type { Grant, Provider } from '../../providers/provider.ts'
import { createWatch } from '../../waiter.ts'
import { BackendConnection } from './backend-connection.ts'
import { createCall } from './call.ts'
import { createShifts } from './clocks.ts'
import { createLending } from './lending.ts'
import { lookAround } from './looking.ts'
import { type BackendClientOptions, baseOf, checkReach, withDefaults } from './options.ts'
import { implementRemotely, summaries } from './remote.ts'

/** One application at one provider, as a device without secrets sees it. */
export interface BackendClient<G extends Grant, Actor extends FlowActor = ActorOf<G>> {
  /** The machine with actors that ask the server, for `createActor(machine, { input: { connection } })`. */
  readonly machine: Machines[G]
  /**
   * Connects a name that the server allows to this session. The machine starts at once by asking where the connection stands,
   * and keeps what is asked meanwhile.
   */
  connect(name: string): BackendConnection<Actor>
}

type Bench = ReturnType<typeof equip>

/** Per grant, since XState's types want to see each machine by itself. */
const builders: { readonly [G in Grant]: (bench: Bench) => BackendClient<G> } = {
  device_code: (bench) => {
    const machine = deviceCode.provide(bench.implementations)
    return { machine, connect: (name) => bench.connection(name, createActor(machine, bench.options(name))) }
  },
  authorization_code: (bench) => {
    const machine = authorizationCode.provide(bench.implementations)
    return { machine, connect: (name) => bench.connection(name, createActor(machine, bench.options(name))) }
  },
  client_credentials: (bench) => {
    const machine = clientCredentials.provide(bench.implementations)
    return { machine, connect: (name) => bench.connection(name, createActor(machine, bench.options(name))) }
  },
}

/**
 * Binds a provider to machines whose secrets are on the application's own server, where `backend(client, …)` answers. The same
 * charts, events and promises as of `createClient`; no client id, secret, code or refresh token comes to this device.
 *
 * @param base where the handler is, such as `/oauth`: of this page's server, or absolute; https, or http on a loopback address
 * @param provider the preset, or no more of it than its grant and its name
 * @throws OAuthError `invalid_configuration` or `insecure_endpoint`; the message names what is wrong
 */
export function createBackendClient<const P extends Pick<Provider, 'grant' | 'name'>>(
  base: string,
  provider: P,
  options: BackendClientOptions = {},
): BackendClient<P['grant']> {
  if (!Object.hasOwn(builders, provider?.grant))
    throw misconfigured('createBackendClient, provider', 'a provider, with its grant')
  const grant: P['grant'] = provider.grant
  return builders[grant](equip(base, provider.name, options))
}

function equip(place: string, about: string, options: BackendClientOptions) {
  const { environment, requestTimeout, inspector } = withDefaults(about, options)
  const base = baseOf(place, about)
  const shiftOf = createShifts()
  const calling = { base, environment, requestTimeout, about: `${about}, backend`, shiftOf }
  const call = createCall(calling)
  const { drainOf, knownOf, actors, actions } = implementRemotely(call, environment)

  return {
    implementations: { actors, actions },

    options(connection: string) {
      if (typeof connection !== 'string' || connection === '')
        throw misconfigured(`${about}, connection name`, 'missing')
      checkReach(base, about)
      return { input: { connection }, ...(inspector && { inspect: inspector }) }
    },

    connection<Actor extends FlowActor>(name: string, actor: Actor): BackendConnection<Actor> {
      const stopping = new AbortController()
      const watch = createWatch(actor, stopping.signal, () => stoppedFailure({ about, name }))
      const known = knownOf(actor.system, name)
      const ask = async () => {
        const reply = await call('recall', { connection: name }, summaries, { signal: stopping.signal })
        return reply.kind === 'told' ? reply.told : undefined
      }
      const lending = createLending({
        name,
        actor,
        known,
        call,
        watch,
        stopping: stopping.signal,
        now: environment.now,
        about,
      })
      return new BackendConnection({
        name,
        actor,
        environment,
        about,
        stopping,
        watch,
        follow: () => lookAround(actor, ask, environment),
        drain: drainOf(actor.system),
        requestTimeout,
        close: () => {},
        lend: lending.token,
      })
    },
  }
}
