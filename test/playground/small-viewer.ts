import { openViewer, type Viewer } from '../../src/viewer/viewer.ts'

/** The viewer, with a page from the folder that the variable PAGE names. */
export function startViewer(): Promise<Viewer> {
  return openViewer({}, { page: process.env.PAGE ?? '' })
}
