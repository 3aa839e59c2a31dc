import { INTERVAL, till } from './applications.ts'
import { foreignSession, start } from './people.ts'
import { type Stage, setStage } from './stage.ts'

/** What earlier processes have left in the vault. */

const DAY = 86_400_000

/** A device code whose first poll is due; resolves with what the merchant types. */
export async function codeOf(stage: Stage): Promise<string> {
  const connection = stage.earlier(INTERVAL * 1000 + 600).connect('till')
  connection.send({ type: 'authorization.start' })
  const userCode = await new Promise<string>((resolve) => {
    connection.on('prompt.changed', ({ prompt }) => prompt?.kind === 'device' && resolve(prompt.userCode))
  })
  await connection.stop()
  return userCode
}

/** A login that waits for the browser. */
export async function begunLogin(stage: Stage): Promise<void> {
  const connection = stage.earlier(0).connect('till')
  const shown = new Promise<void>((resolve) => {
    connection.on('prompt.changed', () => resolve())
  })
  connection.send({ type: 'authorization.start' })
  await shown
  await connection.stop()
}

/** A till that was connected some time ago. */
const connectedAgo = (milliseconds: number) => async (stage: Stage) => {
  const connection = stage.earlier(milliseconds).connect('till')
  await connection.adopt({ refreshToken: await foreignSession(stage.emulator) })
  await connection.stop()
}

/** Tyro's tokens and those of myPOS live for a day. */
export const connected = connectedAgo(DAY / 24)
export const tokenDied = connectedAgo(DAY + 1_000)
/** Its token is due, and dies in so many milliseconds. */
export const tokenDiesIn = (milliseconds: number) => connectedAgo(DAY - milliseconds)

/** A service that has a token, which has just died. */
export async function serviceTokenDied(stage: Stage): Promise<void> {
  const connection = stage.earlier(DAY + 1_000).connect('till')
  await connection.accessToken()
  await connection.stop()
}

/** One process that is not killed: what it has compiled makes the others quick to start. */
export async function warmUp(): Promise<void> {
  const stage = await setStage(till)
  const first = stage.bear()
  await start(first)
  await first.reaches('awaitingUser')
  await first.leave()
  await stage.close()
}
