import { styleText } from 'node:util'
import { exitCodes, Interruption, type Signal } from './exit-codes.ts'
import type { JsonLine } from './json.ts'
import { jsonLine, printable } from './printable.ts'

/** What every command may be told. */
export interface TerminalOptions {
  readonly json?: boolean
  readonly verbose?: boolean
}

export type Style = Parameters<typeof styleText>[0]

/** Where a command speaks, and hears that it is to end. */
export interface Terminal {
  readonly isJson: boolean
  readonly isVerbose: boolean
  /** Aborts with an {@link Interruption}. A second signal ends the process at once. */
  readonly signal: AbortSignal
  /** A result for people, to standard output; with `--json`, nothing. */
  print(text: string): void
  /** A result for programs, to standard output; nothing without `--json`. */
  tell(line: JsonLine): void
  /** A line beside the result, to standard error. */
  note(text: string): void
  /** Exactly this, and the end of the line, to standard output. */
  put(text: string): void
  /** Colours for standard output: none where nobody would see them. */
  style(style: Style, text: string): string
}

export function createTerminal({ json = false, verbose = false }: TerminalOptions): Terminal {
  const signal = interruptions()
  const put = (text: string) => void process.stdout.write(`${text}\n`)
  const note = (text: string) => void process.stderr.write(`${printable(text)}\n`)
  return {
    isJson: json,
    isVerbose: verbose,
    signal,
    put,
    note,
    print: (text) => (json ? undefined : put(printable(text))),
    tell: (line) => (json ? put(jsonLine({ version: 1, ...line })) : undefined),
    style: (style, text) => styleText(style, text, { stream: process.stdout }),
  }
}

function interruptions(): AbortSignal {
  const controller = new AbortController()
  const interrupt = (by: Signal) => {
    if (controller.signal.aborted) process.exit(exitCodes[by])
    controller.abort(new Interruption(by))
  }
  for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt(name))
  return AbortSignal.any([controller.signal, unread.signal])
}

const unread = new AbortController()

/** Aborts with an {@link Interruption} when nobody reads what is said here any more, as behind `| head`. */
export const nobodyReads = unread.signal

/** To be called before anything is said: trouble with the output would end the process with a stack. */
export function heedOutput(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // Whoever read along may go away; what a full disk did not take is missed.
    if (code !== 'EPIPE') {
      process.exitCode = exitCodes.failed
      process.stderr.write(`The output could not be written (${code}).\n`)
    }
    unread.abort(new Interruption('pipe'))
  })
  process.stderr.on('error', () => unread.abort(new Interruption('pipe')))
}

/** Waits until somebody ends the command, which is no failure unless nobody reads along any more. */
export async function interrupted(signal: AbortSignal): Promise<void> {
  // A signal alone keeps no process alive.
  const alive = setInterval(() => {}, 2 ** 30)
  try {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    clearInterval(alive)
  }
  if (signal.reason instanceof Interruption && signal.reason.by === 'pipe') throw signal.reason
}
