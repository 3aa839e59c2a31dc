import { OAuthError } from '../../failure.ts'
import type { Login, Means } from './finding.ts'
import type { Redirected } from './redirects.ts'

/** After these nobody knows whether the server has begun a session. */
const unclear = ['outcome_unknown', 'timeout']

/** The sessions of a probe, of which one is asked for where it is needed. */
export function createSessions(logIn: () => Promise<Login>, redirected: () => Promise<Redirected>) {
  let current: Login | undefined
  let [begun, ended] = [0, 0]
  let isUnclear = false

  async function begin(): Promise<Login> {
    try {
      const login = await logIn()
      begun += 1
      return login
    } catch (error) {
      isUnclear ||= !(error instanceof OAuthError) || unclear.includes(error.code)
      throw error
    }
  }

  const means: Omit<Means, 'settings' | 'wire'> = {
    async session() {
      current ??= await begin()
      return current
    },
    another: begin,
    redirected,
    replace(tokens) {
      current = tokens && current ? { ...current, tokens } : undefined
    },
    began() {
      begun += 1
    },
    ended() {
      ended += 1
    },
  }

  return {
    means,
    /** What the provider may still keep of the probe. */
    left(): string {
      if (begun === 0) return isUnclear ? 'No session is known to have begun.' : 'No session was begun.'
      if (begun === ended && !isUnclear) return 'The sessions of the probe have ended at the provider.'
      const counts = `Sessions begun: ${begun}; known to have ended at the provider: ${ended}.`
      return `${counts} Their tokens were kept nowhere: what has not ended goes on there until it does.`
    },
  }
}
