export { type LoopbackRedirect, loopbackRedirect } from './loopback-redirect.ts'
export type { LoopbackOptions } from './options.ts'
export type { LoopbackPage, LoopbackPages } from './pages.ts'
