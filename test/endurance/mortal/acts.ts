import { vi } from 'vitest'
import type { Player } from './answers.ts'
import { foreignSession } from './people.ts'

/** What hosts and merchants do in one process and in fake time. */

const DAY = 86_400_000

/** A till that is connected, and whose token has just died. */
export async function tokenDied(player: Player): Promise<void> {
  await player.connection.adopt({ refreshToken: await foreignSession(player.emulator) })
  vi.setSystemTime(Date.now() + DAY + 1_000)
}

export async function codeShown({ connection, emulator, reaches }: Player): Promise<void> {
  connection.send({ type: 'authorization.start' })
  await reaches('awaitingUser')
  const { prompt } = connection.actor.getSnapshot().context
  if (prompt?.kind === 'device') emulator.approve(prompt.userCode)
}

export async function comesBack({ connection, emulator, reaches }: Player): Promise<void> {
  connection.send({ type: 'authorization.start' })
  await reaches('awaitingUser')
  const { prompt } = connection.actor.getSnapshot().context
  if (prompt?.kind !== 'redirect') throw new Error('There is no URL to open.')
  connection.send({ type: 'authorization.responded', url: await emulator.login(prompt.url.open()) })
}

export const refresh = ({ connection }: Player) => connection.send({ type: 'token.refresh' })
export const start = ({ connection }: Player) => connection.send({ type: 'authorization.start' })
export const revoke = ({ connection }: Player) => connection.send({ type: 'token.revoke' })
export const adopt = (player: Player) =>
  foreignSession(player.emulator).then((refreshToken) => {
    player.begin()
    // Its end is seen by the state.
    player.connection.adopt({ refreshToken }).catch(() => {})
  })
