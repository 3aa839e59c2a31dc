import type { FlowEvent } from './dialogue.ts'
import { Sealed, seal } from './sealed.ts'

/** An event as a host sends it: a redirect URL and a session binding may be plain strings, and are sealed at once. */
export type ConnectionEvent =
  | Exclude<FlowEvent, { type: 'authorization.start' | 'authorization.responded' }>
  | { readonly type: 'authorization.start'; readonly binding?: string | Sealed | undefined }
  | {
      readonly type: 'authorization.responded'
      readonly url: string | URL | Sealed
      readonly binding?: string | Sealed | undefined
    }

const plain = ['authorization.cancel', 'token.refresh', 'token.revoke', 'token.forget', 'record.changed']

/** Seals what must not be seen in a machine; `undefined` where it is none of our events, or a member is wrong. */
export function sealEvent(event: ConnectionEvent): FlowEvent | undefined {
  if (typeof event !== 'object' || event === null) return undefined
  if (event.type === 'token.rejected') return Number.isInteger(event.generation) ? event : undefined
  if (event.type !== 'authorization.start' && event.type !== 'authorization.responded')
    return plain.includes(event.type) ? event : undefined
  const binding = event.binding === undefined ? undefined : sealed(event.binding)
  if (binding === undefined && event.binding !== undefined) return undefined
  const bound = binding && { binding }
  if (event.type === 'authorization.start') return { type: event.type, ...bound }
  const url = sealed(event.url)
  return url && { type: event.type, url, ...bound }
}

function sealed(content: string | URL | Sealed): Sealed | undefined {
  if (content instanceof Sealed) return content
  return typeof content === 'string' || content instanceof URL ? seal(content) : undefined
}
