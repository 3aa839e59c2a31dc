import { OAuthError } from '../../failure.ts'
import { VaultError, type VaultProblem } from '../vault-error.ts'

/** Does something with the disk. What goes wrong leaves as the problem that it means: system errors tell paths. */
export async function disk<T>(action: 'reading' | 'writing', work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof VaultError || error instanceof OAuthError) throw error
    throw new VaultError(problemOf(codeOf(error), action))
  }
}

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG']
const FORBIDDEN = ['EROFS', 'EACCES', 'EPERM']
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']

/** What a system error means for a vault; whatever is not known, the place cannot be read. */
export function problemOf(code: string, action: 'reading' | 'writing'): VaultProblem {
  if (FULL.includes(code)) return 'full'
  if (FORBIDDEN.includes(code) && action === 'writing') return 'read_only'
  return 'unreadable'
}

/** Whether a link was refused since the place has none. The file to be linked was just written beside it. */
export function lacksLinks(code: string): boolean {
  return NO_LINKS.includes(code)
}

/** The word of a system error, such as `ENOENT`; empty for any other. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

/** Does something that may meet what is not there, and says so with `undefined`. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
