import { CommanderError } from 'commander'
import { print, WrongUse } from './command.ts'
import { exitCodeOf, Interruption } from './exit-codes.ts'
import { jsonLine, printable } from './printable.ts'
import { createProgram } from './program.ts'
import { troubleOf } from './told-failure.ts'
import { version } from './version.ts'

/** Does what was typed, says what went wrong, and sets the exit code. */
export async function main(words: readonly string[]): Promise<void> {
  const program = createProgram()
  try {
    if (words[0] === '--version') return print(version())
    if (words.length === 0) throw new WrongUse('Which command?')
    await program.command.parseAsync(words, { from: 'user' })
    process.exitCode ??= program.exitCode()
  } catch (error) {
    const trouble = error instanceof CommanderError ? wrongUseOf(error, words) : error
    const { isJson = words.includes('--json'), isVerbose = false } = program.terminal() ?? {}
    if (trouble !== undefined) report(trouble, isJson, isVerbose)
  }
}

/** What commander complains of, in our words; nothing where a help was asked for and given. */
function wrongUseOf({ code, exitCode, message }: CommanderError, words: readonly string[]): WrongUse | undefined {
  if (exitCode === 0) return undefined
  const hint = /\(Did you mean [^)]*\)/.exec(message)?.[0] ?? ''
  if (code === 'commander.help') return new WrongUse('Which command?')
  if (code === 'commander.unknownCommand') return new WrongUse(`There is no command ${wordOf(message, words)}. ${hint}`)
  // Of what was typed no more is repeated than a name: it may be a secret in the wrong place.
  if (code === 'commander.excessArguments') return new WrongUse(`Too many arguments for ${words[0]}.`)
  if (code === 'commander.unknownOption') return new WrongUse(`There is no option ${wordOf(message, words)}. ${hint}`)
  return new WrongUse(`${message.replace(/^error: /, '').replace(/^./, (letter) => letter.toUpperCase())}`)
}

/** What commander quotes, without what follows an equals sign. */
function wordOf(message: string, [first = '']: readonly string[]): string {
  return /'([^'=]*)/.exec(message)?.[1] ?? first
}

function report(trouble: unknown, isJson: boolean, isVerbose: boolean): void {
  const exitCode = exitCodeOf(trouble)
  process.exitCode = exitCode
  if (trouble instanceof Interruption && trouble.by === 'pipe') return
  const told = troubleOf(trouble)
  if (isJson) process.stdout.write(`${jsonLine({ version: 1, type: 'failure', ...told, exitCode })}\n`)
  const lines = [told.message.trimEnd()]
  if (trouble instanceof WrongUse) lines.push('See oauth-machines --help.')
  // Where it happened, and not what was said there: that may hold anything.
  if (told.code === 'defect' && isVerbose && trouble instanceof Error)
    lines.push(...(trouble.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line)))
  process.stderr.write(`${printable(lines.join('\n'))}\n`)
}
