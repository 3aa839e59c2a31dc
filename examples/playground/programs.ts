import {
  type ClientOptions,
  createClient,
  type Environment,
  memoryVault,
  mypos,
  sumupPosPro,
  tyro,
} from 'oauth-machines'
import type { Emulator } from 'oauth-machines/emulator'
import { createProgram } from './program.ts'

export type Programs = ReturnType<typeof createPrograms>

export interface World {
  /** It listens. */
  readonly emulator: Emulator
  readonly environment: Environment
  readonly inspect: NonNullable<ClientOptions['inspect']>
  /** Where the browser comes back to after a login. */
  readonly redirectUri: string
}

/** One program for each provider: a till, a back office, and a service that nobody looks at. None is started yet. */
export function createPrograms({ emulator, environment, inspect, redirectUri }: World) {
  const options = () => ({ vault: memoryVault(), environment, inspect, allowLoopbackHttp: true })

  const till = createClient(emulator.provider(tyro), { clientId: 'playground-till' }, options())
  const office = createClient(
    emulator.provider(sumupPosPro),
    { clientId: 'playground-office', clientSecret: 'invented-office-secret', redirectUri },
    options(),
  )
  const service = createClient(
    emulator.provider(mypos),
    { clientId: 'playground-service', clientSecret: 'invented-service-secret' },
    options(),
  )

  return {
    till: createProgram({ name: 'tyro/till-3', provider: tyro.id }, (name) => till.connect(name)),
    office: createProgram({ name: 'sumup/store-17', provider: sumupPosPro.id }, (name) => office.connect(name)),
    service: createProgram({ name: 'mypos/payouts', provider: mypos.id }, (name) => service.connect(name)),
  }
}
