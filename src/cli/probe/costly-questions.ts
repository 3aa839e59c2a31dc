import { defaultEnvironment } from '../../environment.ts'
import { authenticated } from '../../protocol/client-authentication.ts'
import { isSuccess } from '../../protocol/http.ts'
import { refreshRequest } from '../../protocol/refresh.ts'
import { revocationRequest } from '../../protocol/revocation.ts'
import { readTokens } from '../../protocol/token-response.ts'
import type { Question } from './finding.ts'
import { INVENTED } from './invented.ts'
import { errorIn } from './wire.ts'

export const unknownRevocation: Question = {
  id: 'unknown-revocation',
  question: 'What does the revocation of a token that is not known answer?',
  requests: 1,
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
        : 'Not as RFC 7009 §2.2 says, a status of 200: a session that has ended already would leave a failure.',
    }
  },
}

export const reuse: Question = {
  id: 'reuse',
  question: 'May a refresh token be used twice?',
  requests: 3,
  cost: 'The session of the probe mostly ends by it, and the provider may log it as an attack.',
  async ask({ settings, wire, session, replace }) {
    const { tokens } = await session()
    const asked = 'A refresh token was used, and used again at once; then the newest one.'
    const first = await wire.send(refreshRequest(settings, tokens))
    const renewed = readTokens(first, settings, defaultEnvironment(), tokens)
    if (!renewed) return { asked, seen: wire.told(first), means: 'The refresh failed: see what the server says.' }
    const second = await wire.send(refreshRequest(settings, tokens))
    const again = readTokens(second, settings, defaultEnvironment(), tokens)
    const third = await wire.send(refreshRequest(settings, again ?? renewed))
    const after = readTokens(third, settings, defaultEnvironment(), again ?? renewed)
    replace(after)
    const seen = [`used again: ${wire.told(second).join('; ')}`, `the newest: ${wire.told(third).join('; ')}`]
    if (again)
      return { asked, seen, means: 'A refresh whose answer is lost can be sent again: nothing is lost with it.' }
    const costs = after ? 'costs nothing but itself' : 'ends the session'
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
    means.replace(undefined)
    const seen = [`revocation: ${wire.told(answer).join('; ')}`]
    const works = isSuccess(answer) ? 'Revocation works.' : 'Revocation is refused: leave `endpoints.revocation` out.'
    const asked = 'The session of the probe was revoked.'
    if (!other) return { asked, seen, means: works }
    const dead = await wire.send(refreshRequest(settings, tokens))
    const alive = await wire.send(refreshRequest(settings, other.tokens))
    const left = readTokens(alive, settings, defaultEnvironment(), other.tokens)
    const rest = left && revocationRequest(settings, left)
    if (rest) await wire.send(rest)
    const isOver = errorIn(dead) !== ''
    return {
      asked: `${asked} Then it was used, and another session of the same merchant.`,
      seen: [
        ...seen,
        `its refresh: ${wire.told(dead).join('; ')}`,
        `the other session: ${left ? 'lives' : wire.told(alive).join('; ')}`,
      ],
      means: `${works} ${isOver ? 'The session ends with it' : 'The session does not end with it'}; ${
        left ? 'other sessions of the merchant go on.' : 'OTHER SESSIONS OF THE MERCHANT END TOO.'
      }`,
    }
  },
}
