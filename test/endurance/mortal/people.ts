import type { Emulator } from '../../../src/emulator/index.ts'
import { DEVICE_GRANT } from './applications.ts'
import type { Mortal } from './mortal.ts'
import type { State } from './plan.ts'
import { type ConnectionEvent, tyro } from './product.ts'
import type { Stage } from './stage.ts'

/** What hosts ask, and what merchants and their browsers do. */

/** Asks a process for something as soon as it is in one of these states. */
export const asks =
  (event: ConnectionEvent, ...states: string[]) =>
  async (mortal: Mortal) => {
    await mortal.reaches(...states)
    mortal.tell({ do: 'send', event })
  }

export const start = asks({ type: 'authorization.start' }, 'idle')
export const revoke = asks({ type: 'token.revoke' }, 'authorized')
export const cancel = asks({ type: 'authorization.cancel' }, 'awaitingUser')
export const forget = asks({ type: 'token.forget' }, 'authorized')

/** Presses the button once more where the first time was not stored, and so has died with the process. */
export const again =
  (state: string, act: (mortal: Mortal, stage: Stage) => Promise<unknown>) =>
  async (successor: Mortal, stage: Stage, recalled: State) => {
    if (recalled.state === state) await act(successor, stage)
  }

/** The merchant types the code that stands on the screen of the till. */
export async function approves(mortal: Mortal, { emulator }: Stage): Promise<void> {
  const { userCode = '' } = await mortal.reaches('awaitingUser')
  emulator.approve(userCode)
}

/** Starts where nothing was stored, and approves. */
export async function startsOver(successor: Mortal, stage: Stage, recalled: State): Promise<void> {
  await again('idle', start)(successor, stage, recalled)
  await approves(successor, stage)
}

/** The merchant approves the last code, whatever has become of the till. */
export async function approvesLater({ emulator }: Stage): Promise<void> {
  const issued = emulator.journal.findLast(({ endpoint }) => endpoint === 'deviceAuthorization')
  emulator.approve(JSON.parse(issued?.body ?? '{}').user_code)
}

/** The merchant logs in with the address that the office showed, and the browser comes back from it. */
export async function comesBack(mortal: Mortal, stage: Stage): Promise<void> {
  const { loginUrl = '' } = await mortal.reaches('awaitingUser')
  stage.notes.callback = await stage.emulator.login(loginUrl)
  await reloads(mortal, stage)
}

/** The callback is loaded, or loaded once more: with the same code. */
export async function reloads(mortal: Mortal, { notes }: Stage): Promise<void> {
  mortal.tell({ do: 'send', event: { type: 'authorization.responded', url: notes.callback ?? '' } })
}

/** The office starts, and the browser comes back. */
export async function logsIn(mortal: Mortal, stage: Stage): Promise<void> {
  await start(mortal)
  await comesBack(mortal, stage)
}

/** A session of another integration is handed over to a process that has none. */
export async function adopts(mortal: Mortal, stage: Stage): Promise<void> {
  stage.notes.session ??= await foreignSession(stage.emulator)
  await mortal.reaches('idle')
  mortal.tell({ do: 'adopt', refreshToken: stage.notes.session })
}

/** The refresh token of another integration. */
export async function foreignSession(emulator: Emulator): Promise<string> {
  const client = { client_id: 'till-app', audience: 'https://pos.connect.tyro' }
  const post = async (url: string, form: Record<string, string>) => {
    const body = new URLSearchParams({ ...client, ...form })
    return (await emulator.fetch(url, { method: 'POST', body })).json()
  }
  const { user_code, device_code } = await post(tyro.endpoints.deviceAuthorization, { scope: 'offline_access' })
  emulator.approve(user_code)
  return (await post(tyro.endpoints.token, { grant_type: DEVICE_GRANT, device_code })).refresh_token
}
