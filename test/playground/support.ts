import type { Program } from '../../examples/playground/program.ts'
import { lifetimes, openStage, type Stage, type StageOptions } from '../../examples/playground/stage.ts'
import type { ViewerDeed } from '../../src/inspect/index.ts'
import { createInspector } from '../../src/inspect/inspector.ts'
import type { Observation } from '../../src/inspect/observation.ts'
import { type Story, storiesOf } from '../../src/inspect/story.ts'
import { loginUrl, userCode } from '../support/stories.ts'

/** As in the playground, but that polls come as often as they can. */
const emulator = { ...lifetimes, tyro: { ...lifetimes.tyro, interval: 1 } }

/** The playground's stage, and somebody who looks on. */
export async function play(options: StageOptions = {}) {
  const observations: Observation[] = []
  const said: string[] = []
  const stage = await openStage(
    createInspector((seen) => observations.push(seen)),
    { emulator, ...options },
  )
  stage.start()
  const { till, office, service } = stage.programs
  await Promise.all([till, office, service].map((program) => arriveAt(program, 'idle')))
  return {
    ...stage,
    ...stage.programs,
    observations,
    /** What became of each run of a program, the latest one last. */
    runs: ({ name }: Program): Story[] => [...storiesOf(observations).values()].filter((story) => story.name === name),
    run: (label: string, program?: Program) => deed(stage, label, program).run((words) => said.push(words)),
    /** What deeds have said. */
    said,
  }
}

export type Play = Awaited<ReturnType<typeof play>>

/** The button of this label, for this program. */
export function deed({ deeds }: Stage, label: string, program?: Program): ViewerDeed {
  const found = deeds.find((one) => one.label === label && (one.connection ?? program?.name) === program?.name)
  if (found) return found
  throw new Error(`There is no button "${label}" for ${program?.name}.`)
}

/** Resolves once a program's machine is in a state; at once where it is there already. Fails after so many milliseconds. */
export async function arriveAt(program: Program, state: string, patience = 10_000): Promise<void> {
  const end = Date.now() + patience
  while (stateOf(program) !== state) {
    if (Date.now() > end) throw new Error(`${program.name} is still ${stateOf(program)}, not ${state}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export function stateOf(program: Program): string {
  return String(program.connection().actor.getSnapshot().value)
}

export function contextOf(program: Program) {
  return program.connection().actor.getSnapshot().context
}

/** The states of a story, in order. */
export function statesOf({ visits }: Story): string[] {
  return visits.map(({ state }) => state)
}

/** The merchant at the till: waits for the code, and approves it. */
export async function approveTill({ till, emulator }: Play): Promise<void> {
  till.connection().send({ type: 'authorization.start' })
  await arriveAt(till, 'awaitingUser')
  emulator.approve(userCode(till.connection()))
  await arriveAt(till, 'authorized')
}

/** What the merchant's browser gets when it comes back: an answer that is not followed. */
export async function comeBack({ office, emulator }: Play, options?: { deny: boolean }): Promise<Response> {
  office.connection().send({ type: 'authorization.start' })
  await arriveAt(office, 'awaitingUser')
  return fetch(await emulator.login(loginUrl(office.connection()), options), { redirect: 'manual' })
}

/** The merchant at the browser: logs in, allows, and comes back to the playground's page. */
export async function approveOffice(play: Play): Promise<void> {
  await comeBack(play)
  await arriveAt(play.office, 'authorized')
}
