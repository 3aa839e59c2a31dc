import { createActor } from 'xstate'
import { authorizationCode } from '../machines/authorization-code.ts'
import { clientCredentials } from '../machines/client-credentials.ts'
import { deviceCode } from '../machines/device-code.ts'
import { adopt } from './actors/adopt-token.ts'
import { directoryOf } from './actors/directory.ts'
import type { Means } from './actors/errand.ts'
import { implement } from './actors/index.ts'
import { type ClientOptions, withDefaults } from './client-options.ts'
import { Connection } from './connection.ts'
import { misconfigured } from './failure.ts'
import type { ActorOf, FlowActor, Machines } from './flow-actor.ts'
import { defineProvider } from './providers/define-provider.ts'
import type { Grant, Provider } from './providers/provider.ts'
import { checkRegistration, type Registration } from './registration.ts'
import { resourceOf } from './resource/resource-origins.ts'
import type { Sealed } from './sealed.ts'
import { createCustody } from './vault/custody.ts'

/** One application at one provider. */
export interface Client<G extends Grant, Actor extends FlowActor = ActorOf<G>> {
  /** The machine with its actors bound, for `createActor(machine, { input: { connection } })`. */
  readonly machine: Machines[G]
  /**
   * Connects a name that the application chooses, such as `store-17/till-3`; it is no secret. The machine starts at once by
   * reading the vault, and keeps what is asked meanwhile. Two connections of one name share one record.
   */
  connect(name: string): Connection<Actor>
  /**
   * The name of the connection whose login a redirect answers, for a callback route that serves them all; `undefined` where
   * none waits for it. Takes the URL as the browser asked for it, absolute, as a path with its query, or sealed.
   * Rejects with {@link OAuthError} `vault_unavailable`.
   */
  find(url: string | URL | Sealed): Promise<string | undefined>
  /** The names of all connections that are stored for this client. Rejects with {@link OAuthError} `vault_unavailable`. */
  list(): Promise<string[]>
}

type Bench = ReturnType<typeof equip>

/** Per grant, since XState's types want to see each machine by itself. */
const builders: { readonly [G in Grant]: (bench: Bench) => Client<G> } = {
  device_code: (bench) => {
    const machine = deviceCode.provide(bench.implementations)
    return {
      machine,
      ...bench.directory,
      connect: (name) => bench.connection(name, createActor(machine, bench.options(name))),
    }
  },
  authorization_code: (bench) => {
    const machine = authorizationCode.provide(bench.implementations)
    return {
      machine,
      ...bench.directory,
      connect: (name) => bench.connection(name, createActor(machine, bench.options(name))),
    }
  },
  client_credentials: (bench) => {
    const machine = clientCredentials.provide(bench.implementations)
    return {
      machine,
      ...bench.directory,
      connect: (name) => bench.connection(name, createActor(machine, bench.options(name))),
    }
  },
}

/**
 * Binds a provider and a registration to machines.
 *
 * @throws OAuthError `invalid_configuration` or `insecure_endpoint`; the message names the option
 */
export function createClient<const P extends Provider>(
  provider: P,
  registration: Registration<P>,
  options: ClientOptions = {},
): Client<P['grant']> {
  const grant: P['grant'] = defineProvider(provider).grant
  const bench = equip(provider, registration, options)
  const client = builders[grant](bench)
  meansByClient.set(client, bench.means)
  return client
}

/** Beside the clients, not in them: whoever looks into one finds no secret. */
const meansByClient = new WeakMap<object, Means>()

/** What a client works with, for this package's own entry points; `undefined` where it is none of ours. It holds the secrets. */
export function meansOf(client: object): Means | undefined {
  return meansByClient.get(client)
}

function equip(provider: Provider, registration: Registration, options: ClientOptions) {
  const { vault, environment, requestTimeout, allowLoopbackHttp, inspector } = withDefaults(provider.name, options)
  const settings = checkRegistration(provider, registration, allowLoopbackHttp)
  const resource = resourceOf(settings, options.resourceOrigins, allowLoopbackHttp)
  const custody = createCustody(vault, settings, environment)
  const means: Means = { settings, custody, environment, requestTimeout }
  const { drainOf, actors, actions } = implement(means)
  const selfService = provider.grant === 'client_credentials'

  return {
    means,
    implementations: { actors, actions },
    directory: directoryOf(means),

    options(connection: string) {
      if (typeof connection !== 'string' || connection === '')
        throw misconfigured(`${provider.name}, connection name`, 'missing')
      return { input: { connection }, ...(inspector && { inspect: inspector }) }
    },

    connection<Actor extends FlowActor>(name: string, actor: Actor): Connection<Actor> {
      return new Connection({
        name,
        actor,
        held: custody.open(name),
        look: () => custody.look(name),
        close: () => custody.close(name),
        adopt: (session) => adopt(name, session, means),
        drain: drainOf(actor.system),
        resource,
        environment,
        requestTimeout,
        about: provider.name,
        selfService,
      })
    },
  }
}
