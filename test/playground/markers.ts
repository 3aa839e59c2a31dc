import type { JournalEntry } from '../../src/emulator/index.ts'

const secretNames = [
  ...['access_token', 'refresh_token', 'device_code', 'client_secret', 'code', 'code_verifier', 'token'],
]
const promptNames = ['user_code', 'state', 'code_challenge']

/**
 * What went over the wire and may be nowhere else, and what only the screen may show: the user codes, and what stands in
 * the links that a merchant follows.
 */
export function markersOf(journal: readonly JournalEntry[]) {
  const named = (names: readonly string[]) =>
    new Set(
      journal.flatMap((entry) => membersOf(entry).flatMap(([name, value]) => (names.includes(name) ? value : []))),
    )
  const credentials = journal.flatMap(({ headers }) => headers.get('authorization')?.replace('Basic ', '') ?? [])
  return { secrets: [...named(secretNames), ...credentials], prompts: [...named(promptNames)] }
}

function membersOf({ form, query, body = '' }: JournalEntry): [string, string][] {
  const answer: unknown = body.startsWith('{') ? JSON.parse(body) : {}
  const members = Object.entries(answer ?? {}).map(([name, value]): [string, string] => [name, String(value)])
  return [...form, ...query, ...members]
}
