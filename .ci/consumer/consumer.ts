import { rm } from 'node:fs/promises'
import { createClient, createEnvironment, OAuthError, tyro } from 'oauth-machines'
import { backend } from 'oauth-machines/backend'
import { createBackendClient } from 'oauth-machines/backend/client'
import { createEmulator } from 'oauth-machines/emulator'
import { createInspector, type Observation } from 'oauth-machines/inspect'
import { bearer } from 'oauth-machines/ky'
import { loopbackRedirect } from 'oauth-machines/node'
import { checkVault } from 'oauth-machines/vault/contract'
import { fileVault, rawKey } from 'oauth-machines/vault/file'
import { memoryVault } from 'oauth-machines/vault/memory'
import { webVault } from 'oauth-machines/vault/web'
import { viewOf } from 'oauth-machines/view'
import { startViewer } from 'oauth-machines/viewer'
import { waitFor } from 'xstate'

const key = rawKey(new Uint8Array(32).fill(7))
const vault = fileVault('vault', { key })
const emulator = createEmulator({ tyro: { interval: 1 } })
const seen: Observation[] = []
const inspect = createInspector((observation) => seen.push(observation))
const options = { vault, environment: createEnvironment({ fetch: emulator.fetch }), inspect }
const till = createClient(tyro, { clientId: 'packed' }, options).connect('till')
till.on('prompt.changed', ({ prompt }) => prompt?.kind === 'device' && emulator.approve(prompt.userCode))
till.send({ type: 'authorization.start' })
await waitFor(till.actor, (snapshot) => snapshot.matches('authorized'), { timeout: 10_000 })
const token: string = await till.accessToken()
const shown = viewOf(till.actor.getSnapshot(), Date.now()).title
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

const viewer = await startViewer()
const page = await (await fetch(new URL('/viewer.js', viewer.link))).text()
await viewer.close()
const redirect = await loopbackRedirect()
await redirect.close()
const later = [backend, createBackendClient].every((each) => typeof each === 'function')
const looksOn = seen.some(({ type }) => type === 'transition') && shown === 'Connected' && page.length > 10_000

const works =
  later && looksOn && redirect.uri !== '' && token !== '' && stopped === true && kept && promised && webLater
console.log(works ? 'the packed package works' : 'the packed package does not work')
process.exitCode = works ? 0 : 1
