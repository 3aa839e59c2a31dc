import { describe, expect, it } from 'vitest'
import { troubleOf, withoutPromise } from '../../src/cli/told-failure.ts'
import { type Failure, fail, meanings, OAuthError } from '../../src/failure.ts'
import { VaultError } from '../../src/vault/vault-error.ts'

const said = (code: Failure['code'], retryAt?: number) =>
  troubleOf(new OAuthError(fail(code, { about: 'Tyro', ...(retryAt !== undefined && { retryAt }) }))).message

describe('the last word of a process', () => {
  it('says when to run it again', () => {
    const inAMinute = Date.now() + 60_100
    expect(said('rate_limited', inAMinute)).toBe('Tyro: the server asks for fewer requests. Run it again in 60 s.')
    expect(said('network', inAMinute)).toBe(
      'Tyro: the server was not reached. Check the network. Run it again in 60 s.',
    )
    expect(said('timeout', Date.now() - 1)).toBe('Tyro: no answer came in time. Run it again.')
    expect(troubleOf(new VaultError('full')).message).toMatch(/ Free some space\. Run it again\.$/)
  })

  it('is no promise that something is tried again, whatever has failed', () => {
    for (const code of Object.keys(meanings).filter((word): word is Failure['code'] => word in meanings))
      expect(said(code)).not.toMatch(/tried again/i)
  })

  it('is what it was, where that promises nothing', () => {
    expect(said('session_expired')).toBe('Tyro: the session has ended. The merchant must connect again.')
    expect(withoutPromise('Tyro: it is tried again, and in vain.')).toBe('Tyro: it is tried again, and in vain.')
  })
})
