import { createEmulator, type EmulatorOptions } from '../../../src/emulator/index.ts'
import { createClient, createEnvironment, tyro } from '../../../src/index.ts'
import { connectViewer } from '../../../src/inspect/connect-viewer.ts'
import type { ViewerLinkOptions } from '../../../src/inspect/viewer-link-options.ts'
import { atEnd } from './viewers.ts'

/** A program with a till at an emulated Tyro and a link to a viewer; all of it ends with the test. */
export function shop(hostLink: string, options: ViewerLinkOptions = {}, emulated: EmulatorOptions = {}) {
  const emulator = createEmulator({ tyro: { interval: 1 }, ...emulated })
  const link = connectViewer(hostLink, { name: 'shop', ...options })
  const environment = createEnvironment({ fetch: emulator.fetch, random: () => 0 })
  const client = createClient(tyro, { clientId: 'till-app' }, { environment, inspect: link.inspect })
  const connect = (name = 'till-3') => {
    const till = client.connect(name)
    atEnd(() => till.stop())
    return till
  }
  atEnd(async () => link.close())
  atEnd(emulator.close)
  return { emulator, link, connect }
}
