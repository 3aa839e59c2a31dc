import { join } from 'node:path'
import { app } from 'electron'
import { createClient } from 'oauth-machines'
import { fileVault } from 'oauth-machines/vault/file'
import { emulatedTyro } from '../shared/emulated.ts'
import { safeStorageKey } from './safe-storage-key.ts'

/** In earnest: `tyro` as it is. */
export const provider = emulatedTyro(process.env.EMULATOR ?? 'http://127.0.0.1:4000')

const folder = app.getPath('userData')
const vault = fileVault(join(folder, 'connections'), { key: safeStorageKey(join(folder, 'vault-key')) })

/** Lives as long as the app, whatever becomes of its windows. */
export const till = createClient(
  provider,
  { clientId: 'the-id-that-tyro-gave-you' },
  { vault, allowLoopbackHttp: true },
).connect('store-17/till-3')
