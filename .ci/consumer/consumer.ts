import { rm } from 'node:fs/promises'
import { createClient, createEnvironment, OAuthError, tyro } from 'oauth-machines'
import { createEmulator } from 'oauth-machines/emulator'
import { bearer } from 'oauth-machines/ky'
import { checkVault } from 'oauth-machines/vault/contract'
import { fileVault, rawKey } from 'oauth-machines/vault/file'
import { memoryVault } from 'oauth-machines/vault/memory'
import { webVault } from 'oauth-machines/vault/web'
import { waitFor } from 'xstate'

const key = rawKey(new Uint8Array(32).fill(7))
const vault = fileVault('vault', { key })
const emulator = createEmulator({ tyro: { interval: 1 } })
const options = { vault, environment: createEnvironment({ fetch: emulator.fetch }) }
const till = createClient(tyro, { clientId: 'packed' }, options).connect('till')
till.on('prompt.changed', ({ prompt }) => prompt?.kind === 'device' && emulator.approve(prompt.userCode))
till.send({ type: 'authorization.start' })
await waitFor(till.actor, (snapshot) => snapshot.matches('authorized'), { timeout: 10_000 })
const token: string = await till.accessToken()
await till.stop()
const stopped = await till
  .accessToken()
  .catch((error: unknown) => error instanceof OAuthError && error.code === 'stopped')

const again = createClient(tyro, { clientId: 'packed' }, { ...options, vault: fileVault('vault', { key }) })
const resumed = again.connect('till')
const kept = (await resumed.accessToken()) === token && (await again.list()).join() === 'till'
await resumed.stop()
await rm('vault', { recursive: true })

const memory = memoryVault()
const results = await checkVault({ open: async () => memory, endsLeases: 'by time', watches: true })
const promised = results.length > 10 && results.every(({ ok }) => ok)
const webLater = typeof webVault() === 'object' && typeof bearer(till).fetch === 'function'

const works = token !== '' && stopped === true && kept && promised && webLater
console.log(works ? 'the packed package works' : 'the packed package does not work')
process.exitCode = works ? 0 : 1
