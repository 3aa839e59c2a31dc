import { defaultEnvironment, sleep } from '../../environment.ts'
import { OAuthError } from '../../failure.ts'
import { loopbackRedirect } from '../../node/loopback-redirect.ts'
import { authorizationRequest } from '../../protocol/authorization-request.ts'
import { clientCredentialsRequest, judgeClientCredentials } from '../../protocol/client-credentials.ts'
import { codeExchangeRequest, judgeCodeExchange } from '../../protocol/code-exchange.ts'
import { deviceAuthorizationRequest, judgeDeviceAuthorization } from '../../protocol/device-authorization.ts'
import { deviceTokenRequest, judgeDeviceToken } from '../../protocol/device-token.ts'
import type { Answer } from '../../protocol/http.ts'
import { isLoopback, type Settings } from '../../registration.ts'
import type { DevicePending } from '../../vault/record.ts'
import { linesFrom } from '../pasting.ts'
import type { Login, Told } from './finding.ts'
import type { Wire } from './wire.ts'

/** How a person is asked. */
export interface Asking {
  device(pending: DevicePending): void
  redirect(url: string, redirectUri: string, expiresAt: number, paste: boolean): void
  readonly signal: AbortSignal
  /** For a URL that is pasted. */
  readonly lines: Parameters<typeof linesFrom>[0]
}

/** Gets tokens of the probe's own, which are kept nowhere. Rejects with {@link OAuthError}. */
export function logIn(settings: Settings, wire: Wire, asking: Asking): Promise<Login> {
  const { grant } = settings.provider
  if (grant === 'device_code') return deviceLogin(settings, wire, asking)
  return grant === 'authorization_code' ? redirectLogin(settings, wire, asking) : serviceLogin(settings, wire)
}

async function serviceLogin(settings: Settings, wire: Wire): Promise<Login> {
  const answer = await wire.send(clientCredentialsRequest(settings))
  const verdict = judgeClientCredentials(answer, settings, defaultEnvironment())
  if (verdict.kind !== 'tokens') throw new OAuthError(verdict.failure)
  return { tokens: verdict.tokens, answer, findings: [] }
}

async function deviceLogin(settings: Settings, wire: Wire, asking: Asking): Promise<Login> {
  const first = judgeDeviceAuthorization(await wire.send(deviceAuthorizationRequest(settings)), settings)
  if (first.kind !== 'code') throw new OAuthError(first.failure)
  let { pending } = first
  wire.hide(pending.userCode)
  asking.device(pending)
  let waiting: Answer | undefined
  for (;;) {
    await sleep(defaultEnvironment(), pending.intervalSeconds * 1_000 + 500, asking.signal)
    const answer = await wire.poll(deviceTokenRequest(settings, pending))
    const verdict = judgeDeviceToken(answer, settings, defaultEnvironment(), pending, false)
    if (verdict.kind === 'tokens')
      return { tokens: verdict.tokens, answer, findings: waiting ? [polled(waiting, wire)] : [] }
    if (verdict.kind === 'over') throw new OAuthError(verdict.failure)
    if (verdict.kind === 'slowDown') pending = { ...pending, intervalSeconds: pending.intervalSeconds + 5 }
    if (verdict.kind === 'pending') waiting = answer
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

async function redirectLogin(settings: Settings, wire: Wire, asking: Asking): Promise<Login> {
  const { redirectUri = '' } = settings
  const paste = !(URL.canParse(redirectUri) && isLoopback(new URL(redirectUri).hostname))
  await using loopback = paste ? undefined : await loopbackRedirect({ uri: redirectUri, signal: asking.signal })
  const used = { ...settings, redirectUri: loopback?.uri ?? redirectUri }
  const pending = await authorizationRequest(used, defaultEnvironment().now(), undefined)
  wire.hide(pending.state)
  asking.redirect(pending.url, pending.redirectUri, pending.expiresAt, paste)
  const url = new URL(loopback ? (await loopback.answer(isAnswer)).open() : await pasted(asking), used.redirectUri)
  const code = url.searchParams.get('code') ?? ''
  wire.hide(code)
  const answer = await wire.send(codeExchangeRequest(used, pending, code))
  const verdict = judgeCodeExchange(answer, used, defaultEnvironment(), [code, pending.verifier])
  if (verdict.kind !== 'tokens') throw new OAuthError(verdict.failure)
  return { tokens: verdict.tokens, answer, findings: [echoed(url, pending.state), issuer(url, settings)] }

  /** Another login's is not ours; without `state` it cannot be told, and that is what is asked. */
  function isAnswer(sealed: { open(): string }): boolean {
    const { searchParams } = new URL(sealed.open(), used.redirectUri)
    const state = searchParams.get('state')
    return (state === null || state === pending.state) && (searchParams.has('code') || searchParams.has('error'))
  }
}

async function pasted({ lines }: Asking): Promise<string> {
  for await (const line of linesFrom(lines)) if (URL.canParse(line)) return line
  return 'about:blank'
}

function echoed({ searchParams }: URL, state: string): Told {
  const came = searchParams.get('state')
  const seen =
    came === null ? 'It is missing.' : came === state ? 'It came back as it was sent.' : 'Another one came back.'
  return {
    id: 'state',
    question: 'Is `state` echoed?',
    asked: 'The browser was sent to the login page with a `state`, and came back.',
    seen: [
      seen,
      `parameters: ${[...searchParams.keys()]
        .slice(0, 10)
        .map((name) => `\`${name.slice(0, 40)}\``)
        .join(', ')}`,
    ],
    means:
      came === state
        ? 'The deviation `unsafe_missing_state` is not needed, and may be left out of the data.'
        : 'Registrations need the deviation `unsafe_missing_state`, with a session binding.',
  }
}

function issuer({ searchParams }: URL, { provider }: Settings): Told {
  const iss = searchParams.get('iss')
  const isSame = iss !== null && iss === provider.issuer
  return {
    id: 'issuer',
    question: 'Does the redirect name the issuer (RFC 9207)?',
    asked: 'The parameters of the same redirect were looked at.',
    seen: [
      iss === null
        ? '`iss` is missing.'
        : isSame
          ? '`iss` is the one in the data.'
          : '`iss` is another than in the data.',
    ],
    means: iss === null || isSame ? 'Nothing.' : 'Set `issuer` to what the server names itself.',
  }
}
