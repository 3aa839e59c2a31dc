import { CommanderError } from 'commander'
import { print, WrongUse } from './command.ts'
import { exitCodeOf, Interruption } from './exit-codes.ts'
import { jsonLine, printable } from './printable.ts'
import { createProgram } from './program.ts'
import { heedOutput } from './terminal.ts'
import { troubleOf } from './told-failure.ts'
import { version } from './version.ts'

/** Does what was typed, says what went wrong, and sets the exit code. */
export async function main(words: readonly string[]): Promise<void> {
  heedOutput()
  const program = createProgram()
  const say = (trouble: unknown) => {
    const { isJson = words.includes('--json'), isVerbose = false } = program.terminal() ?? {}
    report(trouble, isJson, isVerbose)
  }
  // Nothing is left that the command could wait for: without this it would end without a word.
  const stranded = () => say(new Error('stranded'))
  process.once('beforeExit', stranded)
  try {
    if (words[0] === '--version') return print(version())
    if (words.length === 0) throw new WrongUse('Which command?')
    await program.command.parseAsync(words, { from: 'user' })
    process.exitCode ??= program.exitCode()
  } catch (error) {
    const trouble = error instanceof CommanderError ? wrongUseOf(error, words) : firstOf(error)
    if (trouble !== undefined) say(trouble)
  } finally {
    process.off('beforeExit', stranded)
  }
}

/** What a command was ended by, where its connection could not be stopped well after it: that comes second. */
function firstOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'SuppressedError' && 'suppressed' in error ? error.suppressed : error
}

/** What commander complains of, in our words; nothing where a help was asked for and given. */
function wrongUseOf({ code, exitCode, message }: CommanderError, words: readonly string[]): WrongUse | undefined {
  if (exitCode === 0) return undefined
  const word = wordOf(message, words)
  const hint = hintIn(message, word)
  if (code === 'commander.help') return new WrongUse('Which command?')
  if (code === 'commander.unknownCommand') return new WrongUse(`There is no command ${word}.${hint}`)
  // Of what was typed no more is repeated than a name: it may be a secret in the wrong place.
  if (code === 'commander.excessArguments') return new WrongUse(`Too many arguments for ${words[0]}.`)
  if (code === 'commander.unknownOption' && guessesIn(message).includes(word))
    return new WrongUse(`${word} takes no value.`)
  if (code === 'commander.unknownOption') return new WrongUse(`There is no option ${word}.${hint}`)
  return new WrongUse(`${message.replace(/^error: /, '').replace(/^./, (letter) => letter.toUpperCase())}`)
}

/** What commander quotes, without what follows an equals sign. */
function wordOf(message: string, [first = '']: readonly string[]): string {
  return /'([^'=]*)/.exec(message)?.[1] ?? first
}

function guessesIn(message: string): string[] {
  return /\(Did you mean (?:one of )?([^)]*)\?\)/.exec(message)?.[1]?.split(', ') ?? []
}

/** What commander guesses, where that helps: a word that begins in another way was hardly meant. */
function hintIn(message: string, typed: string): string {
  const first = (word: string) => word.replace(/^-+/, '').charAt(0)
  const helpful = guessesIn(message).filter((guess) => first(guess) === first(typed))
  return helpful.length === 0 ? '' : ` Did you mean ${helpful.join(' or ')}?`
}

function report(trouble: unknown, isJson: boolean, isVerbose: boolean): void {
  const exitCode = exitCodeOf(trouble)
  process.exitCode = exitCode
  if (trouble instanceof Interruption && trouble.by === 'pipe') return
  const told = troubleOf(trouble)
  if (isJson) process.stdout.write(`${jsonLine({ version: 1, type: 'failure', ...told, exitCode })}\n`)
  const lines = [told.message.trimEnd()]
  if (trouble instanceof WrongUse) lines.push(`See ${trouble.see}.`)
  // Where it happened, and not what was said there: that may hold anything.
  if (told.code === 'defect' && isVerbose && trouble instanceof Error)
    lines.push(...(trouble.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line)))
  process.stderr.write(`${printable(lines.join('\n'))}\n`)
}
