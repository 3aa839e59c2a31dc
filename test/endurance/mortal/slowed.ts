import { assemble } from './answers.ts'
import { polls, till } from './applications.ts'
import { IMPATIENT } from './plan.ts'
import { tyro } from './product.ts'

/**
 * A till whose poll comes right after somebody else's, at a server that counts each such poll: it answers slow_down, and that
 * is lost. The merchant approves a minute later.
 */
export async function slowedDownUnheard(times: number): Promise<{ ends: string; requests: number }> {
  const player = assemble(till)
  const { connection, emulator, reaches, requests, until, pass } = player
  connection.send({ type: 'authorization.start' })
  await reaches('awaitingUser')
  await pass(4)
  const [issued] = emulator.journal
  const { device_code, user_code } = JSON.parse(issued?.body ?? '{}')
  await emulator.fetch(tyro.endpoints.token, {
    method: 'POST',
    headers: { [IMPATIENT]: 'yes' },
    body: new URLSearchParams({ client_id: 'till-app', grant_type: polls.grantType ?? '', device_code }),
  })
  player.lose(polls, 'reset', times, 'after')
  await until(() => requests(polls).length >= times)
  await pass(60)
  emulator.approve(user_code)
  await until(() => ['authorized', 'expired: grant_expired'].includes(player.ending()))
  await connection.stop()
  return { ends: player.ending(), requests: requests(polls).length }
}
