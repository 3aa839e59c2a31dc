import { defaultEnvironment } from '../../environment.ts'
import { fail, OAuthError } from '../../failure.ts'
import { loopbackRedirect } from '../../node/loopback-redirect.ts'
import { authorizationRequest, judgeRedirect } from '../../protocol/authorization-request.ts'
import { isLoopback, type Settings } from '../../registration.ts'
import type { RedirectPending } from '../../vault/record.ts'
import { linesFrom } from '../pasting.ts'
import type { Told } from './finding.ts'
import type { Asking } from './logins.ts'
import type { Wire } from './wire.ts'

/** A login in a browser, as far as its code. */
export interface Redirected {
  /** With the redirect URI that was used. */
  readonly settings: Settings
  readonly pending: RedirectPending
  readonly code: string
}

/** Stands in for a missing `state`: the answer comes to the process that sent the browser out. */
const BINDING = 'the probe of oauth-machines'

/** Sends a person to the login page, and tells what came back. Rejects with {@link OAuthError} where that is no code. */
export async function redirected(
  settings: Settings,
  wire: Wire,
  asking: Asking,
  tell: (finding: Told) => void,
): Promise<Redirected> {
  const { redirectUri = '' } = settings
  const paste = !(URL.canParse(redirectUri) && isLoopback(new URL(redirectUri).hostname))
  await using loopback = paste ? undefined : await loopbackRedirect({ uri: redirectUri, signal: asking.signal })
  const used = { ...settings, redirectUri: loopback?.uri ?? redirectUri }
  const pending = await authorizationRequest(used, defaultEnvironment().now(), BINDING)
  for (const secret of [pending.state, pending.verifier]) wire.hide(secret)
  asking.redirect(pending.url, pending.redirectUri, pending.expiresAt, paste)
  const sealed = await loopback?.answer((url) => isOurs(new URL(url.open(), used.redirectUri), pending))
  const url = new URL(sealed?.open() ?? (await pasted(asking, settings)), used.redirectUri)
  tell(echoed(url, pending))
  tell(issuer(url, settings))
  const code = await codeIn(url, pending, used)
  wire.hide(code)
  return { settings: used, pending, code }
}

/** A missing `state` and another issuer are what is asked about, so they pass; a wrong `state` is no answer of ours. */
async function codeIn(url: URL, pending: RedirectPending, settings: Settings): Promise<string> {
  const { issuer: _, ...provider } = settings.provider
  const lenient = { ...settings, provider, deviations: [...settings.deviations, 'unsafe_missing_state'] as const }
  const verdict = await judgeRedirect(url.href, BINDING, pending, lenient)
  if (verdict.kind === 'code') return verdict.code
  if (verdict.kind === 'refused') throw new OAuthError(verdict.failure)
  throw new OAuthError(
    fail('state_mismatch', { about: `${provider.name}, redirect`, remedy: 'Its code was not sent.' }),
  )
}

/** Another login's is not ours; without `state` it cannot be told, and that is what is asked. */
function isOurs(url: URL, pending: RedirectPending): boolean {
  const state = url.searchParams.get('state')
  return (state === null || state === pending.state) && isAnswer(url)
}

function isAnswer({ searchParams }: URL): boolean {
  return searchParams.has('code') || searchParams.has('error')
}

async function pasted({ lines }: Asking, { provider }: Settings): Promise<string> {
  for await (const line of linesFrom(lines)) {
    if (URL.canParse(line) && isAnswer(new URL(line))) return line
    lines.note('That is no URL with a code or an error.')
  }
  lines.signal.throwIfAborted()
  const remedy = 'The input ended before the URL came.'
  throw new OAuthError(fail('authorization_failed', { about: `${provider.name}, redirect`, remedy }))
}

function echoed({ searchParams }: URL, { state }: RedirectPending): Told {
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
