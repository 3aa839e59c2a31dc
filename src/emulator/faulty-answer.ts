import type { Fault } from './faults.ts'

const json = { 'content-type': 'application/json' }

/** What a fault puts on the wire in place of the server's answer. */
export function faultyAnswer(fault: Exclude<Fault, { kind: 'hang' | 'reset' }>): Response {
  switch (fault.kind) {
    case 'status':
      return statusAnswer(fault)
    case 'malformed':
      return new Response('{"access_token":"emulated-', { headers: json })
    case 'html':
      return new Response(gatewayPage, { status: fault.status ?? 502, headers: { 'content-type': 'text/html' } })
    case 'trickle':
      return new Response(trickle(fault.pause ?? 100), { headers: json })
    case 'huge':
      return new Response(flood(fault.size ?? 1_048_576), { headers: json })
    case 'redirect':
      return new Response(null, { status: fault.status ?? 302, headers: { location: fault.location } })
  }
}

const gatewayPage = '<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1><p>Emulated by oauth-machines.</p>'

function statusAnswer({ status, body, headers }: Extract<Fault, { kind: 'status' }>): Response {
  if (body === undefined) return new Response(null, { status, ...(headers && { headers }) })
  const isText = typeof body === 'string'
  const type = isText ? { 'content-type': 'text/plain' } : json
  return new Response(isText ? body : JSON.stringify(body), { status, headers: { ...type, ...headers } })
}

function trickle(pause: number): ReadableStream<Uint8Array> {
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, pause))
      controller.enqueue(new TextEncoder().encode(' '))
    },
  }
  // Nothing is made ahead, so no timer runs unless somebody reads.
  return new ReadableStream(source, { highWaterMark: 0 })
}

function flood(size: number): ReadableStream<Uint8Array> {
  const chunk = new TextEncoder().encode('x'.repeat(16_384))
  let sent = 0
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"access_token":"emulated-')),
    pull(controller) {
      if (sent >= size) return controller.close()
      controller.enqueue(chunk)
      sent += chunk.length
    },
  })
}
