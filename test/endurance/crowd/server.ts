import { createEmulator, type Emulator, type JournalEntry } from '../../../src/emulator/index.ts'
import { tyro } from '../../../src/index.ts'
import type { Member } from './member.ts'

/** How long an access token of the emulator lives by default, in milliseconds. */
export const LIFETIME = 86_400_000

export type Server = Awaited<ReturnType<typeof openServer>>

/**
 * Tyro on a socket, with rotation and reuse detection, and a clock that can be moved ahead.
 *
 * @param leeway how long a superseded refresh token may be used again, in seconds
 */
export async function openServer({ leeway = 0 } = {}) {
  let ahead = 0
  const now = () => Date.now() + ahead
  const emulator = createEmulator({ now, tyro: { interval: 1, rotation: true, leeway } })
  await emulator.listen()
  const setClock = (next: number) => {
    ahead = next
  }
  return { emulator, provider: emulator.provider(tyro), setClock, [Symbol.asyncDispose]: emulator.close }
}

export function refreshesOf({ journal }: Emulator): JournalEntry[] {
  return journal.filter(({ form }) => form.get('grant_type') === 'refresh_token')
}

/** Connects one of many, and waits until all have taken over; the first token has this generation. */
export async function logIn(members: readonly Member[], emulator: Emulator, generation = 1): Promise<void> {
  const [first] = members
  await first?.start()
  emulator.approve((await first?.userCode()) ?? '')
  await Promise.all(members.map((member) => member.rest('authorized', generation)))
}
