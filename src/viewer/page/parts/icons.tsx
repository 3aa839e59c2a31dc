const paths = {
  pause: 'M6 4v12M14 4v12',
  play: 'M6.5 4.2v11.6L15.5 10z',
  back: 'M13.5 4.5 7 10l6.5 5.5zM4.5 4.5v11',
  forward: 'M6.5 4.5 13 10l-6.5 5.5zM15.5 4.5v11',
  open: 'M3 6.5V15a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V7.5a1 1 0 0 0-1-1h-6L8.5 4.5H4a1 1 0 0 0-1 1z',
  download: 'M10 3.5v9M6 9l4 4 4-4M4 16.5h12',
  copy: 'M7.5 7.5h8v9h-8zM12.5 7.5v-4h-8v9h3',
  keys: 'M2.5 6h15v8.5h-15zM5.5 9h.01M8.5 9h.01M11.5 9h.01M14.5 9h.01M6.5 12h7',
  close: 'M5 5l10 10M15 5 5 15',
  beside: 'M3.5 4.5h13v11h-13zM10 4.5v11',
  out: 'M4.5 10h11',
  in: 'M4.5 10h11M10 4.5v11',
  whole: 'M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4',
  leave: 'M8.5 4.5h-4v11h11v-4M11 4.5h4.5V9M15.2 4.8 9 11',
  trouble: 'M10 3.5 17.5 16.5h-15zM10 8.5v3.5M10 14.2v.1',
  done: 'M4.5 10.5 8.5 14.5 15.5 6',
  past: 'M10 6v4l3 2M3.7 8.2A6.6 6.6 0 1 1 3.6 12M3.2 4.6v3.8h3.8',
  chevron: 'M7 5l5.5 5L7 15',
} as const

export type IconName = keyof typeof paths

/** A small picture beside words, or in a button that has a name of its own. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}

/** The product's sign: two states and the arrow between them. */
export function Sign() {
  return (
    <svg class="sign" viewBox="0 0 28 28" width="26" height="26" aria-hidden="true">
      <rect class="from" x="2" y="3" width="12" height="9" rx="3" />
      <rect class="to" x="14" y="16" width="12" height="9" rx="3" />
      <path d="M8 12v6.5a2 2 0 0 0 2 2h3M10.8 18l2.6 2.5-2.6 2.5" />
    </svg>
  )
}
