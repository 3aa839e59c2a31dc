/** What the tests take from the product, in one place. */
export {
  type ConnectionEvent,
  type ConnectionRecord,
  createClient,
  createEnvironment,
  type FlowSnapshot,
  mypos,
  type Provider,
  type Registration,
  sumupPosPro,
  tyro,
  type Vault,
  VaultError,
} from '../../../src/index.ts'
export { fileVault, rawKey } from '../../../src/vault/file/index.ts'
export type { InFlight } from '../../../src/vault/record.ts'
