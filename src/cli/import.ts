import { stdin } from 'node:process'
import { isOfVault, OAuthError } from '../failure.ts'
import { WrongUse } from './command.ts'
import { commandFor, nameOf, tellConnected } from './connected.ts'
import { checkSession } from './ended-session.ts'
import { prepareToUse } from './preparing.ts'
import { askSecretly } from './prompt.ts'
import { open, type Prepared, recalled, type SessionOptions } from './session.ts'
import type { Terminal } from './terminal.ts'
import { withoutPromise } from './told-failure.ts'

/** In bytes, as much as an answer may have. */
const LARGEST = 65_536

/** Adopts the refresh token of another integration, from standard input, and proves it by one refresh. */
export async function importToken(argument: string, options: SessionOptions, terminal: Terminal): Promise<void> {
  const prepared = await prepareToUse(argument, options, terminal)
  if (prepared.provider.grant === 'client_credentials')
    throw new WrongUse(`${prepared.provider.name} has no refresh tokens: ${commandFor('token', argument, prepared)}`)
  await using session = open(prepared, terminal)
  const { connection } = session
  const before = await recalled(session, terminal.signal)
  const { token, failure } = before.context
  if (isOfVault(failure)) throw new OAuthError(failure)
  checkSession(before, argument, prepared)
  if (token) return tellConnected('import', argument, prepared, { already: true, snapshot: before }, terminal)
  const refreshToken = await refreshTokenFrom(prepared, terminal)
  await prepared.remember()
  const scope = prepared.registration.scopes?.join(' ')
  await connection.adopt({ refreshToken, ...(scope !== undefined && { scope }) }).catch((error: unknown) => {
    throw stored(error, argument, prepared)
  })
  const snapshot = await recalled(session, terminal.signal)
  tellConnected('import', argument, prepared, { already: false, snapshot }, terminal)
}

/** It is in the vault already, and is proved by whoever comes next. */
function stored(error: unknown, argument: string, prepared: Prepared): unknown {
  if (!(error instanceof OAuthError) || !error.retryable) return error
  const message = `${withoutPromise(error.message)} It is stored, and proved by the next ${commandFor('token', argument, prepared)}.`
  return new OAuthError({ ...error.failure, message })
}

async function refreshTokenFrom(prepared: Prepared, terminal: Terminal): Promise<string> {
  if (!stdin.isTTY) return tokenIn(await readAll())
  if (terminal.isJson)
    throw new WrongUse('With --json the refresh token is read from standard input, and not from a terminal.')
  return tokenIn(await askSecretly(`Refresh token of ${nameOf(prepared)}`, terminal))
}

async function readAll(): Promise<string> {
  let text = ''
  for await (const part of stdin.setEncoding('utf8')) {
    text += part
    if (text.length > LARGEST) throw new WrongUse('Standard input holds more than a refresh token.')
  }
  return text
}

function tokenIn(text: string): string {
  const token = text.trim()
  if (token === '') throw new WrongUse('Standard input holds no refresh token.')
  if (isJson(token))
    throw new WrongUse('Standard input holds JSON: give the bare refresh token, for instance by jq -r .refresh_token')
  if (!/^[\x20-\x7e]+$/.test(token)) throw new WrongUse('Standard input holds more than one line, or no refresh token.')
  return token
}

/** An answer with tokens, or a token in quotation marks. */
function isJson(text: string): boolean {
  if (!/^["[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
