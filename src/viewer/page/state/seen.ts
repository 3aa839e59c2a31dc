import type { Screen } from '../../../inspect/messages.ts'
import { presentOf, type Story } from '../../../inspect/story.ts'
import { type Seen, type View, view } from '../../../view/index.ts'

/** What a screen shows of a story, in words. Without the host's screen, as in the past, there is no prompt and no button. */
export function viewOfStory(story: Story, screen: Screen | undefined, now: number): View {
  return view(seenOf(story, screen), now)
}

function seenOf(story: Story, screen: Screen | undefined): Seen {
  const { machine, tags, deadlines, failure, stoppedAt } = story
  const { poll, retry, refresh, token } = deadlines
  return {
    state: presentOf(story)?.state ?? '',
    tags,
    machine,
    stopped: stoppedAt !== undefined,
    prompt: screen?.prompt,
    pollIntervalSeconds: screen?.pollInterval,
    nextPollAt: poll,
    retryAt: retry,
    token: token === undefined && refresh === undefined ? undefined : { expiresAt: token, refreshAt: refresh },
    wantsRevoke: screen ? screen.wantsRevoke : hasAskedToRevoke(story),
    failure: failure && { code: failure, message: screen?.message },
    can: (event) => screen?.accepts.includes(event) ?? false,
  }
}

/** What the states tell of it where no screen does: trouble came over a disconnect. */
function hasAskedToRevoke({ visits }: Story): boolean {
  return visits.findLast(({ state }) => state !== 'backingOff' && state !== 'recalling')?.state === 'revoking'
}
