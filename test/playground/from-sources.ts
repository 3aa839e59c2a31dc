import { registerHooks } from 'node:module'

/** For a process of its own: the package is what the sources are, not what the last build left in dist. */
const sources: Readonly<Record<string, string>> = {
  'oauth-machines': '../../src/index.ts',
  'oauth-machines/emulator': '../../src/emulator/index.ts',
  'oauth-machines/inspect': '../../src/inspect/index.ts',
  'oauth-machines/viewer': './small-viewer.ts',
}

registerHooks({
  resolve(specifier, context, next) {
    const source = sources[specifier]
    return next(source === undefined ? specifier : new URL(source, import.meta.url).href, context)
  },
})
