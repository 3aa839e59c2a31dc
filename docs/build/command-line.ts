import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import { code, page, table } from './markdown.ts'

/** All commands with their options, and what `--json` prints. */
export function commandLinePage(): string {
  const { command: root } = createProgram()
  return page(
    '# Commands and JSON lines',
    'Look up an option of a command, or a line that `--json` prints. Generated from the code; how to begin stands in ' +
      '[the command line](../command-line.md).',
    '## Commands',
    ...root.commands.map(commandPart),
    '## JSON lines',
    'With `--json`, standard output is one of these objects a line, each with `version: 1`.',
    `\`\`\`ts\n${jsonLines()}\n\`\`\``,
  )
}

function commandPart(command: Command): string {
  const parts = [`### ${code(command.name())}`, `${code(usageOf(command))}: ${command.summary()}.`]
  const rows = (command.commands.length > 0 ? command.commands : [command]).flatMap(rowsOf)
  if (command.commands.length > 0)
    parts.push(
      table(
        ['command', 'does'],
        command.commands.map((one) => [code(`${command.name()} ${usageOf(one)}`), one.summary()]),
      ),
    )
  else if (rows.length > 0) parts.push(table(['option', 'does'], rows))
  else parts.push(`${code(`oauth-machines ${command.name()} --help`)} tells its options.`)
  return parts.join('\n\n')
}

function usageOf(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const word = `${argument.name()}${argument.variadic ? '…' : ''}`
    return argument.required ? `<${word}>` : `[${word}]`
  })
  return [command.name(), ...words].join(' ')
}

function rowsOf(command: Command): string[][] {
  return command.options
    .filter(({ hidden }) => !hidden)
    .map(({ flags, description, defaultValue }) => {
      const isSaid = defaultValue === undefined || typeof defaultValue === 'boolean' || description.includes('default')
      return [code(flags), isSaid ? description : `${description} (default: ${String(defaultValue)})`]
    })
}

/** The declarations as they stand, from the first that is no import. */
function jsonLines(): string {
  const source = readFileSync(new URL('../../src/cli/json.ts', import.meta.url), 'utf8')
  return source.slice(source.indexOf('/**')).trimEnd()
}
