export { type Backend, backend } from './backend.ts'
export type { BackendOptions, Returned } from './options.ts'
