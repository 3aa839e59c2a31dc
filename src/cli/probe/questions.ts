import { defaultEnvironment } from '../../environment.ts'
import { authenticated } from '../../protocol/client-authentication.ts'
import { clientCredentialsRequest } from '../../protocol/client-credentials.ts'
import type { Answer, WireRequest } from '../../protocol/http.ts'
import { refreshRequest } from '../../protocol/refresh.ts'
import { readTokens } from '../../protocol/token-response.ts'
import { member } from '../../protocol/verdict.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Settings } from '../../registration.ts'
import { invocation } from '../invocation.ts'
import { pkce, reuse, revoke, unknownRevocation } from './costly-questions.ts'
import type { Question } from './finding.ts'
import { CLIENT_REFUSED, INVENTED } from './invented.ts'
import { errorIn, statusOf } from './wire.ts'

/** Costly questions that are wished for. */
export interface Wishes {
  /** Also logs in once more, and sends a wrong verifier. */
  readonly pkce?: boolean
  /** Also uses a refresh token twice. */
  readonly reuse?: boolean
  /** Also revokes. */
  readonly revoke?: boolean
}

/** Which of the questions concern a provider, in the order in which they are asked: a login may fail, and ends the rest. */
export function questionsFor(provider: Provider, options: Wishes): Question[] {
  const questions = concerning(provider, options)
  return [...questions.filter(({ isAlone }) => isAlone), ...questions.filter(({ isAlone }) => !isAlone)]
}

function concerning(provider: Provider, options: Wishes): Question[] {
  const isService = provider.grant === 'client_credentials'
  const hasSecret = provider.clientAuthentication !== 'none'
  return [
    tokenAnswer,
    ...(isService ? [unknownScope] : [rotation, wrongToken]),
    ...(hasSecret ? [wrongSecret, otherAuthentication] : []),
    ...(provider.endpoints.revocation === undefined ? [] : [unknownRevocation]),
    ...(options.pkce && provider.grant === 'authorization_code' ? [pkce] : []),
    ...(options.reuse && !isService ? [reuse] : []),
    ...(options.revoke && provider.endpoints.revocation !== undefined ? [revoke] : []),
  ]
}

/** What cannot be asked in minutes, or not without harm, and what to do instead. */
export function unasked({ grant, endpoints }: Provider, options: Wishes): string[] {
  const isService = grant === 'client_credentials'
  const isRedirect = grant === 'authorization_code'
  const possible: readonly [boolean, string][] = [
    [!isService, `How long a session lives, used and unused: it takes days. Keep \`${invocation} watch\` running.`],
    [!isService && !options.reuse, 'Whether a refresh token may be used twice: `--reuse` asks it.'],
    [endpoints.revocation === undefined, 'Revocation: the data names no endpoint for it.'],
    [endpoints.revocation !== undefined && !options.revoke, 'What a revocation ends: `--revoke` asks it.'],
    [isRedirect && !options.pkce, 'Whether PKCE is enforced: `--pkce` asks it, with another login.'],
    [
      isRedirect,
      `Other endpoints: save the data by \`${invocation} providers show\`, change them, and probe the file.`,
    ],
  ]
  return possible.flatMap(([isOpen, line]) => (isOpen ? [line] : []))
}

const tokenAnswer: Question = {
  id: 'token-answer',
  question: 'What does the answer with a token say?',
  requests: 0,
  async ask({ session, wire }) {
    const { answer } = await session()
    const { body } = answer.kind === 'answered' ? answer : { body: undefined }
    const lifetime = member(body, 'expires_in')
    const seen = [
      ...wire.told(answer),
      `\`expires_in\`: ${kindOf(lifetime)}`,
      `\`token_type\`: ${kindOf(member(body, 'token_type'))}`,
    ]
    const lacks = [
      ...(lifetime === undefined ? ['`lifetimes.accessToken` is needed, as it does not say `expires_in`'] : []),
      ...(member(body, 'token_type') === undefined ? ['`assumedTokenType` is needed, as it says none'] : []),
    ]
    return {
      asked: 'The answer that ended the login of the probe was looked at.',
      seen,
      means: lacks.length === 0 ? 'Nothing: the answer says all that is needed.' : `${lacks.join('; ')}.`,
    }
  },
}

