import { rolldown } from 'rolldown'

/** The name of an entry's bundle. */
export const ENTRY = 'library.js'

/**
 * Bundles a module with all that it imports, for a browser and in memory.
 * Resolves with the files by name; {@link ENTRY} exports what the module does.
 */
export async function bundle(module: URL): Promise<ReadonlyMap<string, string>> {
  // What is of Node stays an import, and fails in the browser if it is ever reached.
  const build = await rolldown({ input: { library: module.pathname }, platform: 'browser', external: /^node:/ })
  try {
    const { output } = await build.generate({ format: 'esm', entryFileNames: ENTRY })
    return new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])))
  } finally {
    await build.close()
  }
}
