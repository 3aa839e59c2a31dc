import { invocation } from './invocation.ts'

/** An example of each command that works as it stands, given a client id of yours. */
export const examples = {
  login: `${invocation} login tyro --client-id the-id-that-tyro-gave-you
${invocation} login sumup-pos-pro --client-id yours --client-secret-file secret.txt --open`,
  token: `curl -H "Authorization: Bearer $(${invocation} token tyro)" https://api.tyro.com/connect/pos/orders`,
  status: `${invocation} status
${invocation} status tyro --connection shop-17 --json`,
  refresh: `${invocation} refresh tyro`,
  logout: `${invocation} logout tyro --connection shop-17`,
  import: `${invocation} import tyro --connection shop-17 --client-id yours < refresh-token.txt`,
  watch: `${invocation} watch
${invocation} watch tyro --json`,
  probe: `${invocation} probe mypos --sandbox --client-id yours > report.md`,
  providers: `${invocation} providers list
${invocation} providers show tyro > ours.json
${invocation} providers check ours.json`,
  emulator: `${invocation} emulator
${invocation} emulator --port 0 --interval 1`,
} as const

/** What there is to say of all commands. */
export const ending = `
PROVIDER is a preset (mypos, sumup-pos-pro, tyro), a provider of a login before, or the path of a JSON file.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 a person is needed; 130 cancelled by Ctrl-C, 143 ended by SIGTERM.

Environment:
  OAUTH_MACHINES_CLIENT_ID, OAUTH_MACHINES_CLIENT_SECRET   the registration
  OAUTH_MACHINES_VAULT                                     the folder in which all is kept
  OAUTH_MACHINES_KEY    the key of the vault: 32 random bytes in base64 (openssl rand -base64 32), or the word
                        keyring, for the keyring of the system; else the folder has a file of its own for it

Try it without a provider: ${invocation} emulator

${invocation} <command> --help says more.`
