export { authorizationCode } from '../machines/authorization-code.ts'
export { clientCredentials } from '../machines/client-credentials.ts'
export { deviceCode } from '../machines/device-code.ts'
export type { FlowContext, FlowEmitted, FlowTag } from '../machines/flow.ts'
export type { Alarm, AlarmOptions } from './alarms.ts'
export type { BaseConnection, Listener } from './base-connection.ts'
export { type Client, createClient } from './client.ts'
export type { ClientOptions } from './client-options.ts'
export type {
  AccessTokenOptions,
  Connection,
  ConnectionEmitted,
  ForeignSession,
  RespondOptions,
  TokenDetails,
} from './connection.ts'
export type { Deadline, Errand, FlowEvent } from './dialogue.ts'
export { createEnvironment, type Environment } from './environment.ts'
export { type Failure, type FailureCode, OAuthError } from './failure.ts'
export type { FlowActor, FlowSnapshot } from './flow-actor.ts'
export { defineProvider } from './providers/define-provider.ts'
export { mypos } from './providers/mypos.ts'
export type { Deviation, Endpoint, Endpoints, Grant, Provider } from './providers/provider.ts'
export { sumupPosPro } from './providers/sumup-pos-pro.ts'
export { tyro } from './providers/tyro.ts'
export { type Prompt, type Requested, type Standing, type Summary, standing, type TokenSummary } from './recall.ts'
export type { Registration } from './registration.ts'
export { type Sealed, seal } from './sealed.ts'
export type { ConnectionEvent } from './sealing.ts'
export type { Transition } from './transitions.ts'
export { memoryVault } from './vault/memory.ts'
export type {
  Adopted,
  ConnectionRecord,
  DevicePending,
  EndedBecause,
  InFlight,
  RedirectPending,
  Tokens,
} from './vault/record.ts'
export type { Entry, Lease, Vault } from './vault/vault.ts'
export { VaultError, type VaultProblem } from './vault/vault-error.ts'
