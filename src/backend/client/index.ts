export type { LentToken } from '../wire.ts'
export { type BackendClient, type BackendClientOptions, createBackendClient } from './backend-client.ts'
export type { BackendConnection } from './backend-connection.ts'
