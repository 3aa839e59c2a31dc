import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { fail, OAuthError } from '../failure.ts'

/** What the server answers with, by path. */
export type PageFiles = ReadonlyMap<string, PageFile>

export interface PageFile {
  readonly type: string
  readonly content: Buffer
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
}

/**
 * Reads the files of the page, all of them at once: what is not among them cannot be asked for, whatever a path says.
 * Rejects with {@link OAuthError} `not_supported` where the page has not been built.
 */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const names = await readdir(folder, { recursive: true }).catch(missing)
  const files = new Map<string, PageFile>()
  for (const name of names) {
    const type = types[extname(name)]
    if (type !== undefined)
      files.set(`/${name.split(sep).join('/')}`, { type, content: await readFile(join(folder, name)) })
  }
  const index = files.get('/index.html')
  if (!index) throw notBuilt()
  return files.set('/', index)
}

function missing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

function notBuilt(): OAuthError {
  return new OAuthError(
    fail('not_supported', {
      about: "startViewer, the viewer's page has not been built",
      remedy: 'Run: npm run build.',
    }),
  )
}
