/** What goes wrong with an answer, and `when`: with `after`, the server does its work first and its answer is lost. */
export type Fault = {
  /** Whether the server has processed the request: rotated, consumed the code, issued. @default 'before' */
  when?: 'before' | 'after'
} & (
  | {
      /** Another status. A string body is sent as it is, anything else as JSON. */
      kind: 'status'
      status: number
      body?: unknown
      headers?: Readonly<Record<string, string>>
    }
  /** JSON that breaks off, with status 200. */
  | { kind: 'malformed' }
  /** A page, as of a gateway or a captive portal. `status` is 502 by default. */
  | { kind: 'html'; status?: number }
  /** The connection is reset: in memory, fetch rejects as Node's does. */
  | { kind: 'reset' }
  /** No answer, until the client gives up or the emulator is closed. */
  | { kind: 'hang' }
  /** Status 200 and then a blank every `pause` milliseconds (100 by default) for ever. */
  | { kind: 'trickle'; pause?: number }
  /** Status 200 and JSON that does not end before `size` bytes (1_048_576 by default), streamed. */
  | { kind: 'huge'; size?: number }
  /** `status` is 302 by default; 307 asks the client to send its body again. */
  | { kind: 'redirect'; location: string; status?: 301 | 302 | 303 | 307 | 308 }
)

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
