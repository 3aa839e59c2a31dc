import { stdin } from 'node:process'
import { defaultEnvironment } from '../../environment.ts'
import { checkRegistration, type Settings } from '../../registration.ts'
import { WrongUse } from '../command.ts'
import { type Patience, patienceOf } from '../engage.ts'
import { afterAsking, Interruption } from '../exit-codes.ts'
import { confirmed } from '../prompt.ts'
import { type Prepared, prepare, type SessionOptions } from '../session.ts'
import type { Terminal } from '../terminal.ts'
import { askingOn } from './asking.ts'
import type { Question, Told } from './finding.ts'
import { logIn } from './logins.ts'
import { questionsFor, unasked, type Wishes } from './questions.ts'
import { redirected } from './redirects.ts'
import { planOf, reportOf } from './report.ts'
import { createSessions } from './sessions.ts'
import { createWire, type Wire } from './wire.ts'

export interface ProbeOptions extends SessionOptions, Patience, Wishes {
  readonly yes?: boolean
  readonly open?: boolean
  /** Between two requests, in seconds. */
  readonly pause: number
}

/** What a login takes at the most, beside polls. */
const LOGIN = 2

/** Asks a live server what its documentation leaves open, in a session of its own, and prints what was found. */
export async function probe(argument: string, options: ProbeOptions, terminal: Terminal): Promise<void> {
  const prepared = await prepare(argument, options, terminal)
  const { provider, registration } = prepared
  const questions = questionsFor(provider, options)
  const logins = provider.grant === 'client_credentials' ? 0 : loginsFor(questions)
  const requests = questions.reduce((sum, one) => sum + one.requests, Math.max(logins, 1) * LOGIN)
  const plan = { requests, logins, costs: questions.flatMap(({ cost }) => (cost === undefined ? [] : [cost])) }
  terminal.tell({ type: 'plan', provider: provider.id, ...plan })
  terminal.note(planOf(provider, questions, plan))
  await consent(options, terminal)

  const patience = patienceOf({ ...options, about: provider.name }, terminal.signal)
  const settings = checkRegistration(provider, registration, true)
  const wire = createWire(settings, defaultEnvironment(), { requests, pause: options.pause }, patience.signal)
  try {
    await asked(prepared, settings, wire, questions, options, { ...terminal, signal: patience.signal })
  } finally {
    patience.end()
  }
}

/** One for all, another for a wrong verifier and beside the one that is revoked, and a new one after that of a reuse. */
function loginsFor(questions: readonly Question[]): number {
  const [proves, reuses, revokes] = ['pkce', 'reuse', 'revocation'].map((id) => questions.some((one) => one.id === id))
  return 1 + (proves ? 1 : 0) + (revokes ? 1 : 0) + (revokes && reuses ? 1 : 0)
}

async function consent({ yes }: ProbeOptions, terminal: Terminal): Promise<void> {
  if (yes) return
  if (!stdin.isTTY || terminal.isJson) throw new WrongUse('A probe uses tokens up: --yes says that it may.')
  if (!(await confirmed('Go on?', terminal))) throw new Interruption('SIGINT')
}

async function asked(
  prepared: Prepared,
  settings: Settings,
  wire: Wire,
  questions: readonly Question[],
  options: ProbeOptions,
  terminal: Terminal,
): Promise<void> {
  const { provider } = prepared
  const told: Told[] = []
  const tell = (finding: Told) => {
    told.push(finding)
    terminal.tell({ type: 'answer', provider: provider.id, ...finding })
    terminal.note(`✔ ${finding.question}`)
  }
  const tellOnce = (finding: Told) => (told.some(({ id }) => id === finding.id) ? undefined : tell(finding))
  const asking = askingOn(prepared, options, terminal)
  const sessions = createSessions(
    () => logIn(settings, wire, asking, tellOnce),
    () => redirected(settings, wire, asking, tellOnce),
  )
  const rest = new Set(questions)
  try {
    for (const one of questions) {
      const { id, question, ask } = one
      tell({ id, question, ...(await ask({ settings, wire, ...sessions.means })) })
      rest.delete(one)
    }
  } catch (error) {
    throw afterAsking(error)
  } finally {
    const left = sessions.left()
    const { requests, polls } = wire.counts()
    const open = [
      ...[...rest].map(({ question }) => `${question} The probe ended before.`),
      ...unasked(provider, options),
    ]
    terminal.print(reportOf(settings, told, open, { requests, polls, left }))
    const notAsked = [...rest].map(({ id }) => id)
    terminal.tell({ type: 'report', provider: provider.id, requests, polls, left, notAsked })
  }
}
