export { type LoopbackOptions, type LoopbackRedirect, loopbackRedirect } from './loopback-redirect.ts'
export type { LoopbackPage, LoopbackPages } from './pages.ts'
