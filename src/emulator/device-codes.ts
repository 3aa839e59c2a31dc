import { refusal } from './server.ts'
import { consonants, randomText } from './text.ts'
import type { Approval } from './tokens.ts'

type Decision = 'approve' | 'deny'

export type DeviceCodes = ReturnType<typeof createDeviceCodes>

interface DeviceCode extends Approval {
  readonly userCode: string
  readonly endsAt: number
  /** In seconds; each poll that comes too early adds 5. */
  interval: number
  polledAt?: number
  decision?: Decision
}

/** The device codes of one server, from the request to the one token answer. Lifetime and interval in seconds. */
export function createDeviceCodes(settings: { codeLifetime: number; interval: number }, now: () => number) {
  const codes = new Map<string, DeviceCode>()

  /** @see RFC 8628 §3.2 */
  function issue(approval: Approval) {
    const deviceCode = `emulated-device-${randomText(32)}`
    const userCode = `${randomText(4, consonants)}-${randomText(4, consonants)}`
    const { codeLifetime, interval } = settings
    codes.set(deviceCode, { ...approval, userCode, endsAt: now() + codeLifetime * 1000, interval })
    return { device_code: deviceCode, user_code: userCode, expires_in: codeLifetime, interval }
  }

  /** What the person says. Typing is forgiven: case, hyphens and blanks do not matter. Throws for an unknown code. */
  function decide(userCode: string, decision: Decision): void {
    const named = [...codes.values()].find((code) => letters(code.userCode) === letters(userCode))
    if (!named || named.decision || now() >= named.endsAt) {
      throw new Error(`No device waits with the user code "${userCode}": it is unknown, used or expired.`)
    }
    named.decision = decision
  }

  /** One poll: the approval, once, or a refusal with Auth0's statuses. @see RFC 8628 §3.5 */
  function poll(deviceCode: string, client: string): Approval {
    const code = codes.get(deviceCode)
    if (code?.client !== client) throw refusal(403, 'invalid_grant', 'Invalid or expired device code.')
    if (now() >= code.endsAt) {
      // Said exactly once: the next poll finds no code.
      codes.delete(deviceCode)
      throw refusal(403, 'expired_token', 'The device code has expired.')
    }
    keepPace(code)
    if (code.decision === 'deny') throw refusal(403, 'access_denied', 'User cancelled the confirmation prompt.')
    if (!code.decision) throw refusal(403, 'authorization_pending', 'User has yet to authorize device code.')
    codes.delete(deviceCode)
    return code
  }

  /** The first poll may come at once; the server only knows the time between two. */
  function keepPace(code: DeviceCode): void {
    const { polledAt, interval } = code
    code.polledAt = now()
    if (polledAt === undefined || now() - polledAt >= interval * 1000) return
    // Auth0 would be content with the old interval; RFC 8628 §3.5 wants 5 seconds more from now on.
    code.interval += 5
    throw refusal(429, 'slow_down', `You are polling faster than the specified interval of ${interval} seconds.`)
  }

  return { issue, decide, poll }
}

function letters(userCode: string): string {
  return userCode.toUpperCase().replace(/[^A-Z]/g, '')
}