const rotation: Question = {
  id: 'rotation',
  question: 'Does a refresh bring a new refresh token?',
  requests: 1,
  async ask(means) {
    const { settings, wire } = means
    const { tokens } = await means.session()
    const asked = 'The refresh token of the probe was used once.'
    if (tokens.refreshToken === undefined)
      return {
        asked: 'It could not be asked.',
        seen: ['There is no refresh token.'],
        means: 'A session ends with its token.',
      }
    const answer = await wire.send(refreshRequest(settings, tokens))
    const next = readTokens(answer, settings, defaultEnvironment(), tokens)
    if (!next) return { asked, seen: wire.told(answer), means: 'The refresh failed: see what the server says.' }
    means.replace(next)
    const brought = member(answer.kind === 'answered' ? answer.body : undefined, 'refresh_token')
    const how = brought === undefined ? 'none' : next.refreshToken === tokens.refreshToken ? 'the same' : 'a new one'
    return {
      asked,
      seen: [...wire.told(answer), `refresh token: ${how}`],
      means:
        how === 'a new one' ? 'It rotates; nothing needs to be set.' : 'It does not rotate; nothing needs to be set.',
    }
  },
}

const wrongToken: Question = {
  id: 'wrong-token',
  question: 'How is a refresh token refused that is not known?',
  requests: 1,
  isAlone: true,
  async ask({ settings, wire }) {
    const answer = await wire.send(refreshRequest(settings, { refreshToken: INVENTED }))
    const isKnown = errorIn(answer) === 'invalid_grant'
    return {
      asked: 'An invented refresh token was sent.',
      seen: wire.told(answer),
      means: isKnown
        ? 'The end of a session is understood.'
        : errorIn(answer) === 'invalid_client'
          ? CLIENT_REFUSED
          : 'Not as RFC 6749 §5.2 says, `invalid_grant`: the end of a session would be taken for trouble.',
    }
  },
}

const unknownScope: Question = {
  id: 'unknown-scope',
  question: 'How is a scope refused that is not known?',
  requests: 1,
  isAlone: true,
  async ask({ settings, wire, began }) {
    const answer = await wire.send(clientCredentialsRequest({ ...settings, scope: 'invented-scope' }))
    if (isTokens(answer)) began()
    const isRefused = (statusOf(answer) ?? 0) >= 400
    return {
      asked: 'A token was asked for with an invented scope.',
      seen: wire.told(answer),
      means: isRefused
        ? 'A wrong scope ends a login with the word above.'
        : 'Scopes that are not known are passed over.',
    }
  },
}

const wrongSecret: Question = {
  id: 'wrong-secret',
  question: 'How is a wrong client secret refused?',
  requests: 1,
  isAlone: true,
  async ask({ settings, wire, began }) {
    const answer = await wire.send(cheapest({ ...settings, clientSecret: INVENTED }))
    if (isTokens(answer)) began()
    const isUnderstood = errorIn(answer) === 'invalid_client' || statusOf(answer) === 401
    return {
      asked: `A request was sent with an invented secret${settings.provider.grant === 'client_credentials' ? '' : ' and an invented refresh token'}.`,
      seen: wire.told(answer),
      means: isTokens(answer)
        ? 'The secret is not looked at: any will do.'
        : isUnderstood
          ? 'It is told apart from the end of a session.'
          : 'It may be taken for something else: the message names the word above.',
    }
  },
}

const otherAuthentication: Question = {
  id: 'other-authentication',
  question: 'Does the other way of proving the client work as well?',
  requests: 1,
  isAlone: true,
  async ask({ settings, wire, began }) {
    const isBasic = settings.provider.clientAuthentication === 'client_secret_basic'
    const other = isBasic ? 'client_secret_post' : 'client_secret_basic'
    const provider: Provider = { ...settings.provider, clientAuthentication: other }
    const answer = await wire.send(cheapest({ ...settings, provider }))
    if (isTokens(answer)) began()
    const works = isTokens(answer) || errorIn(answer) === 'invalid_grant'
    return {
      asked: `The secret was sent by \`${other}\`${isBasic ? '' : ', with an invented refresh token'}.`,
      seen: wire.told(answer),
      means: works
        ? `\`${other}\` works too.`
        : `It does not: \`${settings.provider.clientAuthentication}\` is needed.`,
    }
  },
}

/** Tells how the client is judged, and uses nothing up but, with client credentials, a token. */
function cheapest(settings: Settings): WireRequest {
  if (settings.provider.grant === 'client_credentials') return clientCredentialsRequest(settings)
  const { parameters } = settings.provider
  return authenticated(settings, 'token', {
    ...parameters?.refresh,
    grant_type: 'refresh_token',
    refresh_token: INVENTED,
  })
}

function isTokens(answer: Answer): boolean {
  return answer.kind === 'answered' && typeof member(answer.body, 'access_token') === 'string'
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? 'a text' : 'something else'
}
