import type { FlowSnapshot } from '../flow-actor.ts'
import type { Prompt } from '../recall.ts'
import { english } from './english.ts'
import type { Seen, SeenPrompt } from './seen.ts'
import type { View } from './shown.ts'
import { tones, view } from './view.ts'
import type { Words } from './words.ts'

/** What XState's snapshots of a flow hold in addition: which chart it is. */
interface OfChart {
  readonly machine?: { readonly id: string }
}

/** Which connection, as a merchant knows it. */
export interface Whose {
  /** The provider's name, such as `tyro.name`. */
  readonly provider: string
  readonly name?: string
}

/**
 * Tells what a screen shows of a connection: give it `connection.actor.getSnapshot()`, at each new snapshot and once a
 * second. Like {@link view}, it fails at nothing. What comes back is for the screen only: it holds the user code and the
 * links, so log it nowhere.
 *
 * @param now Unix milliseconds, by the clock of the connection
 * @param words the language. Default: English.
 * @param whose adds `place`: the provider's name, and what the merchant calls the connection. Default of `name`: the
 * connection's own.
 */
export function viewOf(snapshot: FlowSnapshot & OfChart, now: number, words: Words = english, whose?: Whose): View {
  const name = whose?.name ?? snapshot.context.connection
  return view({ ...seenIn(snapshot), name, provider: whose?.provider }, now, words)
}

function seenIn(snapshot: FlowSnapshot & OfChart): Seen {
  const { value, status, context, machine } = snapshot
  const { prompt, token } = context
  return {
    ...context,
    state: typeof value === 'string' ? value : '',
    tags: tones.filter((tag) => snapshot.hasTag(tag)),
    machine: machine?.id,
    stopped: status !== 'active',
    prompt: prompt && opened(prompt),
    token: token && { ...token, refreshAt: token.renewable ? token.refreshAt : undefined },
    can: (type) => snapshot.can({ type }),
  }
}

/** The authorization URL is unsealed here, since a screen is where it is used. */
function opened(prompt: Prompt): SeenPrompt {
  return prompt.kind === 'redirect' ? { ...prompt, url: prompt.url.open() } : prompt
}
