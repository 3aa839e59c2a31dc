import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from 'oauth-machines'
import type { Emulator } from 'oauth-machines/emulator'

/** How long the merchant takes to react, in milliseconds. */
const REACTION = 3_000

/** Stands at the till: misses the first code, and approves the second. */
export function standAtTill(till: Connection, emulator: Emulator): void {
  let codes = 0
  till.on('prompt.changed', async ({ prompt }) => {
    if (prompt?.kind !== 'device' || ++codes === 1) return
    await pause(REACTION)
    emulator.approve(prompt.userCode)
  })
}

/** Sits at a browser: logs in, allows, and is sent back to the application's redirect URI. */
export function sitAtBrowser(office: Connection, emulator: Emulator): void {
  office.on('prompt.changed', async ({ prompt }) => {
    if (prompt?.kind !== 'redirect') return
    await pause(REACTION)
    const url = await emulator.login(prompt.url.open())
    office.send({ type: 'authorization.responded', url, binding: 'session of this browser' })
  })
}
