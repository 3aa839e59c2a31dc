import { useMemo } from 'preact/hooks'
import type { View } from '../../../view/index.ts'
import { left } from '../words/durations.ts'
import { plain } from '../words/plain.ts'
import { Icon } from './icons.tsx'

/** What the merchant must see: a code, with where to type it, or a link. What they do with it, the sentence above tells. */
export function Prompt({ view: { userCode, link, qr, qrLabel, secondsLeft } }: { view: View }) {
  return (
    <div class="prompt">
      <div class="prompt-words">
        <p class="aside">{userCode ? 'The merchant types' : 'The merchant opens'}</p>
        {userCode && (
          <p class="user-code">
            <span class="sr-only">{plain(userCode.spelled)}</span>
            {userCode.groups.map((group, index) => (
              // A code has no other names for its groups, and no two of them change places.
              // biome-ignore lint/suspicious/noArrayIndexKey: they never move
              <span key={index} class="code-group" aria-hidden="true">
                {plain(group)}
              </span>
            ))}
          </p>
        )}
        {link && (
          <p>
            <a class="button primary" href={link.url} target="_blank" rel="noopener noreferrer">
              {plain(link.label)}
              <Icon name="leave" />
            </a>
          </p>
        )}
        {secondsLeft !== undefined && (
          <p class="aside">
            It is good for <strong class="left">{left(secondsLeft * 1_000)}</strong>
          </p>
        )}
      </div>
      {qr && (
        <figure class="qr">
          <Qr modules={qr} label={qrLabel ?? 'QR code of the link'} />
          <figcaption>for a phone</figcaption>
        </figure>
      )}
    </div>
  )
}

function Qr({ modules, label }: { modules: readonly (readonly boolean[])[]; label: string }) {
  const drawn = useMemo(() => pathOf(modules), [modules])
  return (
    <svg viewBox={`0 0 ${modules.length} ${modules.length}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <title>{label}</title>
      <rect width="100%" height="100%" fill="#fff" />
      <path d={drawn} fill="#000" />
    </svg>
  )
}

/** One square for each dark module. */
function pathOf(modules: readonly (readonly boolean[])[]): string {
  return modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
}
