import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createEmulator, type EmulatorOptions } from '../../../src/emulator/index.ts'
import { defineProvider, mypos, type Provider, sumupPosPro, tyro } from '../../../src/index.ts'
import { createPlace, type Running } from './processes.ts'

/** Long enough to be found by a search, and by nothing else. */
export const secret = 'marker-client-secret-5f2c'

/** An emulator on a socket, a place for the command line, and the providers' files in it. */
export async function createEmulated(options: EmulatorOptions = {}) {
  const emulator = createEmulator({ tyro: { interval: 0.1, ...options.tyro }, ...rest(options) })
  await emulator.listen()
  const place = await createPlace()
  const file = async (preset: Provider) => {
    const provider = defineProvider({
      ...emulator.provider(preset),
      id: `our-${preset.id}`,
      name: `Our ${preset.name}`,
    })
    const path = join(place.folder, `${preset.id}.json`)
    await writeFile(path, JSON.stringify(provider))
    return path
  }
  const files = { tyro: await file(tyro), sumup: await file(sumupPosPro), mypos: await file(mypos) }
  const secretFile = join(place.folder, 'secret.txt')
  await writeFile(secretFile, `${secret}\n`, { mode: 0o600 })

  return {
    emulator,
    ...place,
    ...files,
    secretFile,
    /** What the merchant does when a code is shown. */
    async approve(login: Running): Promise<string> {
      const code = await login.says(/Code: (\S+)/)
      emulator.approve(code)
      return code
    },
    /** A device login, from the first word to the last. */
    async connect(...words: readonly string[]): Promise<void> {
      const login = place.start(['login', files.tyro, '--client-id', 'till', ...words])
      emulator.approve(await login.says(/Code: (\S+)/))
      const { code, err } = await login.ended()
      if (code !== 0) throw new Error(`no login: ${err}`)
    },
    /** A session that another integration has: its refresh token. */
    async foreign(): Promise<string> {
      const { deviceAuthorization = '', token } = emulator.provider(tyro).endpoints
      const post = async (url: string, form: Record<string, string>) =>
        (await fetch(url, { method: 'POST', body: new URLSearchParams({ client_id: 'till', ...form }) })).json()
      const audience = 'https://pos.connect.tyro'
      const { device_code, user_code } = await post(deviceAuthorization, { scope: 'offline_access', audience })
      emulator.approve(user_code)
      const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
      return (await post(token, { grant_type, device_code })).refresh_token
    },
    /** How many requests came for a token by this grant. */
    asked: (grant: string) => emulator.journal.filter(({ form }) => form.get('grant_type') === grant).length,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]()
      await emulator.close()
    },
  }
}

function rest({ tyro: _, ...others }: EmulatorOptions): EmulatorOptions {
  return others
}
