import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { startOidcServer } from '../support/oidc-server.ts'
import { createPerson } from '../support/person.ts'
import { createPlace, type Running } from './support/processes.ts'
import { createTranscript, kept } from './support/transcript.ts'

/** A server that is not ours: what passes here is not a misunderstanding shared with our emulator. */
it('the transcript of all commands against oidc-provider is the one that is kept', { timeout: 120_000 }, async () => {
  vi.spyOn(console, 'info').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const server = await startOidcServer()
  await using place = await createPlace()
  const endpoints = { token: `${server.issuer}/token`, revocation: `${server.issuer}/token/revocation` }
  const write = (id: string, data: object) =>
    writeFile(join(place.folder, `${id}.json`), JSON.stringify({ id, name: `Independent ${id}`, ...data }))
  await write('device', {
    grant: 'device_code',
    endpoints: { ...endpoints, deviceAuthorization: `${server.issuer}/device/auth` },
    clientAuthentication: 'none',
    scopes: { default: ['openid', 'offline_access'] },
  })
  await write('redirect', {
    grant: 'authorization_code',
    endpoints: { ...endpoints, authorization: `${server.issuer}/auth` },
    issuer: server.issuer,
    clientAuthentication: 'client_secret_post',
    parameters: { authorization: { prompt: 'consent' } },
    scopes: { default: ['openid', 'offline_access'] },
  })
  await write('service', {
    grant: 'client_credentials',
    endpoints,
    clientAuthentication: 'client_secret_basic',
    scopes: { default: ['orders'] },
  })
  const { type, text } = createTranscript(place, {})
  const codeSecret = { env: { OAUTH_MACHINES_CLIENT_SECRET: 'invented-code-secret' } }
  const serviceSecret = { env: { OAUTH_MACHINES_CLIENT_SECRET: 'invented & needs: encoding+%' } }

  try {
    await type(['login', './device.json', '--client-id', 'device-client', '--timeout', '60'], {}, approve)
    await type(['token', 'device'])
    await type(['refresh', 'device'])
    await type(['login', './redirect.json', '--client-id', 'code-client'], codeSecret, logIn)
    await type(['refresh', 'redirect'])
    await type(['token', './service.json', '--client-id', 'credentials client:1'], serviceSecret)
    await type(['status'])
    await type(['probe', 'device', '--yes', '--pause', '0', '--reuse'], {}, approve)
    await type(['probe', 'redirect', '--yes', '--pause', '0', '--revoke'], {}, async (probing) => {
      await logIn(probing)
      await probing.says(/(Link: [\s\S]*Link: \S+\n)/)
      await logIn(probing, 1)
    })
    for (const id of ['device', 'redirect', 'service']) await type(['logout', id])
  } finally {
    await server.close()
  }
  expect(place.printed()).not.toMatch(/invented-code-secret|needs: encoding/)
  expect(text()).toBe(kept('oidc-provider', text()))
})

async function approve(running: Running): Promise<void> {
  const person = createPerson()
  const code = await running.says(/Code: (\S+)/)
  const link = await running.says(/Link: (\S+)\n/)
  const page = await person.go(link)
  await person.agree(page.page.includes('user_code') ? await person.submit(page, { user_code: code }) : page)
}

/** Logs in at the link that was shown, or at a later one, and comes back. */
async function logIn(running: Running, index = 0): Promise<void> {
  await running.says(/(Link: \S+\n)/)
  const links = `${running.out()}${running.err()}`.match(/(?<=Link: )\S+/g) ?? []
  const person = createPerson()
  const at = await person.agree(await person.go(links[index] ?? ''))
  await fetch(at.url)
}
