import { afterEach } from 'vitest'
import type { ViewerOptions } from '../../../src/viewer/options.ts'
import { openViewer, type Viewer } from '../../../src/viewer/viewer.ts'
import { smallPage, temporaryFolder } from './folders.ts'

const endings: (() => PromiseLike<void>)[] = []

/** Ends something after the test, the last thing first. */
export function atEnd(end: () => PromiseLike<void>): void {
  endings.unshift(end)
}

afterEach(async () => {
  for (const end of endings.splice(0)) await end()
})

/** A viewer with a small page; it ends with the test. */
export async function testViewer(options: ViewerOptions = {}, patience?: number): Promise<Viewer> {
  const folder = await temporaryFolder(smallPage)
  atEnd(() => folder[Symbol.asyncDispose]())
  const viewer = await openViewer(options, { page: folder.path, ...(patience !== undefined && { patience }) })
  atEnd(viewer.close)
  return viewer
}
