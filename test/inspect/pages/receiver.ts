import { createBrowserReceiver } from '@statelyai/inspect'

/** Stands for Stately's page: its receiver, and what that has understood. */

const received: { type: string; sessionId: string; value: unknown; text: string }[] = []
let goodbyes = 0

addEventListener('message', ({ data }) => {
  if (data?.type === '@statelyai.disconnected') goodbyes++
})
createBrowserReceiver().subscribe((message) => {
  const value = 'snapshot' in message ? Reflect.get(message.snapshot, 'value') : undefined
  received.push({ type: message.type, sessionId: message.sessionId, value, text: JSON.stringify(message) })
})

export const seen = () => ({ received, goodbyes })
