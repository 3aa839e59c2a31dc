import { Command } from 'commander'
import { print } from './command.ts'
import type { EmulatorOptions } from './emulate.ts'
import { ending, examples } from './help.ts'
import { invocation } from './invocation.ts'
import type { LogoutOptions } from './logout.ts'
import type { LoginOptions } from './plain-login.ts'
import type { ProbeOptions } from './probe/probe.ts'
import {
  allOptions,
  connectionOptions,
  patienceOptions,
  portOption,
  registrationOptions,
  savingOptions,
  secondsOption,
} from './program-options.ts'
import type { ProvidersOptions } from './providers.ts'
import type { SessionOptions } from './session.ts'
import type { StatusOptions } from './status.ts'
import { createTerminal, type Terminal, type TerminalOptions } from './terminal.ts'
import type { TokenOptions } from './token.ts'
import type { WatchOptions } from './watch.ts'

/** What main does with what was typed. */
export interface Program {
  readonly command: Command
  /** Where the command that runs speaks; `undefined` before there is one. */
  terminal(): Terminal | undefined
  /** What a command that ended well wants the process to end with. */
  exitCode(): number
}

type Told<Options> = Options & TerminalOptions

/** All commands; what one does is loaded when it runs. */
export function createProgram(): Program {
  const root = createRoot()
  let terminal: Terminal | undefined
  let exitCode = 0
  const speaking = (options: TerminalOptions) => {
    terminal = createTerminal(options)
    return terminal
  }
  const add = (words: string, summary: string, example: string) => allOptions(addTo(root, words, summary, example))
  const forOne = (words: string, summary: string, example: string) =>
    registrationOptions(connectionOptions(add(words, summary, example)))

  const forSome = (words: string, summary: string, example: string) =>
    registrationOptions(add(words, summary, example).option('--connection <name>', 'only this one'))

  savingOptions(
    patienceOptions(forOne('login <provider>', 'connects, or goes on with a login that was begun', examples.login)),
  )
    .option('--open', 'opens the link in the browser of this machine')
    .action(async (provider: string, options: Told<LoginOptions>) => {
      const { login } = await import('./login.ts')
      await login(provider, options, speaking(options))
    })

  savingOptions(
    patienceOptions(forOne('token <provider>', 'prints a fresh access token, and nothing else', examples.token)),
  ).action(async (provider: string, options: Told<TokenOptions>) => {
    const { token } = await import('./token.ts')
    await token(provider, options, speaking(options))
  })

  add('status [provider]', 'tells how the connections stand; asks nobody', examples.status)
    .option('--connection <name>', 'only this one')
    .action(async (provider: string | undefined, options: Told<StatusOptions>) => {
      const { status } = await import('./status.ts')
      exitCode = await status(provider, options, speaking(options))
    })

  patienceOptions(forOne('refresh <provider>', 'gets a new token now', examples.refresh)).action(
    async (provider: string, options: Told<TokenOptions>) => {
      const { refresh } = await import('./refresh.ts')
      await refresh(provider, options, speaking(options))
    },
  )

  forOne('logout <provider>', 'revokes the session at the provider, then forgets it here', examples.logout)
    .option('--local', 'only forgets it here')
    .action(async (provider: string, options: Told<LogoutOptions>) => {
      const { logout } = await import('./logout.ts')
      await logout(provider, options, speaking(options))
    })

  forOne('import <provider>', 'adopts a refresh token from standard input', examples.import).action(
    async (provider: string, options: Told<SessionOptions>) => {
      const { importToken } = await import('./import.ts')
      await importToken(provider, options, speaking(options))
    },
  )

  forSome('watch [provider]', 'runs connections and tells what happens, until Ctrl-C', examples.watch).action(
    async (provider: string | undefined, options: Told<WatchOptions>) => {
      const { watch } = await import('./watch.ts')
      await watch(provider, options, speaking(options))
    },
  )

  patienceOptions(forOne('probe <provider>', 'asks a live server what its documentation leaves open', examples.probe))
    .option('--yes', 'does not ask whether to go on')
    .option('--pkce', 'also sends a wrong verifier, for which somebody logs in once more')
    .option('--reuse', 'also uses a refresh token twice, which mostly ends the session of the probe')
    .option('--revoke', 'also revokes; some servers then end other sessions of the same merchant too')
    .option('--open', 'opens the link in the browser of this machine')
    .addOption(secondsOption('--pause <seconds>', 'between two requests', 1))
    .action(async (provider: string, options: Told<ProbeOptions>) => {
      const { probe } = await import('./probe/probe.ts')
      await probe(provider, options, speaking(options))
    })

  addProviders(root, speaking)

  add('emulator', 'emulates the providers on this machine, to try all this', examples.emulator)
    .addOption(portOption(4456))
    .addOption(secondsOption('--interval <seconds>', 'between two polls of a device login', 2))
    .addOption(secondsOption('--lifetime <seconds>', 'of access tokens (default: as long as the real ones)'))
    .action(async (options: Told<EmulatorOptions>) => {
      const { emulate } = await import('./emulate.ts')
      await emulate(options, speaking(options))
    })

  addInspect(root)
  return { command: root, terminal: () => terminal, exitCode: () => exitCode }
}

function createRoot(): Command {
  return new Command('oauth-machines')
    .description('Connects to point-of-sale providers by OAuth, and keeps the connections alive.')
    .usage('<command> [options]')
    .helpOption('-h, --help', 'this text')
    .option('--version', 'which version this is')
    .helpCommand(false)
    .addHelpText('after', ending)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .enablePositionalOptions()
}

function addTo(parent: Command, words: string, summary: string, example: string): Command {
  return parent
    .command(words)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    .helpOption('-h, --help', 'this text')
    .addHelpText('after', `\nExample:\n${example.replaceAll(/^/gm, '  ')}`)
}

function addProviders(root: Command, speaking: (options: TerminalOptions) => Terminal): void {
  const providers = addTo(root, 'providers', 'lists, shows and checks what PROVIDER may be', examples.providers)
  const add = (words: string, summary: string, example: string) => allOptions(addTo(providers, words, summary, example))

  add('list', 'those that come with this package, and those of logins', `${invocation} providers list`).action(
    async (options: Told<ProvidersOptions>) => {
      const { listProviders } = await import('./providers.ts')
      await listProviders(options, speaking(options))
    },
  )
  add('show <id>', 'its data as JSON, to be saved and changed', `${invocation} providers show tyro > ours.json`).action(
    async (id: string, options: Told<ProvidersOptions>) => {
      const { showProvider } = await import('./providers.ts')
      await showProvider(id, options, speaking(options))
    },
  )
  add('check <file>', 'whether a JSON file holds a provider', `${invocation} providers check ours.json`).action(
    async (file: string, options: TerminalOptions) => {
      const { checkProviderFile } = await import('./providers.ts')
      await checkProviderFile(file, speaking(options))
    },
  )
}

/** It reads its options itself. */
function addInspect(root: Command): void {
  root
    .command('inspect [options...]')
    .summary('shows flows as they run, in a page on this machine')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: readonly string[]) => {
      const { inspect } = await import('./inspect.ts')
      if (words.some((word) => word === '--help' || word === '-h')) return print(inspect.help)
      await inspect.run(words)
    })
}
