import { stdin } from 'node:process'
import { defaultEnvironment } from '../../environment.ts'
import { checkRegistration, type Settings } from '../../registration.ts'
import type { Tokens } from '../../vault/record.ts'
import { WrongUse } from '../command.ts'
import { type Patience, patienceOf } from '../engage.ts'
import { afterAsking, Interruption } from '../exit-codes.ts'
import { confirmed } from '../prompt.ts'
import { type Prepared, prepare, type SessionOptions } from '../session.ts'
import type { Terminal } from '../terminal.ts'
import { askingOn } from './asking.ts'
import type { Login, Means, Question, Told } from './finding.ts'
import { logIn } from './logins.ts'
import { questionsFor, unasked } from './questions.ts'
import { planOf, reportOf } from './report.ts'
import { createWire, type Wire } from './wire.ts'

export interface ProbeOptions extends SessionOptions, Patience {
  readonly yes?: boolean
  /** Also uses a refresh token twice. */
  readonly reuse?: boolean
  /** Also revokes. */
  readonly revoke?: boolean
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

/** One for all, another beside the one that is revoked, and a new one after that of a reuse. */
function loginsFor(questions: readonly Question[]): number {
  const [reuses, revokes] = ['reuse', 'revocation'].map((id) => questions.some((one) => one.id === id))
  return 1 + (revokes ? 1 : 0) + (revokes && reuses ? 1 : 0)
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
  const sessions = createSessions(() => logIn(settings, wire, askingOn(prepared, options, terminal)), tell)
  try {
    for (const { id, question, ask } of questions)
      tell({ id, question, ...(await ask({ settings, wire, ...sessions.means })) })
  } catch (error) {
    throw afterAsking(error)
  } finally {
    const left = sessions.left(options.revoke === true)
    const { requests, polls } = wire.counts()
    terminal.print(reportOf(settings, told, unasked(provider, options), { requests, polls, left }))
    terminal.tell({ type: 'report', provider: provider.id, requests, polls, left })
  }
}

/** The sessions of a probe, of which one is asked for where it is needed. */
function createSessions(logInOnce: () => Promise<Login>, tell: (finding: Told) => void) {
  let current: Login | undefined
  let logins = 0

  async function begin(): Promise<Login> {
    const login = await logInOnce()
    logins += 1
    if (logins === 1) for (const finding of login.findings) tell(finding)
    return login
  }

  const means: Pick<Means, 'session' | 'another' | 'replace'> = {
    async session() {
      current ??= await begin()
      return current
    },
    another: begin,
    replace(tokens: Tokens | undefined) {
      current = tokens && current ? { ...current, tokens } : undefined
    },
  }

  return {
    means,
    left(revoked: boolean): string {
      if (logins === 0) return 'No session was begun.'
      if (revoked && !current) return 'The sessions of the probe were revoked.'
      return 'Its tokens were kept nowhere. What was begun and not revoked goes on at the provider until it ends there.'
    },
  }
}
