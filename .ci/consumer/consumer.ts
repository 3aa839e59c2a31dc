import { createClient, createEnvironment, OAuthError, tyro } from 'oauth-machines'
import { createEmulator } from 'oauth-machines/emulator'
import { waitFor } from 'xstate'

const emulator = createEmulator({ tyro: { interval: 1 } })
const environment = createEnvironment({ fetch: emulator.fetch })
const till = createClient(tyro, { clientId: 'packed' }, { environment }).connect('till')
till.on('prompt.changed', ({ prompt }) => prompt?.kind === 'device' && emulator.approve(prompt.userCode))
till.send({ type: 'authorization.start' })
await waitFor(till.actor, (snapshot) => snapshot.matches('authorized'), { timeout: 10_000 })
const token: string = await till.accessToken()
await till.stop()
const stopped = await till
  .accessToken()
  .catch((error: unknown) => error instanceof OAuthError && error.code === 'stopped')
console.log(token !== '' && stopped === true ? 'the packed package works' : 'the packed package does not work')
process.exitCode = token !== '' && stopped === true ? 0 : 1
