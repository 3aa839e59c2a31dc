import { secondsUntil } from './countdown.ts'
import { addressOf, webUrl } from './links.ts'
import { matrixOf } from './qr.ts'
import type { Scene } from './scene.ts'
import type { SeenPrompt } from './seen.ts'
import type { View } from './shown.ts'
import { groupsOf, spell } from './user-code.ts'
import type { Words } from './words.ts'

/** How much of a login's time is counted, in milliseconds. Mostly there is less; with more, a clock was set back. */
export const LONGEST_LOGIN = 3_600_000

/** Code, link and QR code, as long as they are good for something. */
export function promptOf({ open, now }: Scene, words: Words): Partial<View> {
  if (!open) return {}
  const shown = open.kind === 'device' ? deviceOf(open, words) : redirectOf(open.url, words)
  const secondsLeft = secondsUntil(open.expiresAt, now, LONGEST_LOGIN)
  return { ...shown, ...(secondsLeft !== undefined && { secondsLeft }) }
}

function deviceOf(prompt: Extract<SeenPrompt, { kind: 'device' }>, { links }: Words): Partial<View> {
  const { userCode: text } = prompt
  const groups = groupsOf(text)
  const page = webUrl(prompt.verificationUri)
  const complete = webUrl(prompt.verificationUriComplete)
  const url = complete ?? page
  const whole = complete && matrixOf(complete.href)
  const qr = whole ?? (page && matrixOf(page.href))
  return {
    userCode: { text, groups, spelled: spell(groups) },
    ...(url && { link: { url: url.href, label: links.openPage(url.host) } }),
    ...(page && { address: addressOf(page) }),
    ...(qr && { qr, qrLabel: whole ? links.scanWithCode : links.scan }),
  }
}

/**
 * No QR code, and no address to read: the URL carries the `state` of this login, and the browser that opens it must be the
 * one that comes back. Another device's would be refused.
 */
function redirectOf(text: string, { links }: Words): Partial<View> {
  const url = webUrl(text)
  return url ? { link: { url: url.href, label: links.openLogin } } : {}
}

/** What the merchant does now; where a failure says it, that is enough. */
export function instructionOf(scene: Scene, { address }: Partial<View>, { instructions }: Words): string | undefined {
  const { machine, open, failure } = scene
  if (open) return open.kind === 'device' ? instructions.typeCode(address) : instructions.logIn
  if (scene.isAwaiting) return scene.isLate ? undefined : instructions.approve
  const isIdle = scene.isAtRest && !failure && machine !== 'clientCredentials'
  return isIdle ? instructions.connect : undefined
}
