import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Place, Running } from './processes.ts'

const folder = fileURLToPath(new URL('../../fixtures/cli/', import.meta.url))

/** Writes down what is typed and what comes, in the words of every day: no codes, no times, no places. */
export function createTranscript(place: Place, names: Readonly<Record<string, string>>) {
  const lines: string[] = []

  /** Types a command, does what somebody does meanwhile, and waits for its end. */
  async function type(
    words: readonly string[],
    settings: Parameters<Place['start']>[1] = {},
    meanwhile?: (running: Running) => Promise<unknown>,
  ) {
    const running = place.start(words, meanwhile ? settings : { input: '', ...settings })
    await meanwhile?.(running)
    const { code, out, err } = await running.ended()
    const told = (text: string, sign: string) =>
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => `${sign}${line}`.trimEnd())
    lines.push(`$ oauth-machines ${words.join(' ')}`, ...told(out, ''), ...told(err, '! '), `[${code}]`, '')
    return { code, out, err }
  }

  return { type, text: () => normal(lines.join('\n'), place.folder, names) }
}

function normal(text: string, home: string, names: Readonly<Record<string, string>>): string {
  let plain = text
  for (const [found, name] of Object.entries(names)) plain = plain.replaceAll(found, name)
  return plain
    .replaceAll(`${home}/`, '')
    .replaceAll(/127\.0\.0\.1(:|%3A)\d+/g, '127.0.0.1$1PORT')
    .replaceAll(/\b[A-Z]{4}-[A-Z]{4}\b/g, 'CODE-CODE')
    .replaceAll(/((?:state|code_challenge)=)[\w-]+/g, '$1RANDOM')
    .replaceAll(/\beyJ[\w.-]+/g, 'ACCESS.TOKEN')
    .replaceAll(/("accessToken":")[^"]+/g, '$1ACCESS.TOKEN')
    .replaceAll(/^[\w-]{40,}$/gm, 'ACCESS.TOKEN')
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, 'HH:MM:SS')
    .replaceAll(/\b\d+:\d\d\b/g, 'M:SS')
    .replaceAll(/\b\d{13}\b/g, 'INSTANT')
    .replaceAll(/\b\d{4}-\d\d-\d\d\b/g, 'DATE')
    .replaceAll(/\b(?:\d+ (?:d|h|min|s)\b ?)+(?=[^\w]|$)/gm, 'SPAN ')
    .replaceAll(/\bSPAN +(?=[,·\n]|$)/gm, 'SPAN')
    .replaceAll(/\d+ polls/g, 'N polls')
}

/** The transcript that is kept; `UPDATE_FIXTURES=1` keeps this one. */
export function kept(name: string, text: string): string {
  const file = `${folder}${name}.txt`
  if (process.env.UPDATE_FIXTURES) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, text)
  }
  return readFileSync(file, 'utf8')
}
