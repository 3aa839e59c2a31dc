import { createActor, type InspectionEvent } from 'xstate'
import { authorizationCode } from '../../../machines/authorization-code.ts'
import { clientCredentials } from '../../../machines/client-credentials.ts'
import { deviceCode } from '../../../machines/device-code.ts'
import { createClient, createEnvironment, defineProvider } from '../../../src/index.ts'
import { answering, authorized, waiting } from '../../inspect/support/answering.ts'

export type Inspect = (event: InspectionEvent) => void

/** Something that takes arrows, and how many it took. */
export type Life = (inspect: Inspect | undefined) => Promise<number>

const ARROWS = 150

/** A device login that polls and polls. */
async function poll(inspect: Inspect | undefined): Promise<number> {
  let polls = 0
  const machine = answering(deviceCode, { pollToken: () => (++polls < ARROWS / 2 ? waiting : authorized) })
  const actor = createActor(machine, { input: { connection: 'store-17/till-3' }, ...(inspect && { inspect }) })
  const arrived = reaches(actor, 'authorized')
  actor.start().send({ type: 'authorization.start' })
  await arrived
  actor.stop()
  return ARROWS
}

/** A session that is renewed and renewed. */
function renew(chart: typeof authorizationCode | typeof clientCredentials): Life {
  const machine = answering(chart, { recall: authorized, refreshToken: authorized })
  return async (inspect) => {
    const actor = createActor(machine, { input: { connection: 'store-17' }, ...(inspect && { inspect }) })
    let left = ARROWS / 2
    const over = new Promise<void>((resolve) => {
      actor.subscribe(({ value }) => {
        if (value !== 'authorized') return
        if (left-- > 0) actor.send({ type: 'token.refresh' })
        else resolve()
      })
    })
    actor.start()
    await over
    actor.stop()
    return ARROWS
  }
}

function reaches(
  actor: { subscribe(next: (snapshot: { value: unknown }) => void): unknown },
  state: string,
): Promise<void> {
  return new Promise((resolve) => {
    actor.subscribe(({ value }) => value === state && resolve())
  })
}

/** The charts, whose actors answer at once: nothing but the machines takes time. */
export const charts: readonly Life[] = [poll, renew(authorizationCode), renew(clientCredentials)]

const provider = defineProvider({
  id: 'quick',
  name: 'Quick',
  grant: 'client_credentials',
  endpoints: { token: 'https://quick.example/token' },
  clientAuthentication: 'client_secret_post',
  scopes: { default: [] },
})
const environment = createEnvironment({
  fetch: async () => Response.json({ access_token: 'token', token_type: 'Bearer', expires_in: 3_600 }),
})

/** A connection as it runs, with its vault and its requests, before a server that answers at once. */
export const connection: Life = async (inspect) => {
  const options = { environment, ...(inspect && { inspect }) }
  const till = createClient(provider, { clientId: 'a', clientSecret: 'b' }, options).connect('office')
  await till.accessToken()
  for (let turn = 0; turn < 50; turn++) {
    const arrived = reaches(till.actor, 'authorized')
    till.send({ type: 'token.refresh' })
    await till.accessToken()
    await arrived
  }
  await till.stop()
  return 100
}
