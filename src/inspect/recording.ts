import type { Observation } from './observation.ts'
import { parseObservation } from './parse-observation.ts'

/** How a recording is written and read: JSON Lines, the first of which is a header, and each other one an observation. */

export interface Recording {
  readonly observations: readonly Observation[]
  /** What could not be read; all else has been. After 1,000 lines, one problem more says how many others there were. */
  readonly problems: readonly RecordingProblem[]
}

export interface RecordingProblem {
  /** From 1. */
  readonly line: number
  readonly reason: string
}

/** The version of the format, in every header. */
const VERSION = 1

/** The first line. @param at when the recording begins, in Unix milliseconds */
export function headerOf(at: number): string {
  return JSON.stringify({ type: 'recording', version: VERSION, at })
}

/** Any other line. */
export function lineOf(observation: Observation): string {
  return JSON.stringify(observation)
}

/** How a header begins; within the text of an observation its quotes would be escaped. */
const HEADER = '{"type":"recording",'

/** How many problems are told one by one. */
export const MOST_PROBLEMS = 1_000

const reasons = {
  empty: 'The file is empty.',
  noHeader: 'This is no recording: the first line does not say that it is one.',
  newer: 'This recording was written by a newer version of oauth-machines.',
  brokenOff: 'The line broke off, as when the power fails while it is written.',
  noJson: 'The line is no JSON.',
  noObservation: 'The line is no observation.',
} as const

/**
 * Reads a recording as {@link recorder} writes it. Never throws: what cannot be read is told in `problems`, by line,
 * and all else is there. Where the first line is no header, or of a newer version, nothing is read.
 *
 * A file to which several runs of a program were written one after another holds a header for each. Their actors are
 * numbered on, so that none is taken for one of an earlier run.
 */
export function parseRecording(text: string): Recording {
  const observations: Observation[] = []
  const problems: RecordingProblem[] = []
  const actors = createNumbering()
  /** Lines of which no more is told than how many there are. */
  const untold: number[] = []
  let isBegun = false

  for (const { line, piece, isCut } of piecesOf(text)) {
    const value = parseObject(piece)
    const version = versionOf(value)
    const observation = value === undefined ? undefined : parseObservation(value)
    const isReadable = version === undefined ? isBegun : version <= VERSION
    if (!isReadable) {
      problems.push({ line, reason: version === undefined ? reasons.noHeader : reasons.newer })
      break
    }
    isBegun = true
    if (version !== undefined) actors.beginRun()
    else if (observation) observations.push({ ...observation, actor: actors.numberOf(observation.actor) })
    else if (problems.length < MOST_PROBLEMS) problems.push({ line, reason: reasonWhy(piece, value, isCut) })
    else untold.push(line)
  }
  if (!isBegun && problems.length === 0) problems.push({ line: 1, reason: reasons.empty })
  const [line] = untold
  if (line !== undefined) problems.push({ line, reason: `From this one on, ${untold.length} lines could not be read.` })
  return { observations, problems }
}

/** Why something is no observation. */
function reasonWhy(piece: string, value: unknown, isCut: boolean): string {
  if (value !== undefined || !mayBeObject(piece)) return reasons.noObservation
  return isCut ? reasons.brokenOff : reasons.noJson
}

interface Piece {
  /** From 1. */
  readonly line: number
  readonly piece: string
  /** Whether no end of a line follows. */
  readonly isCut: boolean
}

/** Lines; one that broke off has the header of the next run behind it. */
function piecesOf(text: string): Piece[] {
  const lines = text.split('\n')
  const pieces = lines.flatMap((all, index) => {
    const header = all.indexOf(HEADER)
    const parts = header > 0 ? [all.slice(0, header), all.slice(header)] : [all]
    const isLast = index === lines.length - 1
    // What is trimmed may be a byte order mark, and the other half of the end of a line.
    return parts.map((part, at) => ({ line: index + 1, piece: part.trim(), isCut: isLast || at < parts.length - 1 }))
  })
  return pieces.filter(({ piece }) => piece !== '')
}

function mayBeObject(text: string): boolean {
  return text.startsWith('{')
}

/** `undefined` where it is none; an error takes long to make, and a damaged file may have a million of them. */
function parseObject(text: string): unknown {
  if (!mayBeObject(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The version of a header; `undefined` where it is none. */
function versionOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'recording') return undefined
  const version = 'version' in value ? value.version : undefined
  return typeof version === 'number' && version >= 1 ? version : undefined
}

/** The first run keeps its numbers; each later one goes on from the highest so far. */
function createNumbering() {
  let numbers: Map<string, string> | undefined
  let highest = 0
  return {
    beginRun() {
      numbers = numbers || highest > 0 ? new Map() : undefined
    },
    numberOf(actor: string): string {
      const number = numbers ? (numbers.get(actor) ?? String(highest + 1)) : actor
      numbers?.set(actor, number)
      highest = Math.max(highest, Number(number) || 0)
      return number
    },
  }
}
