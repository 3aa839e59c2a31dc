import { type Command, InvalidArgumentError, Option } from 'commander'
import { WrongUse } from './command.ts'

/** What every command may be told. */
export function allOptions(command: Command): Command {
  return command
    .option('--vault <folder>', 'where all is kept (default: the place of your system, or OAUTH_MACHINES_VAULT)')
    .option('--json', 'prints one JSON object a line, for programs')
    .option('--verbose', 'tells each step to standard error')
}

/** Which connection is meant, for the commands about one. */
export function connectionOptions(command: Command): Command {
  return command.option('--connection <name>', 'which of several merchants', 'default')
}

export function savingOptions(command: Command): Command {
  return command.option('--no-save-secret', 'does not keep the client secret, sealed, beside the vault')
}

/** Who this is to the provider. A login remembers it. */
export function registrationOptions(command: Command): Command {
  return command
    .optionsGroup('Registration, remembered after the first time:')
    .option('--client-id <id>', 'what the provider gave you, or OAUTH_MACHINES_CLIENT_ID')
    .option('--client-secret-file <file>', 'where the secret stands; or OAUTH_MACHINES_CLIENT_SECRET, or you are asked')
    .option('--redirect-uri <uri>', 'as registered (default: http://127.0.0.1/callback, any free port)')
    .option('--sandbox', "the provider's test servers")
    .option('--no-sandbox', 'its real ones')
    .option('--scope <scopes...>', "what to ask for (default: the provider's)")
    .option('--deviation <names...>', 'discouraged ways that the provider documents')
    .addOption(refusedSecret())
    .on('option:client-secret', refuseSecret)
    .optionsGroup('Options:')
}

export function patienceOptions(command: Command): Command {
  return command.addOption(
    secondsOption('--timeout <seconds>', 'how long to wait (default: as long as the provider does)'),
  )
}

/** It is there to be refused with a reason. */
function refusedSecret(): Option {
  return new Option('--client-secret [value]').hideHelp()
}

function refuseSecret(): never {
  throw new WrongUse(
    '--client-secret is refused: whoever may list the processes of this machine would read it, and the history of the ' +
      'shell keeps it. Use --client-secret-file FILE, the variable OAUTH_MACHINES_CLIENT_SECRET, or wait to be asked.',
  )
}

export function portOption(port: number): Option {
  return new Option('--port <number>', 'where it listens, on 127.0.0.1; 0 is any free port')
    .default(port)
    .argParser((text) => {
      if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
      throw new InvalidArgumentError('It is no port.')
    })
}

export function secondsOption(flags: string, description: string, standard?: number): Option {
  const option = new Option(flags, description).argParser((text) => {
    if (/^\d{1,7}(\.\d{1,3})?$/.test(text)) return Number(text)
    throw new InvalidArgumentError('It is no number of seconds.')
  })
  return standard === undefined ? option : option.default(standard)
}
