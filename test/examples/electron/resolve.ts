/** Loaded before the main process: `electron` is the stand-in, and this package is its sources. */
import { registerHooks } from 'node:module'

const sources = new URL('../../../src/', import.meta.url)

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'electron') return next(new URL('main-stand-in.ts', import.meta.url).href, context)
    const [, entry] = /^oauth-machines(\/.+)?$/.exec(specifier) ?? [undefined, undefined]
    if (!specifier.startsWith('oauth-machines')) return next(specifier, context)
    return next(new URL(`.${entry ?? ''}/index.ts`, sources).href, context)
  },
})
