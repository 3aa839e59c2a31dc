import { stripVTControlCharacters, styleText } from 'node:util'
import logUpdate from 'log-update'
import type { Connection } from 'oauth-machines'
import { indented } from './text.ts'

export interface Shown {
  readonly title: string
  readonly connection: Connection
}

type Paint = Parameters<typeof styleText>[0]

const width = 21
const tick = 200

/** Shows connections until it is closed: live on a terminal, line by line elsewhere. */
export function show(rows: readonly Shown[]): { close(): void } {
  return process.stdout.isTTY ? showLive(rows) : showLines(rows)
}

function showLive(rows: readonly Shown[]): { close(): void } {
  const log: string[] = []
  for (const row of rows) listen(row, (line) => log.push(line))
  const draw = () => logUpdate(['', ...rows.flatMap(panel), dim('─'.repeat(78)), ...log.slice(-12), ''].join('\n'))
  const timer = setInterval(draw, tick)
  return {
    close() {
      clearInterval(timer)
      draw()
      logUpdate.done()
    },
  }
}

function showLines(rows: readonly Shown[]): { close(): void } {
  for (const row of rows) listen(row, (line) => console.log(stripVTControlCharacters(line)))
  return { close: () => {} }
}

/** One line for each transition, with what a person should know of it. */
function listen({ title, connection }: Shown, write: (line: string) => void): void {
  const began = Date.now()
  connection.on('transition', ({ from, to, event, status, duration }) => {
    const at = `${((Date.now() - began) / 1000).toFixed(1)}s`.padStart(6)
    const cause = `${event.replace('xstate.done.actor.', '')}${status === undefined ? '' : ` ${status}`}`
    const arrow = `${from} → ${colored(to)}`
    write(
      `${dim(at)}  ${title.padEnd(width)}${arrow}  ${dim(`${cause}, after ${duration} ms`)}${news(connection, from)}`,
    )
  })
}

/** The panel of one connection: its state, and what it waits for. */
function panel({ title, connection }: Shown): string[] {
  const { value } = connection.actor.getSnapshot()
  return [
    ` ${styleText('bold', title.padEnd(width))}${colored(String(value))}`,
    dim(indented(situation(connection), width + 1)),
  ]
}

/** What a person needs to know now: a code to type, a wait and its reason, a token's age, a failure. */
function situation({ actor }: Connection): string {
  const { value, context } = actor.getSnapshot()
  const { prompt, nextPollAt, token, failure, pollIntervalSeconds } = context
  const parts: string[] = []
  if (prompt?.kind === 'device') parts.push(`code ${prompt.userCode} for ${left(prompt.expiresAt)}`)
  if (prompt?.kind === 'redirect') parts.push(`waiting for the browser, ${left(prompt.expiresAt)}`)
  if (nextPollAt !== undefined && value !== 'polling')
    parts.push(`next poll in ${left(nextPollAt)}, every ${pollIntervalSeconds} s`)
  if (token?.refreshAt !== undefined) parts.push(`token ${token.generation}, renewed in ${left(token.refreshAt)}`)
  if (value === 'slowDown') parts.push('the server asked for fewer polls')
  if (failure) parts.push(failure.message)
  return parts.join(' · ') || ' '
}

/** What is new to a person: a code to type, or a failure and its remedy. */
function news({ actor }: Connection, from: string): string {
  const { prompt, failure } = actor.getSnapshot().context
  if (failure) return `\n${indented(failure.message, 8 + width)}`
  if (prompt?.kind !== 'device' || from !== 'requestingCode') return ''
  return `\n${indented(`type ${styleText('bold', prompt.userCode)} at ${prompt.verificationUri}`, 8 + width)}`
}

function left(instant: number): string {
  return `${Math.max((instant - Date.now()) / 1000, 0).toFixed(1)} s`
}

const paints: readonly (readonly [Paint, readonly string[]])[] = [
  ['green', ['authorized']],
  ['cyan', ['requestingCode', 'polling', 'preparing', 'exchangingCode', 'requestingToken', 'refreshing', 'revoking']],
  ['yellow', ['awaitingUser', 'slowDown', 'backingOff']],
  ['red', ['expired', 'failed']],
  ['magenta', ['revoked']],
]

function colored(state: string): string {
  const paint = paints.find(([, states]) => states.includes(state))?.[0]
  return paint === undefined ? state : styleText(paint, state)
}

function dim(text: string): string {
  return styleText('dim', text)
}
