/** The anchors that code hosts give to the headings of a page: those of one name, in any case, are counted. */
export function anchorsIn(text: string): { readonly heading: string; readonly anchor: string }[] {
  const counts = new Map<string, number>()
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '')
  return [...prose.matchAll(/^(#+) (.+)$/gm)].map(([, marks = '', heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-')
    const count = counts.get(slug) ?? 0
    counts.set(slug, count + 1)
    return { heading: `${marks} ${heading}`, anchor: count === 0 ? slug : `${slug}-${count}` }
  })
}

/**
 * Lets links to types lead to them. TypeDoc counts headings in its own way where a type and a function have one name but for its
 * case, as `View` and `view()`.
 *
 * @param pages all pages, by their path
 */
export function anchored(pages: ReadonlyMap<string, string>): Map<string, string> {
  const types = new Map([...pages].map(([path, text]) => [path, typesIn(text)]))
  const link = /\[(`?)(\w+)\1\]\(([^()#\s]*)#[\w-]+\)/g
  const corrected = (path: string, text: string) =>
    text.replace(link, (whole, quote: string, name: string, file: string) => {
      const target = file === '' ? path : new URL(file, `file:///${path}`).pathname.slice(1)
      const anchor = types.get(target)?.get(name)
      return anchor === undefined ? whole : `[${quote}${name}${quote}](${file}#${anchor})`
    })
  return new Map([...pages].map(([path, text]) => [path, corrected(path, text)]))
}

/** Exported names stand in headings of the third level; a type that can be called has brackets too. */
function typesIn(text: string): Map<string, string> {
  const headings = anchorsIn(text).filter(({ heading }) => /^### (?:\w+|[A-Z]\w*\(\))$/.test(heading))
  return new Map(headings.map(({ heading, anchor }) => [heading.slice(4).replace('()', ''), anchor]))
}
