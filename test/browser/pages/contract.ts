import { checkVault } from '../../../src/vault/contract/index.ts'
import { webVault } from '../../../src/vault/web/index.ts'

declare global {
  /** Runs the contract of all vaults in the page; resolves with what became of each case, as plain JSON. */
  var checkWebVault: (database: string) => ReturnType<typeof checkVault>
}

globalThis.checkWebVault = (database) =>
  checkVault({ open: () => webVault({ database }), endsLeases: 'with their owner', watches: true })
