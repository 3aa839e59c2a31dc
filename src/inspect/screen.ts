import type { FlowActor } from '../flow-actor.ts'
import type { Prompt } from '../recall.ts'
import type { Screen, ScreenPrompt, Wish } from './messages.ts'

/**
 * What the person in front of the viewer may see of a flow. A redirect's URL is opened here and nowhere else: it holds
 * `state`, and goes no further than to this machine's own viewer.
 *
 * @param allowed the wishes that the host takes from a viewer
 */
export function screenOf(flow: FlowActor, allowed: readonly Wish[]): Screen {
  const { prompt, failure, wantsRevoke, pollIntervalSeconds } = flow.getSnapshot().context
  return {
    ...(prompt && { prompt: shown(prompt) }),
    ...(failure && { message: failure.message }),
    ...(wantsRevoke && { wantsRevoke }),
    ...(pollIntervalSeconds !== undefined && { pollInterval: pollIntervalSeconds }),
    accepts: allowed.filter((wish) => takes(flow, wish)),
  }
}

/** Whether a flow's present state accepts a wish. */
export function takes(flow: FlowActor, wish: Wish): boolean {
  const snapshot = flow.getSnapshot()
  return snapshot.status === 'active' && snapshot.can({ type: wish })
}

function shown(prompt: Prompt): ScreenPrompt {
  const { expiresAt } = prompt
  if (prompt.kind === 'redirect') return { kind: 'redirect', url: prompt.url.open(), expiresAt }
  const { userCode, verificationUri, verificationUriComplete } = prompt
  const complete = verificationUriComplete !== undefined && { verificationUriComplete }
  return { kind: 'device', userCode, verificationUri, ...complete, expiresAt }
}
