import { isAbsolute } from 'node:path'
import { env } from 'node:process'
import envPaths from 'env-paths'

/** The folders that the platform prescribes. A variable with a relative path is to be ignored. @see XDG Base Directory */
export function systemPaths() {
  for (const name of ['XDG_DATA_HOME', 'XDG_CACHE_HOME']) if (!isAbsolute(env[name] ?? '')) delete env[name]
  return envPaths('oauth-machines', { suffix: '' })
}
