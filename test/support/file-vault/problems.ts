import { OAuthError } from '../../../src/failure.ts'
import { VaultError } from '../../../src/vault/vault-error.ts'

/** The problem that a vault names; `undefined` where there was none. Anything untyped fails the test. */
export async function problemOf(asked: Promise<unknown>): Promise<string | undefined> {
  try {
    await asked
    return undefined
  } catch (error) {
    if (error instanceof VaultError) return error.problem
    throw error
  }
}

/** What a host is told of wrong options. */
export function refusal(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    if (error instanceof OAuthError && error.code === 'invalid_configuration') return error.message
    throw error
  }
  return 'accepted'
}
