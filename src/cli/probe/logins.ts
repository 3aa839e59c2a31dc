import { defaultEnvironment, sleep } from '../../environment.ts'
import { OAuthError } from '../../failure.ts'
import { clientCredentialsRequest, judgeClientCredentials } from '../../protocol/client-credentials.ts'
import { codeExchangeRequest, judgeCodeExchange } from '../../protocol/code-exchange.ts'
import { deviceAuthorizationRequest, judgeDeviceAuthorization } from '../../protocol/device-authorization.ts'
import { deviceTokenRequest, judgeDeviceToken } from '../../protocol/device-token.ts'
import type { Answer } from '../../protocol/http.ts'
import type { Settings } from '../../registration.ts'
import type { DevicePending } from '../../vault/record.ts'
import type { Terminal } from '../terminal.ts'
import type { Login, Told } from './finding.ts'
import { redirected } from './redirects.ts'
import type { Wire } from './wire.ts'

/** How a person is asked. */
export interface Asking {
  device(pending: DevicePending): void
  redirect(url: string, redirectUri: string, expiresAt: number, paste: boolean): void
  readonly signal: AbortSignal
  /** For a URL that is pasted. */
  readonly lines: Terminal
}

/** Tells what was found on the way. */
type Tell = (finding: Told) => void

/** Gets tokens of the probe's own, which are kept nowhere. Rejects with {@link OAuthError}. */
export function logIn(settings: Settings, wire: Wire, asking: Asking, tell: Tell): Promise<Login> {
  const { grant } = settings.provider
  if (grant === 'device_code') return deviceLogin(settings, wire, asking, tell)
  return grant === 'authorization_code' ? redirectLogin(settings, wire, asking, tell) : serviceLogin(settings, wire)
}

async function serviceLogin(settings: Settings, wire: Wire): Promise<Login> {
  const answer = await wire.send(clientCredentialsRequest(settings))
  const verdict = judgeClientCredentials(answer, settings, defaultEnvironment())
  if (verdict.kind !== 'tokens') throw new OAuthError(verdict.failure)
  return { tokens: verdict.tokens, answer }
}

async function deviceLogin(settings: Settings, wire: Wire, asking: Asking, tell: Tell): Promise<Login> {
  const first = judgeDeviceAuthorization(await wire.send(deviceAuthorizationRequest(settings)), settings)
  if (first.kind !== 'code') throw new OAuthError(first.failure)
  let { pending } = first
  wire.hide(pending.userCode)
  asking.device(pending)
  for (;;) {
    await sleep(defaultEnvironment(), pending.intervalSeconds * 1_000 + 500, asking.signal)
    const answer = await wire.poll(deviceTokenRequest(settings, pending))
    const verdict = judgeDeviceToken(answer, settings, defaultEnvironment(), pending, false)
    if (verdict.kind === 'tokens') return { tokens: verdict.tokens, answer }
    if (verdict.kind === 'over') throw new OAuthError(verdict.failure)
    if (verdict.kind === 'slowDown') pending = { ...pending, intervalSeconds: pending.intervalSeconds + 5 }
    if (verdict.kind === 'pending') tell(polled(answer, wire))
  }
}

function polled(answer: Answer, wire: Wire): Told {
  return {
    id: 'pending',
    question: 'What does a poll get while nobody has approved?',
    asked: 'The login of the probe polled at the interval that the server wants.',
    seen: wire.told(answer),
    means: 'Nothing: the word counts, whatever the status.',
  }
}

async function redirectLogin(settings: Settings, wire: Wire, asking: Asking, tell: Tell): Promise<Login> {
  const { settings: used, pending, code } = await redirected(settings, wire, asking, tell)
  const answer = await wire.send(codeExchangeRequest(used, pending, code))
  const verdict = judgeCodeExchange(answer, used, defaultEnvironment(), [code, pending.verifier])
  if (verdict.kind !== 'tokens') throw new OAuthError(verdict.failure)
  return { tokens: verdict.tokens, answer }
}
