import { stdout } from 'node:process'
import type { FlowSnapshot } from '../flow-actor.ts'
import { plain } from '../plain-text.ts'
import type { Prompt } from '../recall.ts'
import { countdown } from '../view/countdown.ts'
import type { View } from '../view/shown.ts'
import { viewOf } from '../view/view-of.ts'
import type { Whose } from './json.ts'
import { hasRoomFor, screenOf, whyOf } from './login-screen.ts'
import { stateOf } from './session.ts'
import type { Terminal } from './terminal.ts'

/** Shows how a login goes on. */
export interface Display {
  /** At each snapshot, and once a second. */
  show(snapshot: FlowSnapshot): void
  /** Nothing of it is left on a screen. */
  end(): void
}

/** What a display knows of the login beside its snapshots. */
export interface Login extends Whose {
  readonly heading: string
  /** Whether the URL that the browser came to is to be pasted: nobody listens there. */
  readonly paste: boolean
}

/** JSON for a program, a live region on a terminal, plain lines elsewhere. */
export async function displayOf(login: Login, terminal: Terminal): Promise<Display> {
  if (terminal.isJson) return jsonDisplay(login, terminal)
  const isScreen = stdout.isTTY && process.env.TERM !== 'dumb' && !terminal.isVerbose && !login.paste
  return isScreen ? await liveDisplay(login, terminal) : lineDisplay(login, terminal)
}

async function liveDisplay({ heading }: Login, { style, print }: Terminal): Promise<Display> {
  const { createLogUpdate } = await import('log-update')
  const region = createLogUpdate(stdout)
  const hasColours = style('bold', '.') !== '.'
  let shown = ''
  return {
    show(snapshot) {
      const view = viewOf(snapshot, Date.now())
      const { columns = 80, rows = 24 } = stdout
      const { link, userCode } = view
      if (link && link.url !== shown && !(userCode && hasRoomFor(link.url, { columns }))) {
        shown = link.url
        region.clear()
        // Above the region, in one piece: a terminal breaks it, but copies it whole.
        print(`\n  ${style('bold', userCode ? 'The page for the code' : 'The login page')}\n\n${link.url}`)
      }
      region(screenOf(view, heading, { columns, rows, style, hasColours }))
    },
    end() {
      region.clear()
      region.done()
    },
  }
}

function lineDisplay({ heading, paste }: Login, { print }: Terminal): Display {
  const told = createChange()
  const waited = createChange()
  return {
    show(snapshot) {
      const view = viewOf(snapshot, Date.now())
      if (snapshot.context.prompt && told(promptIn(snapshot))) print(`${heading}\n${linesOf(view, paste).join('\n')}`)
      const why = waitingIn(snapshot, view)
      if (why && waited(why)) print(why)
    },
    end() {},
  }
}

function linesOf({ instruction, userCode, link, secondsLeft }: View, paste: boolean): string[] {
  return [
    ...(instruction === undefined ? [] : [plain(instruction)]),
    ...(userCode ? [`Code: ${userCode.groups.map(plain).join(' ')}`] : []),
    ...(link ? [`Link: ${link.url}`] : []),
    ...(secondsLeft === undefined ? [] : [`Good for ${countdown(secondsLeft)}.`]),
    ...(paste ? ['Then give the whole URL that the browser came to here, in one line.'] : []),
  ]
}

function jsonDisplay({ provider, connection, paste }: Login, { tell }: Terminal): Display {
  const told = createChange()
  const waited = createChange()
  return {
    show(snapshot) {
      const { prompt, failure } = snapshot.context
      if (prompt && told(promptIn(snapshot)))
        tell({ type: 'prompt', provider, connection, ...promptMembers(prompt, paste) })
      const view = viewOf(snapshot, Date.now())
      const why = waitingIn(snapshot, view)
      if (!why || !waited(why)) return
      const { until } = view.waiting ?? {}
      const known = { ...(until !== undefined && { until }), ...(failure && { failure: failure.code }) }
      tell({ type: 'waiting', provider, connection, state: stateOf(snapshot), why, ...known })
    },
    end() {},
  }
}

function promptMembers(prompt: Prompt, paste: boolean) {
  const { expiresAt } = prompt
  if (prompt.kind === 'redirect') {
    const url = prompt.url.open()
    const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? ''
    return { kind: 'redirect', url, redirectUri, paste, expiresAt } as const
  }
  const { userCode, verificationUri, verificationUriComplete: complete } = prompt
  const links = { verificationUri, ...(complete !== undefined && { verificationUriComplete: complete }) }
  return { kind: 'device', userCode, ...links, expiresAt } as const
}

function promptIn({ context: { prompt } }: FlowSnapshot): string {
  return prompt?.kind === 'device' ? prompt.userCode : (prompt?.url.open() ?? '')
}

/** Of a poll nothing is told: there is one every few seconds. */
function waitingIn(snapshot: FlowSnapshot, view: View): string | undefined {
  const state = stateOf(snapshot)
  return state === 'recalling' || state === 'polling' || isAway(state) ? undefined : whyOf(view)
}

/** How a login ends is told otherwise. */
function isAway(state: string): boolean {
  return ['idle', 'authorized', 'expired', 'failed', 'revoked', 'forgetting'].includes(state)
}

/** Says whether a text is another one than the last. */
function createChange(): (text: string) => boolean {
  let last: string | undefined
  return (text) => {
    const isNew = text !== last
    last = text
    return isNew
  }
}
