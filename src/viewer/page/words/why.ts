import type { Visit } from '../../../inspect/story.ts'
import type { View } from '../../../view/index.ts'
import { causeOf } from './causes.ts'
import type { Deadline } from './deadlines.ts'
import { plain } from './plain.ts'

/** Why a connection is where it is, for somebody who has never seen one: what is waited for, by whom, and until when. */
export function whyOf(view: View, visit: Visit | undefined, deadlines: readonly Deadline[]): string {
  const told = deadlines.map((deadline) => deadline.told).join('; ')
  const sentences = [
    ...reasons(view, visit),
    ...(told === '' ? [] : [`${told.charAt(0).toUpperCase()}${told.slice(1)}.`]),
  ]
  return plain(sentences.join(' '))
}

/** The states whose reason is that the merchant has not answered. */
const WAITING: ReadonlySet<string | undefined> = new Set(['awaitingUser', 'polling'])

function reasons({ waiting, userCode, address, link, failure }: View, visit: Visit | undefined): readonly string[] {
  // Of a machine of the host's own, no more is known than what led here.
  const why = waiting?.why ?? `What led here: ${causeOf(visit?.event)}.`
  // Who waits has said why already; who asks, was told to ask less often, or is in trouble has something to add.
  // A poll is over at once: a sentence that came and went would move what stands below it.
  const also = WAITING.has(visit?.state) && !failure ? [] : [why]
  if (userCode) return [`The merchant opens ${address ?? 'the page'} and types ${userCode.text}.`, ...also]
  if (link) return ['The merchant opens the login page, logs in, and comes back.', ...also]
  return [why]
}
