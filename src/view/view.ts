import { buttonsOf } from './buttons.ts'
import { english } from './english.ts'
import { failureOf } from './failures.ts'
import { instructionOf, promptOf } from './prompt.ts'
import { type Scene, sceneOf } from './scene.ts'
import type { Seen } from './seen.ts'
import type { Tone, View } from './shown.ts'
import { titleOf } from './title.ts'
import { waitingOf } from './waiting.ts'
import type { Words } from './words.ts'

/**
 * Tells what a screen shows, from what is known of a connection. It is pure and fails at nothing, and cheap enough for each
 * second and each transition; `qr` is the same array as long as the link is the same. What comes back is for the screen
 * only: it holds the user code and the links, so log it nowhere.
 *
 * @param now Unix milliseconds, by the clock of the connection
 * @param words the language. Default: English.
 */
export function view(seen: Seen, now: number, words: Words = english): View {
  const { stopped, name, provider } = seen
  const place = name !== undefined && provider !== undefined && { place: words.place(name, provider) }
  return { ...(stopped ? stoppedView(words) : liveView(sceneOf(seen, now), words)), ...place }
}

function liveView(scene: Scene, words: Words): View {
  const prompt = promptOf(scene, words)
  const instruction = instructionOf(scene, prompt, words)
  const waiting = waitingOf(scene, words)
  const failure = failureOf(scene, words)
  return {
    title: titleOf(scene, words),
    tone: toneOf(scene),
    ...(instruction !== undefined && { instruction }),
    ...prompt,
    ...(waiting && { waiting }),
    buttons: buttonsOf(scene, words),
    ...(failure && { failure }),
  }
}

function stoppedView({ titles, waiting }: Words): View {
  return { title: titles.stopped, tone: 'neutral', waiting: { why: waiting.stopped }, buttons: [] }
}

/** The tags, in the order in which they count. */
export const tones = ['connected', 'needsUser', 'pending'] as const

function toneOf({ tags }: Scene): Tone {
  return tones.find((tone) => tags.includes(tone)) ?? 'neutral'
}
