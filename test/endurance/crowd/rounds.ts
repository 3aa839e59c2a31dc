import type { Emulator } from '../../../src/emulator/index.ts'
import { isRefusal, type Member } from './member.ts'
import { LIFETIME, refreshesOf } from './server.ts'

export interface Course {
  readonly emulator: Emulator
  /** Moves the servers' clock, to so many milliseconds ahead of the machine's; else it stands still. */
  readonly setClock?: (ahead: number) => void
  readonly rounds: number
  /** How often each member asks in a round. */
  readonly calls: number
  /** The longest delay before a call, in milliseconds; each has its own by chance. Default 0. */
  readonly delay?: number
  /** How many refreshes a round may take. Default 1. */
  readonly atMost?: number
  /** What happens while all are asking. Resolves with how many may therefore give no answer. */
  readonly meanwhile?: (round: number) => Promise<number>
  /** What happens when all have answered. */
  readonly afterwards?: (round: number, ahead: number) => Promise<void>
}

export interface Report {
  readonly callers: number
  readonly rounds: number
  readonly refreshes: number
  /** How many of them the server refused. */
  readonly refused: number
  /** Whether the server takes the last token, and a further refresh. */
  readonly alive: boolean
  /** The longest time from the call to the last answer, in milliseconds. */
  readonly longest: number
  /** What should not have happened, in words. */
  readonly wrong: readonly string[]
}

/** So much may go wrong before a run is given up. */
const ENOUGH = 5

/** Round after round, the token of all dies at once, and all ask for a new one. The members are connected, and at rest. */
export async function run(members: readonly Member[], course: Course): Promise<Report> {
  const { emulator, calls, atMost = 1 } = course
  const before = refreshesOf(emulator).length
  const seen = new Set<string>()
  const wrong: string[] = []
  const callers = members.length * calls
  let longest = 0
  let rounds = 0
  let last = ''

  while (rounds < course.rounds && wrong.length < ENOUGH) {
    const round = ++rounds
    const known = refreshesOf(emulator).length
    await moveClocks(members, round, course)
    const begun = performance.now()
    const { answers, found } = await askAll(members, round, course)
    longest = Math.max(longest, performance.now() - begun)
    await course.afterwards?.(round, aheadIn(round))
    found.push(...(await restAll(members, round + 1)))

    const took = refreshesOf(emulator).length - known
    if (took < 1 || took > atMost) found.push(`${took} refreshes`)
    wrong.push(...[...found, ...judge(answers, seen)].map((fault) => `round ${round}: ${fault}`))
    last = answers[0] ?? ''
  }
  const refreshes = refreshesOf(emulator).slice(before)
  const refused = refreshes.filter(({ status = 200 }) => status !== 200).length
  const alive = emulator.accepts('tyro', last) && (await isRenewed(members, rounds + 1, course))
  return { callers, rounds, refreshes: refreshes.length, refused, alive, longest, wrong }
}

/** How far the clocks are ahead in a round: each is a little longer than a token lives. */
const aheadIn = (round: number) => round * (LIFETIME + 1_000)

async function moveClocks(members: readonly Member[], round: number, { setClock }: Course): Promise<void> {
  setClock?.(aheadIn(round))
  await Promise.all(members.map((member) => member.setClock(aheadIn(round))))
}

async function askAll(members: readonly Member[], round: number, { calls, delay = 0, meanwhile }: Course) {
  const delays = () => Array.from({ length: calls }, () => Math.random() * delay)
  const asked = Promise.allSettled(members.map((member) => member.ask(delays())))
  const mayFail = (await meanwhile?.(round)) ?? 0
  const results = await asked
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))
  const answers = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
  return { answers, found: failed.slice(mayFail) }
}

/** Waits until all are at rest with a token of this generation; what keeps them from it is told. */
async function restAll(members: readonly Member[], generation: number): Promise<string[]> {
  const rests = await Promise.allSettled(members.map((member) => member.rest('authorized', generation)))
  return rests.flatMap((rest) => (rest.status === 'rejected' ? [`at rest: ${rest.reason}`] : []))
}

/** What is wrong with the answers of a round: all must be the same token, and a new one. */
function judge(answers: readonly string[], seen: Set<string>): string[] {
  const different = [...new Set(answers)]
  const tokens = different.filter((answer) => !isRefusal(answer))
  const wrong = different.filter(isRefusal)
  if (tokens.length !== 1) wrong.push(`${tokens.length} different tokens`)
  if (tokens.some((token) => seen.has(token))) wrong.push('a token of an earlier round')
  for (const token of tokens) seen.add(token)
  return wrong
}

/** Whether one more refresh is granted, and its token taken. */
async function isRenewed(members: readonly Member[], round: number, course: Course): Promise<boolean> {
  await moveClocks(members, round, course)
  const [token = ''] = (await members[0]?.ask([0])) ?? []
  return course.emulator.accepts('tyro', token) && refreshesOf(course.emulator).at(-1)?.status === 200
}
