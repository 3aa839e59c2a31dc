import { checkProvider } from '../providers/define-provider.ts'
import type { Endpoints, Provider } from '../providers/provider.ts'

/** A copy of a provider that stands at `base`, its sandbox beside it at `base-sandbox`; the paths stay. */
export function relocate<P extends Provider>(original: P, base: string): P {
  const copy = structuredClone(original)
  // The same object, seen as any provider: the URLs that P spells out are those of the real one.
  const open: Provider = copy
  open.endpoints = moved(original.endpoints, base)
  if (original.sandbox) open.sandbox = moved(original.sandbox, `${base}-sandbox`)
  if (original.issuer !== undefined) open.issuer = `${base}/`
  checkProvider(open)
  return copy
}

function moved({ token, ...others }: Endpoints, base: string): Endpoints {
  const move = (from: string) => {
    const { pathname, search } = new URL(from)
    return base + pathname + search
  }
  const entries = Object.entries(others).map(([name, url]) => [name, url && move(url)])
  return { token: move(token), ...Object.fromEntries(entries) }
}
