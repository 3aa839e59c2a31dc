import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmulator, type Emulator } from '../emulator/emulator.ts'
import { defineProvider } from '../providers/define-provider.ts'
import { CommandFailed } from './exit-codes.ts'
import { invocation } from './invocation.ts'
import { presets } from './presets.ts'
import { interrupted, type Terminal } from './terminal.ts'

export interface EmulatorOptions {
  readonly port: number
  /** Between two polls, in seconds. */
  readonly interval: number
  /** Of access tokens, in seconds. Default: as long as those of the providers. */
  readonly lifetime?: number
}

/** Emulates the three providers on a port of this machine until somebody ends it. */
export async function emulate({ port, interval, lifetime }: EmulatorOptions, terminal: Terminal): Promise<void> {
  const tokens = lifetime === undefined ? {} : { accessTokenLifetime: lifetime }
  await using emulator = create({ tyro: { interval, ...tokens }, sumupPosPro: tokens, mypos: tokens })
  const origin = await listen(emulator, port)
  const folder = await mkdtemp(join(tmpdir(), 'oauth-machines-emulator-'))
  try {
    const providers = await writeProviders(emulator, folder)
    const vault = join(folder, 'vault')
    terminal.tell({ type: 'emulator', origin, providers, vault })
    terminal.print(welcome(origin, folder, vault, terminal))
    await interrupted(terminal.signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function create(options: Parameters<typeof createEmulator>[0]): Emulator {
  try {
    return createEmulator(options)
  } catch (error) {
    // Under NODE_ENV=production; its words are this package's own.
    throw cannot(error instanceof Error ? error.message : '')
  }
}

async function listen(emulator: Emulator, port: number): Promise<string> {
  try {
    return await emulator.listen(port)
  } catch {
    throw cannot(`Port ${port} is taken, or may not be used: choose another one with --port.`)
  }
}

function cannot(message: string): CommandFailed {
  return new CommandFailed({ code: 'invalid_configuration', message, retryable: false })
}

/** Under ids of their own, so that nothing that is emulated is mixed up with the real thing. */
async function writeProviders(emulator: Emulator, folder: string) {
  return await Promise.all(
    presets.map(async (preset) => {
      const id = `emulated-${preset.id}`
      const provider = defineProvider({ ...emulator.provider(preset), id, name: `${preset.name} (emulated)` })
      const file = join(folder, `${preset.id}.json`)
      await writeFile(file, `${JSON.stringify(provider, undefined, 2)}\n`, { mode: 0o600 })
      return { id, file }
    }),
  )
}

function welcome(origin: string, folder: string, vault: string, { style }: Terminal): string {
  const at = (name: string) => join(folder, `${name}.json`)
  return `
  ${style('bold', 'The emulator')}   ${origin}
  Nothing of it is real: any client id and any secret will do.

  In another terminal:

    export OAUTH_MACHINES_VAULT=${vault} OAUTH_MACHINES_CLIENT_SECRET=any

    ${invocation} login ${at('tyro')} --client-id any
    ${invocation} login ${at('sumup-pos-pro')} --client-id any --open
    ${invocation} token ${at('mypos')} --client-id any
    ${invocation} status

  The folder goes when the emulator ends. Ctrl-C ends it.
`
}
