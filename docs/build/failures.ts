import { type FailureCode, meanings } from '../../src/failure.ts'
import { problems } from '../../src/vault/vault-error.ts'
import { english } from '../../src/view/english.ts'
import { whoCanAct } from '../../src/view/failures.ts'
import { causes } from './failure-causes.ts'
import { code, page, table } from './markdown.ts'

/** Whoever has to do most comes first. */
const groups = [
  ['merchant', 'The merchant can do something'],
  ['operator', 'Whoever looks after the device can do something'],
  ['developer', 'Whoever made the software can do something'],
  ['nobody', 'It mostly passes by itself'],
  [undefined, 'Nothing is in trouble'],
] as const

const names = Object.keys(causes).filter((name): name is FailureCode => Object.hasOwn(meanings, name))

/** All failure codes, with cause and remedy. */
export function failuresPage(): string {
  return page(
    '# Failure codes',
    'Look up what a `failure.code` means, what has caused it, and what to do. Generated from the code.',
    'A failure is plain data, free of secrets, in `context.failure`, in the event `ended`, and in every `OAuthError`: its `message` ' +
      "names the provider, the step and the remedy, `error` is the server's own word, `retryAt` is when it is tried again. The " +
      'list is closed: a new code is a new minor version. What a screen says is the English text of ' +
      '[`oauth-machines/view`](api/view.md), which also knows when a remedy differs.',
    ...groups.flatMap(([who, title]) => [`## ${title}`, ...names.filter((name) => whoCanAct[name] === who).map(part)]),
    '## What is wrong with a vault',
    'The `problem` of a `VaultError`; its text goes into the message of `vault_unavailable` or `vault_mismatch`.',
    table(
      ['problem', 'meaning', 'remedy', 'failure code'],
      Object.entries(problems).map(([name, { what, remedy, mismatch }]) => [
        code(name),
        sentence(what),
        remedy,
        code(mismatch ? 'vault_mismatch' : 'vault_unavailable'),
      ]),
    ),
  )
}

/** What the exchange of a code may meet as well, where nothing is tried again. */
const inExchanges: readonly FailureCode[] = [
  'rate_limited',
  'server_unavailable',
  'network',
  'timeout',
  'invalid_response',
  'unexpected_redirect',
]

function retries(name: FailureCode): string {
  if (!meanings[name].retryable) return ''
  if (!inExchanges.includes(name)) return ' `retryable` is true.'
  return ' `retryable` is true, but not for the exchange of a code, which is never repeated: then start again.'
}

function part(name: FailureCode): string {
  const { what, remedy } = meanings[name]
  const { text, remedy: shown } = english.failures[name]
  return [
    `### ${code(name)}\n`,
    `${sentence(what)}${retries(name)}\n`,
    `- Cause: ${causes[name]}`,
    `- Remedy: ${remedy}`,
    `- On a screen: _${text} ${shown}_`,
  ].join('\n')
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
