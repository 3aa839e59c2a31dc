import { defaultEnvironment } from '../../environment.ts'
import { authenticated } from '../../protocol/client-authentication.ts'
import { codeExchangeRequest } from '../../protocol/code-exchange.ts'
import { type Answer, isSuccess } from '../../protocol/http.ts'
import { refreshRequest } from '../../protocol/refresh.ts'
import { revocationRequest } from '../../protocol/revocation.ts'
import { readTokens } from '../../protocol/token-response.ts'
import { judge } from '../../protocol/verdict.ts'
import type { Settings } from '../../registration.ts'
import type { Tokens } from '../../vault/record.ts'
import type { Question } from './finding.ts'
import { CLIENT_REFUSED, INVENTED } from './invented.ts'
import { errorIn } from './wire.ts'

export const unknownRevocation: Question = {
  id: 'unknown-revocation',
  question: 'What does the revocation of a token that is not known answer?',
  requests: 1,
  isAlone: true,
  async ask({ settings, wire }) {
    const { parameters } = settings.provider
    const answer = await wire.send(
      authenticated(settings, 'revocation', { ...parameters?.revocation, token: INVENTED }),
    )
    return {
      asked: 'An invented token was revoked.',
      seen: wire.told(answer),
      means: isSuccess(answer)
        ? 'As RFC 7009 §2.2 says: to revoke twice is harmless.'
        : errorIn(answer) === 'invalid_client'
          ? CLIENT_REFUSED
          : 'Not as RFC 7009 §2.2 says, a status of 200: a session that has ended already would leave a failure.',
    }
  },
}

export const pkce: Question = {
  id: 'pkce',
  question: 'Is PKCE enforced?',
  requests: 1,
  async ask({ wire, redirected, began }) {
    const { settings, pending, code } = await redirected()
    const answer = await wire.send(codeExchangeRequest(settings, { ...pending, verifier: INVENTED }, code))
    const { kind } = fateOf(answer, settings)
    if (kind === 'lives') began()
    const means = {
      lives: 'It is not: `code_challenge` is passed over, and whoever catches a code can use it.',
      ended: 'It is: a code that was caught is worth nothing without its verifier.',
      unknown: 'It cannot be told.',
    }
    return {
      asked: 'Somebody logged in again, and the code was sent with another verifier than its own.',
      seen: wire.told(answer),
      means: means[kind],
    }
  },
}

export const reuse: Question = {
  id: 'reuse',
  question: 'May a refresh token be used twice?',
  requests: 3,
  cost: 'The session of the probe mostly ends by it, and the provider may log it as an attack.',
  async ask({ settings, wire, session, replace, ended }) {
    const { tokens } = await session()
    const asked = 'A refresh token was used, and used again at once; then the newest one.'
    const first = await wire.send(refreshRequest(settings, tokens))
    const renewed = readTokens(first, settings, defaultEnvironment(), tokens)
    if (!renewed) return { asked, seen: wire.told(first), means: 'The refresh failed: see what the server says.' }
    const second = await wire.send(refreshRequest(settings, tokens))
    const again = readTokens(second, settings, defaultEnvironment(), tokens)
    const third = await wire.send(refreshRequest(settings, again ?? renewed))
    const fate = fateOf(third, settings, again ?? renewed)
    replace(fate.tokens)
    if (fate.kind === 'ended') ended()
    const seen = [`used again: ${wire.told(second).join('; ')}`, `the newest: ${wire.told(third).join('; ')}`]
    if (again)
      return { asked, seen, means: 'A refresh whose answer is lost can be sent again: nothing is lost with it.' }
    if (fate.kind === 'unknown' || fateOf(second, settings, tokens).kind === 'unknown')
      return { asked, seen, means: 'It cannot be told.' }
    const costs = fate.kind === 'lives' ? 'costs nothing but itself' : 'ends the session'
    const means = `A second use is refused, and ${costs}. With the answer to a refresh, a session is lost; to send it again does no further harm.`
    return { asked, seen, means }
  },
}

export const revoke: Question = {
  id: 'revocation',
  question: 'What does a revocation end?',
  requests: 4,
  cost: 'Some servers end all sessions of the merchant at this application with it: use a merchant of your own for tests.',
  async ask(means) {
    const { settings, wire } = means
    const { tokens } = await means.session()
    const other = tokens.refreshToken === undefined ? undefined : await means.another()
    const request = revocationRequest(settings, tokens)
    if (!request) return { asked: 'It could not be asked.', seen: ['There is nothing to revoke.'], means: 'Nothing.' }
    const answer = await wire.send(request)
    const isRevoked = isSuccess(answer)
    if (isRevoked) means.replace(undefined)
    const seen = [`revocation: ${wire.told(answer).join('; ')}`]
    const works = isRevoked ? 'Revocation works.' : 'Revocation is refused: leave `endpoints.revocation` out.'
    const asked = 'The provider was asked to revoke the session of the probe.'
    if (!other) {
      if (isRevoked) means.ended()
      return { asked, seen, means: works }
    }
    const dead = await wire.send(refreshRequest(settings, tokens))
    const its = fateOf(dead, settings, tokens)
    if (its.kind === 'ended' || (its.kind === 'unknown' && isRevoked)) means.ended()
    const alive = await wire.send(refreshRequest(settings, other.tokens))
    const others = fateOf(alive, settings, other.tokens)
    const rest = revocationRequest(settings, others.tokens ?? other.tokens)
    if (others.kind === 'ended' || (rest && isSuccess(await wire.send(rest)))) means.ended()
    return {
      asked: `${asked} Then it was used, and another session of the same merchant.`,
      seen: [
        ...seen,
        `its refresh: ${wire.told(dead).join('; ')}`,
        `the other session: ${others.tokens ? 'lives' : wire.told(alive).join('; ')}`,
      ],
      means: `${works} ${itself[its.kind]}; ${beside[others.kind]}`,
    }
  },
}

const itself = {
  lives: 'The session does not end with it',
  ended: 'The session ends with it',
  unknown: 'Whether the session ends with it cannot be told',
}

const beside = {
  lives: 'other sessions of the merchant go on.',
  ended: 'OTHER SESSIONS OF THE MERCHANT END TOO.',
  unknown: 'what becomes of other sessions cannot be told.',
}

interface Fate {
  readonly kind: 'lives' | 'ended' | 'unknown'
  readonly tokens?: Tokens | undefined
}

/** What the answer to a code or a refresh token says of its session: a server in trouble says nothing. */
function fateOf(answer: Answer, settings: Settings, previous?: Tokens): Fate {
  const tokens = readTokens(answer, settings, defaultEnvironment(), previous)
  if (tokens) return { kind: 'lives', tokens }
  const verdict = judge(answer, { about: '', secrets: [] })
  return { kind: verdict.kind === 'refused' ? 'ended' : 'unknown' }
}
