import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ViewerOptions } from './options.ts'
import { openViewer, type Viewer } from './viewer.ts'

export type { ViewerOptions } from './options.ts'
export type { Viewer } from './viewer.ts'

/**
 * Starts a local web page that shows flows as they run: which state, why, since when and until when. It listens on 127.0.0.1
 * only, and lets in nobody without a link.
 *
 * Rejects with `OAuthError`: `invalid_configuration` for a wrong option, by name, and for a port that is taken (`retryable`
 * then); `not_supported` where the page has not been built.
 */
export function startViewer(options: ViewerOptions = {}): Promise<Viewer> {
  return openViewer(options, { page: pageFolder() })
}

/** Beside what is built, in `dist`; from the sources it is the same place. */
function pageFolder(): string {
  const built = fileURLToPath(new URL('../../viewer/', import.meta.url))
  return existsSync(built) ? built : fileURLToPath(new URL('../../dist/viewer/', import.meta.url))
}
