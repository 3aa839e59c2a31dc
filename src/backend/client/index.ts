export type { LentToken } from '../wire.ts'
export { type BackendClient, createBackendClient } from './backend-client.ts'
export type { BackendConnection } from './backend-connection.ts'
export type { BackendClientOptions } from './options.ts'
