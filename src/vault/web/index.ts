export { type WebVaultOptions, webVault } from './web-vault.ts'
