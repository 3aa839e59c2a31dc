import type { Observation } from '../../inspect/observation.ts'
import { recorder } from '../../inspect/recorder.ts'

/** Lets the browser save what was seen, as a recording. */
export function download(observations: readonly Observation[], name: string): void {
  const url = URL.createObjectURL(new Blob([recordingOf(observations)], { type: 'application/jsonl' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser needs it until the click has been understood.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** As the recorder writes it: actors are counted from 1 again, whichever host they were of. */
export function recordingOf(observations: readonly Observation[]): string {
  const lines: string[] = []
  const record = recorder((line) => lines.push(`${line}\n`))
  const numbers = new Map<string, string>()
  for (const observation of observations) {
    const actor = numbers.get(observation.actor) ?? String(numbers.size + 1)
    numbers.set(observation.actor, actor)
    record({ ...observation, actor })
  }
  return lines.join('')
}

/** A name that sorts by time, as `recording-2025-10-24-14-03.jsonl`. */
export function nameOf(instant: number): string {
  const stamp = new Date(instant).toISOString().slice(0, 16).replaceAll(/[T:]/g, '-')
  return `recording-${stamp}.jsonl`
}
